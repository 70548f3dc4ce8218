package guard

import (
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// checkHost refuses requests for other hosts: a page of another site whose name
// is made to resolve to this server (DNS rebinding) is of one origin with it
// for the browser, but still asks for its own name.
func (r *Router) checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if name, ok := hostname(req.Host); !ok || !r.hosts[name] {
			r.fail(w, req, Failure{Status: http.StatusMisdirectedRequest, Text: "this server is not known by the name that it was asked under"})
			return
		}
		next.ServeHTTP(w, req)
	})
}

// hostname returns the host of a Host header or of the configuration as it is
// compared: without port, brackets and final dot, in lower case.
func hostname(s string) (string, bool) {
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return "", false
		}
		host = h
	} else if inner, ok := strings.CutPrefix(s, "["); ok {
		if host, ok = strings.CutSuffix(inner, "]"); !ok {
			return "", false
		}
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().WithZone("").String(), true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" || len(host) > 253 || strings.ContainsFunc(host, notInName) {
		return "", false
	}
	return host, true
}

func notInName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
}

// Hosts lists under which names and addresses a server is asked: the names
// given, those of its certificate, its host's own name, the address that it
// listens on — all of the host's, if it listens on any — and localhost. Names
// with wildcards are left out, since they would name other hosts, too. cert
// may be nil.
func Hosts(listen net.Addr, names []string, cert *x509.Certificate) []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, names...)
	if cert != nil {
		for _, name := range cert.DNSNames {
			if !strings.Contains(name, "*") {
				hosts = append(hosts, name)
			}
		}
		for _, ip := range cert.IPAddresses {
			hosts = append(hosts, ip.String())
		}
	}
	tcp, ok := listen.(*net.TCPAddr)
	switch {
	case !ok:
	case !tcp.IP.IsUnspecified() && len(tcp.IP) > 0:
		hosts = append(hosts, tcp.IP.String())
	default:
		if own, err := net.InterfaceAddrs(); err == nil {
			for _, a := range own {
				if p, err := netip.ParsePrefix(a.String()); err == nil {
					hosts = append(hosts, p.Addr().String())
				}
			}
		}
	}
	if name, err := os.Hostname(); err == nil && !isLoopback(listen) {
		hosts = append(hosts, name)
	}
	valid := hosts[:0]
	for _, host := range hosts {
		if name, ok := hostname(host); ok {
			valid = append(valid, name)
		}
	}
	slices.Sort(valid)
	return slices.Compact(valid)
}

func isLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

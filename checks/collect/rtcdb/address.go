package rtcdb

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// defaultPort is where the default instance of SQL Server listens.
const defaultPort = 1433

// address is where a database server is.
type address struct {
	host     string // name or IP address
	instance string // empty for the default instance
	port     int    // 0 if the instance's browser has to be asked
}

// parseAddress reads host, host:port, host\instance or host\instance:port. A
// comma may stand for the colon, as in other tools of SQL Server, and an IPv6
// address with a port goes into brackets. The host may be . or (local), as in
// the name (local)\rtc that LCS itself uses.
func parseAddress(s string) (address, error) {
	bad := func(format string, args ...any) (address, error) {
		return address{}, fmt.Errorf("database server %q: %s", s, fmt.Sprintf(format, args...))
	}
	rest := strings.TrimSpace(s)
	if scheme, after, ok := strings.Cut(rest, ":"); ok {
		switch strings.ToLower(scheme) {
		case "tcp":
			rest = after
		case "np", "lpc", "admin":
			return bad("only TCP is supported, not %s:", scheme)
		}
	}
	if strings.HasPrefix(rest, `\\`) || strings.Contains(rest, "/") {
		return bad(`want host, host:port, host\instance or host\instance:port`)
	}

	host, instance, named := strings.Cut(rest, `\`)
	where, port, err := cutPort(host)
	if named {
		where = host
		instance, port, err = cutPort(instance)
	}
	if err != nil {
		return bad("%v", err)
	}
	instance = strings.TrimSpace(instance)
	where = strings.TrimSpace(where)
	if inner, ok := strings.CutPrefix(where, "["); ok && strings.HasSuffix(inner, "]") {
		where = inner[:len(inner)-1]
	}
	switch {
	case where == "":
		return bad("no host is named")
	case named && instance == "":
		return bad(`no instance is named after the \`)
	case strings.ContainsFunc(where+instance, unprintable),
		strings.ContainsAny(where, ",[]"), strings.ContainsAny(instance, `,:[]\`),
		strings.Contains(where, ":") && net.ParseIP(where) == nil:
		return bad(`want host, host:port, host\instance or host\instance:port`)
	}
	if where == "." || strings.EqualFold(where, "(local)") {
		where = "localhost"
	}
	if strings.EqualFold(instance, "MSSQLSERVER") { // what the default instance is called
		instance = ""
	}
	if instance == "" && port == 0 {
		port = defaultPort
	}
	return address{where, instance, port}, nil
}

// cutPort splits a port off. Without one it is 0.
func cutPort(s string) (rest string, port int, err error) {
	rest, digits, found := strings.Cut(s, ",")
	if !found {
		if _, err := netip.ParseAddr(s); err == nil {
			return s, 0, nil // the colons are those of an IPv6 address
		}
		colon := strings.LastIndexByte(s, ':')
		if colon < 0 || strings.HasSuffix(s, "]") {
			return s, 0, nil
		}
		rest, digits = s[:colon], s[colon+1:]
	}
	n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 16)
	if err != nil || n == 0 {
		return "", 0, fmt.Errorf("port %q is not a number from 1 to 65535", digits)
	}
	return rest, int(n), nil
}

func unprintable(r rune) bool { return r == ' ' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }

// String returns the address as people write it, with the port only where it
// says something.
func (a address) String() string {
	s := a.host
	switch {
	case a.instance != "" && a.port != 0:
		return fmt.Sprintf(`%s\%s:%d`, s, a.instance, a.port)
	case a.instance != "":
		return s + `\` + a.instance
	case a.port != defaultPort:
		return net.JoinHostPort(s, strconv.Itoa(a.port))
	}
	return s
}

// spn is the name under which Kerberos knows the instance: MSSQLSvc with the
// instance, or for the default one with the port.
func (a address) spn() string {
	if a.instance != "" {
		return "MSSQLSvc/" + a.host + ":" + a.instance
	}
	return "MSSQLSvc/" + net.JoinHostPort(a.host, strconv.Itoa(a.port))
}

// ParseAddress splits the address of a database server into its host, its
// named instance and its port. A port of 0 means that the browser (UDP 1434)
// is asked for it.
func ParseAddress(s string) (host, instance string, port int, err error) {
	a, err := parseAddress(s)
	return a.host, a.instance, a.port, err
}

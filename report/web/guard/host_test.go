package guard

import (
	"net"
	"net/http"
	"slices"
	"testing"
)

func TestHost(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{options: func(o *Options) { o.Hosts = append(o.Hosts, "LCS.contoso.com.") }})
	_, port, _ := net.SplitHostPort(s.addr)
	for host, want := range map[string]int{
		s.addr: 200, "localhost": 200, "localhost:" + port: 200, "LOCALHOST.": 200, "127.0.0.1": 200, "[::1]:80": 200, "[::ffff:127.0.0.1]": 200,
		"lcs.contoso.com": 200, "lcs.contoso.com.:443": 200,
		"fabrikam.com": 421, "localhost.fabrikam.com": 421, "127.0.0.1.fabrikam.com": 421, "192.0.2.1": 421, "contoso.com": 421,
		"localhost:http": 421, "localhost:99999": 421, "[localhost": 421, "[::1]x": 421, "user@localhost": 421, "localhost..": 421,
	} {
		if a := s.raw("GET /sign-in HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"); a.StatusCode != http.StatusBadRequest || want == 200 { // 400 of net/http itself
			a.want(t, host, want)
		}
	}
	for what, text := range map[string]string{
		"none": "GET /sign-in HTTP/1.0\r\n\r\n", "two": "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nHost: fabrikam.com\r\n\r\n",
		"with X-Forwarded-Host": "GET /sign-in HTTP/1.1\r\nHost: fabrikam.com\r\nX-Forwarded-Host: localhost\r\n\r\n",
	} {
		if a := s.raw(text); a.StatusCode != http.StatusMisdirectedRequest && a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", what, a.StatusCode)
		}
	}
	// Before anything else, sessions included.
	kim := s.signIn("kim")
	a := s.do("GET", "/", "", "Cookie", kim.cookie, "Host", "rebound.fabrikam.com:"+port)
	a.want(t, "DNS rebinding", 421)
	s.do("POST", "/sign-in", "name=kim&password=correct+horse+battery", "Host", "rebound.fabrikam.com:"+port).want(t, "DNS rebinding", 421)
}

func TestHosts(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{tls: true})
	cert := s.certificate("pool.contoso.com")
	got := Hosts(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 5), Port: 443}, []string{"Health.contoso.com", "bad name"}, cert.Leaf())
	for _, want := range []string{"localhost", "127.0.0.1", "::1", "192.0.2.5", "health.contoso.com", "pool.contoso.com"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not in %v", want, got)
		}
	}
	for _, not := range []string{"*.fabrikam.com", "bad name", ""} {
		if slices.Contains(got, not) {
			t.Errorf("%q is in %v", not, got)
		}
	}
	local := Hosts(&net.TCPAddr{IP: net.IPv6loopback}, nil, nil)
	if !slices.Equal(local, []string{"127.0.0.1", "::1", "localhost"}) {
		t.Errorf("%v", local)
	}
	if all := Hosts(&net.TCPAddr{IP: net.IPv6unspecified}, nil, nil); len(all) < len(local) || slices.Contains(all, "::") {
		t.Errorf("%v", all)
	}
}

package redact

import (
	"net/netip"
	"strings"
	"testing"
	"unicode"

	"lcshealth/checks/facts"
)

func newTest(t testing.TB) *Redactor {
	t.Helper()
	r, err := New([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNew(t *testing.T) {
	if _, err := New([]byte("0123456789abcde")); err == nil {
		t.Error("a short key was taken")
	}
	a, b := newTest(t), newTest(t)
	other, err := New([]byte("another key of some length"))
	if err != nil {
		t.Fatal(err)
	}
	if a.ID() != b.ID() || len(a.ID()) != 8 || a.ID() == other.ID() {
		t.Errorf("the ids are %s, %s and %s", a.ID(), b.ID(), other.ID())
	}
	if a.Host("lcs01.contoso.com") != b.Host("lcs01.contoso.com") || a.Host("lcs01.contoso.com") == other.Host("lcs01.contoso.com") {
		t.Error("a pseudonym does not depend on the key alone")
	}
}

// shape writes n for each pseudonym.
func shape(s string) string {
	return runs(s, func(c rune) bool { return isWord(c) && c != '.' }, func(run, _ string) string {
		if lower := strings.ToLower(run); isPseudonym(lower) {
			return "n"
		} else if bare := strings.TrimRight(lower, "öʼ"); isPseudonym(bare) {
			return "n" + lower[len(bare):]
		}
		return run
	})
}

func TestShapes(t *testing.T) {
	r := newTest(t)
	for _, tt := range []struct {
		name     string
		way      func(string) string
		in, want string
	}{
		{"a host", r.host, "lcs01.contoso.com", "n.n.com"},
		{"a wildcard", r.host, "*.contoso.com", "*.n.com"},
		{"everything", r.host, "*", "*"},
		{"a service record", r.host, "_sip._tls.contoso.com", "_sip._tls.n.com"},
		{"a fallback host", r.host, "sipinternal.contoso.com", "sipinternal.n.com"},
		{"a label with an underscore", r.host, "_contoso.com", "n.com"},
		{"a domain of a country", r.host, "contoso.co.uk", "n.n.n"},
		{"dots too many", r.host, ".contoso..com.", ".n..com."},
		{"blanks", r.host, " contoso .com ", " n .com "},
		{"this host", r.host, "localhost", "localhost"},
		{"a host with a port", r.host, "lcs01:5061", "n:5061"},
		{"an instance", r.host, `sql01\rtc`, `n\rtc`},
		{"the own instance", r.host, `(local)\rtc`, `(local)\rtc`},
		{"an account of a computer", r.host, "LCS01$", "n$"},
		{"nothing", r.host, "", ""},
		{"loopback", r.host, "127.0.0.1", "127.0.0.1"},
		{"loopback of IPv6", r.host, "[::1]:5061", "[::1]:5061"},
		{"every address", r.host, "0.0.0.0", "0.0.0.0"},

		{"an address", r.uri, "sip:kim.akers@contoso.com", "sip:n@n.com"},
		{"in capitals", r.uri, "SIP:Kim.Akers@CONTOSO.com", "SIP:n@n.com"},
		{"without scheme", r.uri, "kim@contoso.com", "n@n.com"},
		{"with blanks", r.uri, " sip:kim akers@contoso.com", " sip:n n@n.com"},
		{"with a tab", r.uri, "sip:kim\tx@contoso.com", "sip:n\tn@n.com"},
		{"without user", r.uri, "sip:@contoso.com", "sip:@n.com"},
		{"without domain", r.uri, "sip:kim@", "sip:n@"},
		{"with two @", r.uri, "sip:kim@home@contoso.com", "sip:n@n@n.com"},
		{"with brackets", r.uri, "<sip:kim@contoso.com>", "<n:n@n.com>"},
		{"with a quote", r.uri, "sip:aoife.o'brien@contoso.com", "sip:n'n@n.com"},
		{"with letters beyond ASCII", r.uri, "sip:jürgen@contoso.com", "sip:nö@n.com"},
		{"with a character like a quote", r.uri, "sip:o\u02bcbrien@contoso.com", "sip:n\u02bc@n.com"},
		{"a domain only", r.uri, "contoso.com", "n"},

		{"a pattern for everybody", r.match, "*@contoso.com", "*@n.com"},
		{"a pattern with scheme", r.match, "sip:*@*.contoso.com", "sip:*@*.n.com"},
		{"for one user", r.match, "sip:kim@contoso.com", "sip:n@n.com"},
		{"for telephones", r.match, "*@contoso.com;user=phone", "*@n.com;user=phone"},
		{"for a number", r.match, "tel:+14255550100", "tel:+n"},
		{"a parameter", r.match, "*@contoso.com;maddr=lcs01", "*@n.com;n=n"},

		{"a name", r.value, "Kim Akers", "n"},
		{"an account", r.value, `CONTOSO\kim`, `n\n`},
		{"an account of Windows", r.value, `NT AUTHORITY\SYSTEM`, `NT AUTHORITY\SYSTEM`},
		{"a known account", r.value, `CONTOSO\Administrator`, `n\Administrator`},
		{"a principal name", r.value, "kim@contoso.com", "n@n.com"},
		{"blanks around", r.value, " Kim ", " n "},

		{"a DN", r.dn, `CN=Akers\, Kim,OU=People,DC=contoso,DC=com`, "CN=n,OU=n,DC=n,DC=com"},
		{"a server's DN", r.dn, "CN=LC Services,CN=Microsoft,CN=LCS01,CN=Computers,DC=contoso,DC=com", "CN=LC Services,CN=Microsoft,CN=n,CN=Computers,DC=n,DC=com"},
		{"a DN with blanks", r.dn, "CN=lcs01.contoso.com, O=Contoso", "CN=n.n.com, O=n"},
		{"several attributes", r.dn, "CN=Kim+UID=k,DC=local", "CN=n+UID=n,DC=local"},
		{"quotes", r.dn, `CN="Akers, Kim",DC=com`, "CN=n,DC=com"},
		{"no DN", r.home, "lcs01.contoso.com", "n.n.com"},

		{"a contact", r.contact, "<sip:lcs02.contoso.com:5061;transport=tls;maddr=lcs01>", "<sip:n.n.com:5061;transport=tls;maddr=n>"},
		{"a user's contact", r.contact, "sip:kim@contoso.com;user=phone", "sip:n@n.com;user=phone"},
		{"a phrase", r.reason, "Not Found", "Not Found"},
		{"a phrase of its own", r.reason, "Kim has left", "(text removed: 12 characters)"},
		{"a service", r.service, "sip/lcs01.contoso.com", "sip/n.n.com"},
		{"a program", r.program, "svchost.exe", "svchost.exe"},
		{"a product", r.product, "RTC/2.0", "RTC/2.0"},
		{"a client", r.product, "Windows RTC/1.1.2600", "Windows RTC/1.1.2600"},
		{"a path", r.path, `C:\Program Files\Microsoft LC\Server\RTCSrv.exe`, `C:\Program Files\Microsoft LC\Server\RTCSrv.exe`},
	} {
		if got := shape(tt.way(tt.in)); got != tt.want {
			t.Errorf("%s: %q became %q (%q), want %q", tt.name, tt.in, tt.way(tt.in), got, tt.want)
		}
	}
}

// One thing has one pseudonym, whatever calls it.
func TestNamesAgree(t *testing.T) {
	r := newTest(t)
	lcs01, contoso := r.label("lcs01"), r.label("contoso")
	for _, pair := range [][2]string{
		{r.host("LCS01.contoso.com"), lcs01 + "." + contoso + ".com"},
		{r.host("LCS01$"), lcs01 + "$"},
		{r.dn("CN=lcs01,DC=CONTOSO"), "CN=" + lcs01 + ",DC=" + contoso},
		{r.value(`CONTOSO\kim`), contoso + `\` + r.label("kim")},
		{r.value("lcs01.contoso.com"), r.host("lcs01.contoso.com")},
		{r.uri("sip:Kim@Contoso.com"), "sip:" + r.user("kim") + "@" + contoso + ".com"},
		{r.dn(`CN=Akers\, Kim`), "CN=" + r.value("Akers, Kim")},
		{r.host(r.host("lcs01.contoso.com")), r.host("lcs01.contoso.com")},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%q and %q are not the same", pair[0], pair[1])
		}
	}
}

func TestIP(t *testing.T) {
	r := newTest(t)
	for _, s := range []string{"192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0"} {
		in := netip.MustParseAddr(s)
		out := r.ip(in)
		if out == in || out.Is4() != in.Is4() || out.Is4In6() != in.Is4In6() || out.IsLoopback() || out.IsUnspecified() {
			t.Errorf("%s became %s", in, out)
		}
	}
	if got := r.host("192.0.2.1:5060"); !strings.HasPrefix(got, r.host("192.0.2.1")+":5060") {
		t.Errorf("an address with a port became %q", got)
	}
}

// What the product takes for one address stays one, and two stay two.
func FuzzURI(f *testing.F) {
	for _, s := range []string{"sip:kim@contoso.com", " SIP: Kim@contoso.com", "sips:x@y", "sip:sip:kim@x", "kim", "@", "a@b@c", "İ@x", "\xff@x", "a b@c", "kim@192.0.2.1"} {
		f.Add(s, "sip:kim@contoso.com")
	}
	r := newTest(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		x, y := r.uri(a), r.uri(b)
		if (facts.NormalizeAddress(a) == facts.NormalizeAddress(b)) != (facts.NormalizeAddress(x) == facts.NormalizeAddress(y)) && !nearPseudonym(a+b) {
			t.Errorf("%q and %q became %q and %q", a, b, x, y)
		}
		if strings.Count(a, "@") != strings.Count(x, "@") || strings.ContainsFunc(a, unicode.IsSpace) != strings.ContainsFunc(x, unicode.IsSpace) {
			t.Errorf("%q became %q", a, x)
		}
		if domain := facts.AddressDomain(facts.NormalizeAddress(a)); r.host(domain) != facts.AddressDomain(facts.NormalizeAddress(x)) {
			t.Errorf("the domain of %q became %q, want %q", a, facts.AddressDomain(x), r.host(domain))
		}
	})
}

// nearPseudonym reports texts that hold a pseudonym, which stays.
func nearPseudonym(s string) bool { return strings.Contains(s, prefix) }

// Names that differ in case only are the same, and as many parts stay.
func FuzzDN(f *testing.F) {
	for _, s := range []string{`CN=Akers\, Kim,OU=People,DC=contoso,DC=com`, "=", ",,", `CN=\`, `CN="a,b`, "CN=a+b", `CN=\2C\ff`, "CN={444B0498-BAD4-5341-BF9D-2EC208240E0E}"} {
		f.Add(s)
	}
	r := newTest(f)
	f.Fuzz(func(t *testing.T, s string) {
		out := r.dn(s)
		if strings.Contains(s, "=") && partsOf(out) != partsOf(s) {
			t.Errorf("%q of %d parts became %q of %d", s, partsOf(s), out, partsOf(out))
		}
		plain := !strings.ContainsFunc(s, func(c rune) bool { return c >= 0x80 || c == '\\' })
		if lower := r.dn(strings.ToLower(s)); plain && !strings.EqualFold(out, lower) {
			t.Errorf("%q became %q, and in lower case %q", s, out, lower)
		}
	})
}

func partsOf(dn string) (n int) {
	for {
		n++
		end := endOfValue(dn)
		if end >= len(dn) {
			return n
		}
		dn = dn[end+1:]
	}
}

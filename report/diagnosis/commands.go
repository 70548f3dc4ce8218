package diagnosis

import (
	"cmp"
	"fmt"
	"net"
	"strings"

	"lcshealth/checks/facts"
)

// Advise adds what to run to look at the server side, with the names of this
// failure. logs are the files as they were given; hidden says that the names are
// pseudonyms, which no command could use.
func (d *Diagnosis) Advise(logs []string, hidden bool) {
	f := &d.Failure
	switch {
	case f.Kind == Unfinished, f.Kind == Empty:
		d.Next = append(d.Next, Command{"To get a log that holds a whole sign-in:", "lcshealth diagnose --how-to-trace"})
		return
	case !f.Failed() || d.Server != nil:
		return
	}
	named := *f
	if hidden {
		named.User, named.Server = "", ""
		for i := range logs {
			logs[i] = "FILE"
		}
	}
	same := "lcshealth diagnose" + named.asked(logs)
	d.Next = append(d.Next,
		Command{"To check the server side, write a configuration, once:", "lcshealth config init --directory " + quote(cmp.Or(named.domain(), "DOMAIN"))},
		Command{"and ask again with it:", same + " --config lcshealth.yaml"},
		Command{"Or, with facts that somebody collected with lcshealth collect -o FILE:", same + " --facts FILE"})
	for _, s := range d.Basis.Sections {
		if s.Code != 0 {
			d.Next = append(d.Next, Command{"What the articles say of the code:", fmt.Sprintf("lcshealth explain %d", s.Code)})
			break
		}
	}
}

// asked gives the flags that ask the same again.
func (f *Failure) asked(logs []string) string {
	var b strings.Builder
	for _, l := range logs {
		b.WriteString(" --log " + quote(l))
	}
	if len(logs) == 0 {
		if f.Code != 0 {
			fmt.Fprintf(&b, " --code %d", f.Code)
		}
		if f.Phrase != "" {
			b.WriteString(" --phrase " + quote(f.Phrase))
		}
		if f.Server != "" {
			b.WriteString(" --server " + quote(f.Server))
		}
	}
	if f.User != "" {
		b.WriteString(" --user " + quote(f.User))
	}
	return b.String()
}

// domain is that of Active Directory, as far as names tell: that of the
// server's host, or else that of the user.
func (f *Failure) domain() string {
	if _, domain, ok := strings.Cut(f.Server, "."); ok && net.ParseIP(f.Server) == nil {
		return domain
	}
	return facts.AddressDomain(facts.NormalizeAddress(f.User))
}

// quote writes a word so that both a Unix shell and cmd take it as one, unless
// it holds what no shell can be trusted with.
func quote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/@_-+=,") == "" && s != "" && !strings.HasPrefix(s, "-") || s == "-" {
		return s
	}
	if strings.ContainsAny(s, "\"$`\\!%'\n\r") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return `"` + s + `"`
}

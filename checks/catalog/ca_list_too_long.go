package catalog

import (
	"crypto/x509"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// caListTooLong: with its request for a client certificate, Windows sends the
// names of the authorities in its Trusted Root store. What does not fit it
// leaves out without a word to the client.
var caListTooLong = checks.Cause{
	ID:       "ca-list-too-long",
	Title:    "The list of trusted authorities that the server sends is too long",
	Codes:    []int{400, 504},
	Article:  checks.Article{KB: "933430", Section: "the list of trusted certification authorities is cut short"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "Other servers whose authority was left out of the list find no certificate to show, so that mutual TLS with this one fails: with 504, or with 400 where a front end lies between.",
	Detection: "A listener asks for client certificates and sends a list of authorities that names none of the chain of a certificate for server connections, of this server or another of the deployment, though the chain ends in this computer's Trusted Root store: the list was cut (major). " +
		"A list of more than about 12 KB is minor: about that much Windows Server 2003 sends. An event 36885 of Schannel is shown as evidence.",
	Needs: []checks.Need{needListeners, needRouting, needCertificates, needReach},
	Fix: []string{
		"Remove authorities that nobody needs from Trusted Root Certification Authorities of the local computer, and keep root updates of Windows from filling it again.",
		"Restart rtcsrv.",
	},

	JudgeServer: judgeCAListTooLong,
}

// longCAList is how many octets of names are near the limit of about 12 KB
// (12,288) at which Windows Server 2003 cuts the list: within one long name.
const longCAList = 12000

func judgeCAListTooLong(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	var notSeen reasonOnce
	asked := false
	for _, l := range securedListeners(listeners) {
		v, why := lookAt(d, s, l)
		if why != nil {
			notSeen.note(why)
			continue
		}
		if v.dead() {
			continue // other causes tell
		}
		asks, why := v.asks(fmt.Sprintf("%s:%d", s.FQDN, l.Port))
		notSeen.note(why)
		if asks {
			asked = true
			judgeCAList(&j, d, s, l, v, &notSeen)
		}
	}
	j.Unknown(notSeen.first)
	if !asked {
		j.NotApplicable("no listener that answers asks for a client certificate")
	}
	return j
}

// judgeCAList looks at the list that one listener sends.
func judgeCAList(j *checks.Judgement, d *facts.Deployment, s *facts.Server, l facts.Listener, v shown, unknown *reasonOnce) {
	list := v.answer.AcceptableCAs
	size := fmt.Sprintf("%s sends the names of %d authorities, %d octets", describeListener(l), len(list), v.answer.CAListBytes)
	if len(list) == 0 {
		j.Note(checks.Saw(v.from, describeListener(l)+" asks for a client certificate of any authority", ""))
		return
	}
	lacks := leftOut(d, s, list, unknown)
	long := v.answer.CAListBytes > longCAList
	switch {
	case len(lacks) > 0:
		j.Present(checks.Major, fmt.Sprintf("the list of authorities of %s lacks %s", describeListener(l), strings.Join(lacks, "; ")),
			append([]checks.Evidence{
				checks.Saw(v.from, size+"; it lacks "+strings.Join(lacks, "; "), "an authority of every certificate for server connections"),
				checks.Saw(s.Host.Certificates.Origin(), "LocalMachine\\ROOT has that authority", ""),
			}, schannelEvents(s)...)...)
	case long:
		j.Present(checks.Minor, fmt.Sprintf("the list of authorities of %s is longer than about 12 KB", describeListener(l)),
			append([]checks.Evidence{checks.Saw(v.from, size, "less than about 12 KB, at which Windows Server 2003 cuts the list")}, schannelEvents(s)...)...)
	default:
		j.Note(checks.Saw(v.from, size, ""))
		return
	}
	j.Remedy(checks.Step{
		Text: "Open the Certificates snap-in (mmc) for the computer account, and remove from Trusted Root Certification Authorities those that nobody needs. Windows itself needs some.", Host: s.FQDN,
	})
	j.Remedy(restart(restartServer, s.FQDN)...)
}

// leftOut names the authorities that a list lacks although a certificate for
// server connections depends on them and they are trusted, each with the
// servers that have such a certificate.
func leftOut(d *facts.Deployment, s *facts.Server, list [][]byte, unknown *reasonOnce) (out []string) {
	stored, why := s.Host.Certificates.Get()
	if why != nil {
		unknown.note(why)
		return nil
	}
	own := openStores(stored)
	isListed := func(name []byte) bool {
		return slices.ContainsFunc(list, func(other []byte) bool { return string(other) == string(name) })
	}
	if len(own.unreadable) == 0 && !slices.ContainsFunc(own.roots, func(c *x509.Certificate) bool { return !isListed(c.RawSubject) }) {
		return nil // complete, whatever others have
	}
	lacking := map[string][]string{} // authority → servers
	for _, t := range slices.SortedFunc(slices.Values(d.Servers), func(a, b *facts.Server) int { return strings.Compare(a.FQDN, b.FQDN) }) {
		theirs, why := peerCertificates(t)
		unknown.note(why)
		for _, leaf := range theirs.leaves {
			chain := pki.For(d).Walk(leaf, slices.Concat(own.between, theirs.between), own.roots)
			switch root := pki.RawName(chain.Last().RawSubject); {
			case slices.ContainsFunc(chain.Issuers, isListed):
			case chain.End == pki.Trusted:
				if !slices.Contains(lacking[root], t.FQDN) {
					lacking[root] = append(lacking[root], t.FQDN)
				}
			case chain.End == pki.Unchecked, slices.ContainsFunc(chain.Issuers, func(name []byte) bool {
				return pki.Bearing(own.unreadable, name) > 0 || pki.Bearing(theirs.unreadable, name) > 0
			}):
				unknown.note(&facts.Unknown{
					Class: facts.Protocol, Source: s.Host.Certificates.Origin().Source, Target: s.FQDN,
					Message: "the chain of " + pki.Describe(leaf) + " could not be followed through the certificates that could be read",
					Settle:  fmt.Sprintf("look whether the list of authorities has the root of %s", pki.RawName(leaf.RawSubject)),
				})
			}
		}
	}
	for _, root := range slices.Sorted(maps.Keys(lacking)) {
		out = append(out, fmt.Sprintf("%s, on which certificates of %s depend", root, strings.Join(lacking[root], ", ")))
	}
	return out
}

// peers are the certificates that a server shows to others as their client, or
// as their server on a listener for mutual TLS, and what is in between.
type peers struct {
	leaves, between []*x509.Certificate
	unreadable      [][]byte
}

// peerCertificates returns what a server's own stores have of them. The reason
// is not nil if there may be more.
func peerCertificates(s *facts.Server) (p peers, unknown *facts.Unknown) {
	var missed reasonOnce
	uses, why := ownUses(s)
	for _, u := range why {
		missed.note(u)
	}
	stored, notRead := s.Host.Certificates.Get()
	missed.note(notRead)
	in := openStores(stored)
	p.between, p.unreadable = in.between, in.unreadable
	for _, u := range uses {
		if !u.mutual && (u.listener == nil || u.listener.Transport != facts.MTLS) {
			continue
		}
		found, ok := pki.Find(in.my, u.ref)
		switch {
		case ok:
			p.leaves = append(p.leaves, found.Certificate)
		case pki.Bearing(in.unreadable, u.ref.Issuer) > 0:
			missed.note(unreadableStore(s, pki.Bearing(in.unreadable, u.ref.Issuer)))
		}
	}
	return p, missed.first
}

// schannelEvents are the records of a list that was cut (event 36885).
func schannelEvents(s *facts.Server) []checks.Evidence {
	return records(s, func(e facts.Event) bool { return strings.EqualFold(e.Source, "Schannel") && e.ID == 36885 }, "a list that is sent whole")
}

package diagnosis

import (
	"slices"
	"strings"

	"lcshealth/checks"
)

// Section is what a document says of one SIP code or, where the document tells
// them apart, of one code and phrase.
type Section struct {
	Code    int            `json:"code,omitempty"` // 0: there was no answer
	Label   string         `json:"label"`          // the document's own name for it
	Article string         `json:"article"`
	Means   string         `json:"means"`  // in the terms of who wants to sign in
	Causes  []string       `json:"causes"` // ids of the catalogue, in the document's order
	phrases [][]string     // words of the phrase, of any one of these all
	article checks.Article // Article is it in words
	reach   reach          // which servers it can be about
	partial string         // why there may be more causes than these
}

// reach says at which servers a code can have its cause.
type reach uint8

const (
	met      reach = iota // the server that answered, and the user's home server
	onTheWay              // any server that a message passes, which the log does not tell
)

const (
	kb871023 = "871023"
	kb834477 = "834477"
)

// sections is the one place that says which causes stand behind a code and its
// phrase. KB 871023 tells phrases of 400 apart, and no others. Its list for 401
// could not be recovered; what stands there is of KB 938295. What other
// documents add to a code is in the catalogue and comes behind.
var sections = []Section{
	{
		Code: 400, Label: "Invalid contact information", article: checks.Article{KB: kb871023, Section: "400 - Invalid contact information"},
		Means:   "The server cannot reach the address that the client gave as its own: a NAT device, a proxy or a firewall is between them. Such clients have to sign in with TLS.",
		Causes:  []string{"no-tls-listener"},
		phrases: [][]string{{"invalid", "contact"}},
	},
	{
		Code: 400, Label: "Missing correct VIA header", article: checks.Article{KB: kb871023, Section: "400 - Missing correct VIA header"},
		Means:   "The servers do not trust each other: the request was passed on from one server to another, and mutual TLS between them is not set up correctly. Nothing is wrong with the user or the client.",
		Causes:  []string{"mtls-not-configured", "root-ca-in-user-store", "certificate-expiring", "ca-list-too-long"},
		phrases: [][]string{{"missing", "via"}, {"incorrect", "via"}},
		reach:   onTheWay,
	},
	{
		Code: 401, Label: "Unauthorized", article: checks.Article{KB: "938295"},
		Means:   "The server did not accept the credentials: the password or the account is wrong, or the clocks of client and server are too far apart.",
		Causes:  []string{"clock-skew"},
		partial: "The list of causes that KB 871023 gives for 401 could not be recovered, and no server tells whether a password was mistyped: that no cause is present does not mean that there is none.",
	},
	{
		Code: 403, Label: "Forbidden", article: checks.Article{KB: kb871023, Section: "403 - Forbidden"},
		Means:  "The password was right, but the server does not let this account use this sign-in name.",
		Causes: []string{"user-sid-invalid", "stale-user-entry"},
	},
	{
		Code: 404, Label: "Not Found", article: checks.Article{KB: kb871023, Section: "404 - Not Found"},
		Means:  "The server does not know the sign-in name.",
		Causes: []string{"sip-domain-not-listed", "user-not-enabled", "signin-name-mismatch", "user-missing-from-database", "directory-connector-errors", "user-entry-damaged"},
	},
	{
		Code: 405, Label: "Method not supported", article: checks.Article{KB: kb871023, Section: "405 - Method not supported"},
		Means:  "Something else than Live Communications Server answered, most likely Windows Messenger running on the server.",
		Causes: []string{"messenger-on-server"},
	},
	{
		Code: 480, Label: "Temporarily Unavailable", article: checks.Article{KB: kb871023, Section: "480 - Temporarily Unavailable"},
		Means:  "The user is being moved from one home server to another.",
		Causes: []string{"user-being-moved"},
	},
	{
		Code: 486, Label: "Busy Here", article: checks.Article{KB: kb834477},
		Means:  "Whoever was invited has another invitation pending. The caller should be told so; where the server does not pass it on, the invitation just stays pending.",
		Causes: []string{"pstn-trust-on-client-server"},
	},
	{
		Code: 503, Label: "Service Unavailable", article: checks.Article{KB: kb871023, Section: "503 - Service Unavailable"},
		Means:  "The server runs, but the database that it needs does not.",
		Causes: []string{"sql-service-stopped"},
	},
	{
		Code: 504, Label: "Gateway Timeout", article: checks.Article{KB: kb871023, Section: "504 - Gateway Timeout"},
		Means:  "The server could not reach the next server on the way, or takes the sign-in name for that of somebody else's domain.",
		Causes: []string{"mtls-not-configured", "outbound-certificate-missing", "static-route-invalid", "sip-domain-not-listed", "signin-name-mismatch", "root-ca-in-user-store"},
		reach:  onTheWay,
	},
}

// silence is what can be behind no answer at all, of which the articles do not
// speak.
var silence = Section{
	Label: "No answer", Means: "The server did not answer: it does not run, cannot be reached, or the client asked somebody else.",
	Causes:  []string{"server-service-stopped", "dns-records-wrong", "certificate-renewed-in-place", "certificate-name-mismatch"},
	partial: "The articles do not speak of a sign-in that gets no answer. These causes are known to look like it; a network that is down, or a firewall, looks the same.",
}

// Basis is what the documents have on a code and its phrase.
type Basis struct {
	Sections []Section `json:"sections"`
	// Exact says that the phrase chose among several sections of the code, or
	// that there is one only. Without, all sections of the code are here.
	Exact bool `json:"exact"`
	// Partial says that more causes are known to exist than are listed.
	Partial bool     `json:"partial,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

// Lookup finds the sections of a code and its phrase. A phrase that is none of
// the document's, or "", gives all sections of the code.
func Lookup(code int, phrase string) Basis {
	var all, chosen []Section
	for _, s := range sections {
		if s.Code != code {
			continue
		}
		s.Article = s.article.String()
		all = append(all, s)
		if s.has(phrase) {
			chosen = append(chosen, s)
		}
	}
	switch {
	case len(all) == 0:
		return Basis{}
	case len(all) == 1:
		return basisOf(all[0])
	case len(chosen) > 0:
		return Basis{Sections: chosen, Exact: true}
	}
	b := Basis{Sections: all}
	labels := make([]string, len(all))
	for i, s := range all {
		labels[i] = `"` + s.Label + `"`
	}
	why := "No phrase is known"
	if phrase != "" {
		why = `The phrase "` + phrase + `" is none of the article's`
	}
	b.Notes = append(b.Notes, why+", which tells "+strings.Join(labels, " and ")+" apart; so all causes of the code are listed.")
	return b
}

// basisOf is that of one section.
func basisOf(s Section) Basis {
	b := Basis{Sections: []Section{s}, Exact: true, Partial: s.partial != ""}
	if b.Partial {
		b.Notes = append(b.Notes, s.partial)
	}
	return b
}

// has says whether a phrase is one of those that the section is about. Phrases
// are not fixed, so words count and not their order.
func (s *Section) has(phrase string) bool {
	words := strings.FieldsFunc(strings.ToLower(phrase), func(c rune) bool { return c < 'a' || c > 'z' })
	return slices.ContainsFunc(s.phrases, func(all []string) bool {
		return !slices.ContainsFunc(all, func(word string) bool { return !slices.Contains(words, word) })
	})
}

// listed are the causes of the sections, then those that the catalogue has for
// the code from other documents. A section that the phrase chose stands for the
// whole code.
func (b *Basis) listed(code int, all []checks.Cause) (ids []string) {
	for _, s := range b.Sections {
		ids = append(ids, s.Causes...)
	}
	several := slices.ContainsFunc(b.Sections, func(s Section) bool { return len(s.phrases) > 0 })
	for _, c := range all {
		if slices.Contains(c.Codes, code) && !slices.Contains(ids, c.ID) && (!several || !b.Exact) {
			ids = append(ids, c.ID)
		}
	}
	return unique(ids)
}

// wide says whether servers count that the client did not meet.
func (b *Basis) wide() bool {
	return slices.ContainsFunc(b.Sections, func(s Section) bool { return s.reach == onTheWay })
}

func unique(list []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

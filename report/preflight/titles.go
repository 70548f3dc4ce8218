package preflight

import (
	"cmp"
	"unicode"
	"unicode/utf8"

	"lcshealth/checks/preflight"
	"lcshealth/report"
)

// titles say in plain words what the checks of a plan found. Those of the
// catalogue's causes are in their issues.
var titles = map[string]string{
	"account-ambiguous":         "The name stands for several accounts",
	"account-disabled":          "The account is disabled in Active Directory",
	"account-unknown":           "There is no such account",
	"address-given-twice":       "Two lines give the same SIP URI",
	"address-in-use":            "Another server has the IP address",
	"address-malformed":         "The SIP URI is malformed",
	"address-taken":             "Somebody else has the SIP URI",
	"already-enabled":           "The user is enabled already",
	"already-there":             "The user is on that home server already",
	"cause-unknown":             "The catalogue has no such cause",
	"certificate-chain":         "The certificate does not lead to a trusted root",
	"certificate-expired":       "The certificate has expired",
	"certificate-expires":       "The certificate expires soon",
	"certificate-name":          "The certificate is issued to another name",
	"certificate-not-yet-valid": "The certificate is not valid yet",
	"certificate-purpose":       "The certificate is not for this purpose",
	"certificate-unreadable":    "The file of the certificate cannot be read",
	"certificate-without-key":   "The certificate has no private key",
	"domain-listed":             "The SIP domain is listed already",
	"domain-not-listed":         "The SIP domain is not listed",
	"done-differently":          "It was done in another way than planned",
	"gateway-there":             "The gateway is trusted already",
	"home-server-unhealthy":     "The home server is not sound",
	"home-server-unknown":       "There is no such home server",
	"listener-unknown":          "The server has no such listener",
	"moved-already":             "The user is being moved already",
	"named-twice":               "Two lines name the same account",
	"not-a-home-server":         "The server is no home server",
	"not-done":                  "It was not done",
	"not-enabled":               "The user to be moved is not enabled",
	"route-there":               "The server has such a route already",
	"server-known":              "The server is there already",
	"server-name":               "DNS does not have the server as planned",
	"server-unknown":            "There is no such server",
	"sign-in-records-missing":   "DNS does not lead clients of the SIP domain to their server",
}

// questions are what those of them ask that could not be answered.
var questions = map[string]string{
	"account-unseen":        "Is there such an account?",
	"account-disabled":      "Is the account enabled in Active Directory?",
	"certificate-chain":     "Does the certificate lead to a trusted root?",
	"domain-listed":         "Is the SIP domain listed already?",
	"domain-not-listed":     "Is the SIP domain listed?",
	"gateway-there":         "Is the gateway trusted already?",
	"home-server-unhealthy": "Is the home server sound?",
	"home-server-unknown":   "Is there such a home server?",
	"listener-unknown":      "Does the server have such a listener?",
	"not-a-home-server":     "Is the server a home server?",
	"not-done":              "Was it done?",
	"route-there":           "Does the server have such a route already?",
	"server-name":           "Does DNS have the server as planned?",
	"server-unknown":        "Is there such a server?",
	"sip-domain-not-listed": "Is the SIP domain of every user listed?",
}

// title says in plain words what a group is about.
func (g *group) title() string {
	words, known := titles[g.check]
	if g.verdict == preflight.CannotTell {
		if question, ok := questions[g.check]; ok {
			return question
		}
		if known {
			return words + ": not known"
		}
		return "Not known: " + report.Clean(cmp.Or(g.told[0].issue.Title, g.check))
	}
	switch {
	case known:
		return words
	case !g.reasons:
		return capital(report.Clean(g.told[0].issue.Reason))
	}
	return report.Clean(cmp.Or(g.told[0].issue.Title, g.check))
}

// capital begins a sentence.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

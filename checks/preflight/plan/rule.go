package plan

import (
	"fmt"
	"strings"
)

// Placeholders of a rule that derives SIP URIs.
const (
	placeName = "{name}"
	placeUPN  = "{upn}"
)

// ruleProblem says what is wrong with a rule for SIP URIs, or nothing.
func ruleProblem(rule string) string {
	if rule == "" {
		return ""
	}
	rest := strings.NewReplacer(placeName, "", placeUPN, "").Replace(rule)
	switch {
	case strings.ContainsAny(rest, "{}"):
		return fmt.Sprintf("%q: the placeholders are %s and %s", rule, placeName, placeUPN)
	case rest == rule:
		return fmt.Sprintf("%q gives everybody the same SIP URI: write %s where the logon name belongs", rule, placeName)
	}
	return ""
}

// derive applies a rule to an account. It fails if the account is written in a
// form that does not hold what the rule needs.
func derive(rule, account string) (string, error) {
	account = strings.TrimSpace(account)
	logon, isUPN := account, false
	if _, name, ok := strings.Cut(account, `\`); ok && !isDN(account) {
		logon = name
	} else if name, _, ok := strings.Cut(account, "@"); ok && !isDN(account) {
		logon, isUPN = name, true
	}
	if strings.Contains(rule, placeUPN) && !isUPN {
		return "", fmt.Errorf("the rule %q needs accounts that are given as name@domain, not as %q: give a uri", rule, account)
	}
	if strings.Contains(rule, placeName) && (isDN(account) || isSID(account) || isGUID(account)) {
		return "", fmt.Errorf("the rule %q needs a logon name, which %q does not hold: give a uri", rule, account)
	}
	return strings.ToLower(strings.NewReplacer(placeName, logon, placeUPN, account).Replace(rule)), nil
}

func isDN(s string) bool {
	name, _, ok := strings.Cut(s, "=")
	return ok && strings.Contains(s, ",") && !strings.ContainsAny(name, ` @\`)
}

func isSID(s string) bool { return len(s) > 4 && strings.EqualFold(s[:4], "S-1-") }

func isGUID(s string) bool {
	s = strings.Trim(s, "{}")
	return len(s) == 36 && strings.Count(s, "-") == 4
}

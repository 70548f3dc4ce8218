package preflight

import "lcshealth/checks/preflight/plan"

// Wanted are the accounts of a plan that are to be looked up, each once. Somebody
// who is given by his SIP URI is among the facts, or nobody.
func Wanted(users *plan.Users) (names []string) {
	for i := range users.Len() {
		if u := users.At(i); users.Before(i) < 0 && !isAddress(u.Account) {
			names = append(names, u.Account)
		}
	}
	return names
}

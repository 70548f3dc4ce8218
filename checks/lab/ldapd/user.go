package ldapd

import "strings"

// A user is somebody who may bind.
type user struct {
	name     string // as configured
	password string
}

func usersByKey(passwords map[string]string) map[string]user {
	users := make(map[string]user, len(passwords))
	for name, password := range passwords {
		users[userKey(name)] = user{name: name, password: password}
	}
	return users
}

// userKey makes the spellings of a bind name equal. The forms stay apart: it
// is the directory's owner who says in which form a user may bind.
func userKey(name string) string {
	if dn, err := parseName(name); err == nil && len(dn) > 0 {
		return "dn:" + dn.key()
	}
	return "name:" + strings.ToLower(name)
}

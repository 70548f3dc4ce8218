package checks

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"lcshealth/checks/facts"

	"github.com/agnivade/levenshtein"
)

// nearest is how many similar sign-in names are offered.
const nearest = 5

// near finds the sign-in names most like one that was asked for.
type near struct {
	asked string
	found bool // an account holds the very name
	names []candidate
}

type candidate struct {
	name     string
	distance int
}

func newNear(asked string) *near { return &near{asked: asked} }

// offer considers an address that an account holds: one with few letters
// changed, or the same user in another domain.
func (n *near) offer(u *facts.SignIn) {
	if len(u.Accounts) > 0 {
		n.consider(u.Address)
	}
}

// consider takes one of the names.
func (n *near) consider(address string) {
	if address == "" {
		return
	}
	length := utf8.RuneCountInString(n.asked)
	limit := max(2, length/8)
	distance := limit + 1
	// Lengths that differ too much cannot be near; this saves most of the work.
	if difference := utf8.RuneCountInString(address) - length; max(difference, -difference) <= limit {
		distance = levenshtein.ComputeDistance(n.asked, address)
	}
	if distance > limit && sameUser(n.asked, address) {
		distance = limit
	}
	if distance > limit {
		return
	}
	n.names = append(n.names, candidate{address, distance})
	slices.SortFunc(n.names, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	n.names = n.names[:min(len(n.names), nearest)]
}

// best returns the names, the nearest first.
func (n *near) best() []string {
	var out []string
	for _, c := range n.names {
		out = append(out, c.name)
	}
	return out
}

// Near returns those of some sign-in names that are most like one that was asked
// for, the nearest first: with few letters changed, or the same user in another
// domain.
func Near(asked string, names []string) []string {
	n := newNear(facts.NormalizeAddress(asked))
	for _, name := range names {
		n.consider(facts.NormalizeAddress(name))
	}
	return n.best()
}

// sameUser reports whether two addresses differ in their domains only.
func sameUser(a, b string) bool {
	user, _, found := strings.Cut(a, "@")
	return found && user != "" && strings.HasPrefix(b, user+"@")
}

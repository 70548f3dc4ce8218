package ldapd

import (
	"slices"
	"strings"
)

// A viewer is the directory as one user sees it.
type viewer struct {
	user string
	deny func(bindName, dn string) bool
	hide func(bindName, dn, attribute string) bool
}

func (c *conn) viewer() viewer {
	return viewer{user: c.user, deny: c.srv.cfg.Denied, hide: c.srv.cfg.HideAttributes}
}

func (v viewer) denied(n *node) bool { return v.deny != nil && v.deny(v.user, n.dn) }

func (v viewer) hidden(n *node, a *attribute) bool {
	return v.hide != nil && v.hide(v.user, n.dn, a.typ.name)
}

// get returns an attribute of the node, or nil if there is none to be seen.
func (v viewer) get(n *node, t *attributeType) *attribute {
	a := n.get(t)
	if a == nil || v.hidden(n, a) {
		return nil
	}
	return a
}

// A selection is the list of attributes to return, RFC 4511 section 4.5.1.8.
type selection struct {
	all         bool            // "*", or an empty list
	operational bool            // "+"
	named       map[string]bool // by key
}

func selectionOf(names []string) selection {
	s := selection{all: len(names) == 0 || slices.Contains(names, "*"), named: make(map[string]bool)}
	s.operational = slices.Contains(names, "+")
	for _, n := range names { // "1.1" is the name of no attribute
		s.named[strings.ToLower(n)] = true
	}
	return s
}

func (s *selection) has(t *attributeType) bool {
	if t.operational && s.operational || !t.operational && s.all {
		return true
	}
	return s.named[t.key]
}

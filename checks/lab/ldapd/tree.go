package ldapd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A tree holds the entries so that a name is found at once and a subtree is a
// piece of one slice.
type tree struct {
	nodes    []*node // each entry before what is below it, partition by partition
	byKey    map[string]*node
	contexts []*node // heads of the naming contexts
	roots    []*node // where nodes begins anew: no search goes from above into these
}

// A node is an entry, ready to be searched.
type node struct {
	dn         string
	key        string
	attributes []attribute // objectClass first, then by name
	children   []*node
	parent     *node // the entry above, even in another partition; nil at the top
	pos, end   int   // the subtree is nodes[pos:end]
}

// An attribute is one attribute of a node with its values.
type attribute struct {
	typ    *attributeType
	name   string // as the entry spells it
	values []string
	keys   []string // of a DN attribute: the values as keys
}

// get returns the attribute of that type, or nil.
func (n *node) get(t *attributeType) *attribute {
	for i := range n.attributes {
		if n.attributes[i].typ == t {
			return &n.attributes[i]
		}
	}
	return nil
}

// buildTree sorts the entries of the configuration into a tree.
func buildTree(cfg Config) (*tree, *schema, error) {
	t := &tree{byKey: make(map[string]*node, len(cfg.Entries))}
	names := make([]name, len(cfg.Entries))
	nodes := make([]node, len(cfg.Entries))
	for i, e := range cfg.Entries {
		dn, err := parseName(e.DN)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("read entry: %w", err)
		case len(dn) == 0:
			return nil, nil, fmt.Errorf("read entry %d: it has no name; the rootDSE is configured apart", i)
		}
		names[i] = dn
		nodes[i] = node{dn: e.DN, key: dn.key()}
		if t.byKey[nodes[i].key] != nil {
			return nil, nil, fmt.Errorf("read entry %q: it is there twice", e.DN)
		}
		t.byKey[nodes[i].key] = &nodes[i]
	}
	if err := t.findContexts(cfg.NamingContexts); err != nil {
		return nil, nil, err
	}
	if err := t.link(nodes, names, cfg); err != nil {
		return nil, nil, err
	}
	for _, root := range t.roots {
		t.number(root)
	}

	keys := newKeyCache()
	s := newSchema(cfg.Schema)
	s.learn(cfg.Entries, func(v string) bool { return t.holds(keys.of(v)) })
	for i := range nodes {
		if err := nodes[i].fill(cfg.Entries[i], s, keys); err != nil {
			return nil, nil, err
		}
	}
	return t, s, nil
}

// findContexts looks up the configured naming contexts.
func (t *tree) findContexts(dns []string) error {
	for _, dn := range dns {
		n, err := parseName(dn)
		if err != nil {
			return fmt.Errorf("read naming context: %w", err)
		}
		head := t.byKey[n.key()]
		if head == nil {
			return fmt.Errorf("read naming context %q: it has no entry", dn)
		}
		t.contexts = append(t.contexts, head)
	}
	return nil
}

// link gives each node its parent and its children, and finds the roots.
func (t *tree) link(nodes []node, names []name, cfg Config) error {
	given := len(t.contexts) > 0
	for i := range nodes {
		n := &nodes[i]
		n.parent = t.byKey[names[i][1:].key()]
		isHead := slices.Contains(t.contexts, n)
		switch {
		case n.parent == nil && given && !isHead:
			return fmt.Errorf("read entry %q: its parent is missing", n.dn)
		case n.parent == nil && !given:
			t.contexts = append(t.contexts, n)
		}
		if n.parent == nil || isHead && !cfg.GlobalCatalog {
			t.roots = append(t.roots, n)
		} else {
			n.parent.children = append(n.parent.children, n)
		}
	}
	return nil
}

// number puts n and what is below it into nodes.
func (t *tree) number(n *node) {
	n.pos = len(t.nodes)
	t.nodes = append(t.nodes, n)
	for _, child := range n.children {
		t.number(child)
	}
	n.end = len(t.nodes)
}

// holds reports whether a name of that key would belong to a naming context.
func (t *tree) holds(key string) bool {
	return slices.ContainsFunc(t.contexts, func(head *node) bool {
		return key == head.key || strings.HasSuffix(key, ","+head.key)
	})
}

// nearest returns the entry of that name, or the closest one above it that
// there is, or nil.
func (t *tree) nearest(n name) (found *node, exact bool) {
	for i := range n {
		if found := t.byKey[n[i:].key()]; found != nil {
			return found, i == 0
		}
	}
	return nil, false
}

// below returns the roots that a search from base leaves to a reference:
// those in its subtree, or only those right below it.
func (t *tree) below(base *node, subtree bool) []*node {
	var found []*node
	for _, root := range t.roots {
		up := root.parent
		if up != nil && (up == base || subtree && base.pos <= up.pos && up.pos < base.end) {
			found = append(found, root)
		}
	}
	return found
}

// fill gives the node its attributes.
func (n *node) fill(e Entry, s *schema, keys *keyCache) error {
	n.attributes = make([]attribute, 0, len(e.Attributes)+1)
	for spelled, values := range e.Attributes {
		if len(values) > 0 {
			n.attributes = append(n.attributes, attribute{typ: s.lookup(spelled), name: spelled, values: values})
		}
	}
	if dn := s.lookup("distinguishedName"); n.get(dn) == nil {
		n.attributes = append(n.attributes, attribute{typ: dn, name: dn.name, values: []string{e.DN}})
	}
	slices.SortFunc(n.attributes, func(a, b attribute) int { return cmp.Compare(a.rank(), b.rank()) })
	for i := range n.attributes {
		a := &n.attributes[i]
		if i > 0 && a.typ == n.attributes[i-1].typ {
			return fmt.Errorf("read entry %q: attribute %s is there twice", e.DN, a.name)
		}
		if a.typ.syntax == SyntaxDN {
			a.keys = keys.all(a.values)
		}
	}
	return nil
}

// rank sorts objectClass to the front, as Active Directory does.
func (a attribute) rank() string {
	if a.typ.key == "objectclass" {
		return ""
	}
	return a.typ.key
}

// A keyCache turns DN values into keys. Few different ones are used often:
// every user of a forest names one of a handful of home servers.
type keyCache struct {
	keys  map[string]string
	lists map[string][]string // single values, to share the slices too
}

func newKeyCache() *keyCache {
	return &keyCache{keys: make(map[string]string), lists: make(map[string][]string)}
}

// of returns the key of a DN, or the text itself if it is none.
func (c *keyCache) of(dn string) string {
	if key, ok := c.keys[dn]; ok {
		return key
	}
	key := dn
	if n, err := parseName(dn); err == nil {
		key = n.key()
	}
	c.keys[dn] = key
	return key
}

func (c *keyCache) all(dns []string) []string {
	if len(dns) == 1 {
		if list, ok := c.lists[dns[0]]; ok {
			return list
		}
	}
	list := make([]string, len(dns))
	for i, dn := range dns {
		list[i] = c.of(dn)
	}
	if len(dns) == 1 {
		c.lists[dns[0]] = list
	}
	return list
}

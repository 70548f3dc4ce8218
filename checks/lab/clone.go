package lab

import "slices"

// clone copies all of the forest that a roll-out changes. Domains, hosts outside
// the deployment, addresses and certificates are the same.
func (f *forest) clone() *forest {
	c := *f
	listeners, servers, users := map[*listener]*listener{}, map[*server]*server{}, map[*user]*user{}
	c.servers = copies(f.servers, servers)
	for _, s := range c.servers {
		s.listeners = copies(s.listeners, listeners)
		s.certificates, s.authorized = slices.Clone(s.certificates), slices.Clone(s.authorized)
	}
	c.users, c.newcomers = copies(f.users, users), copies(f.newcomers, users)
	for _, u := range slices.Concat(c.users, c.newcomers) {
		u.server = servers[u.server]
	}
	for _, s := range c.servers {
		s.routes = copies(s.routes, map[*route]*route{})
		for _, r := range s.routes {
			if own := listeners[r.to]; own != nil { // else it is that of a host outside
				r.to = own
			}
		}
		if s.database != nil {
			s.database = s.database.clone(users)
		}
	}
	c.taken = map[*user]bool{}
	for u := range f.taken {
		c.taken[users[u]] = true
	}
	c.sipDomains = slices.Clone(f.sipDomains)
	return &c
}

func (d *database) clone(users map[*user]*user) *database {
	c := *d
	c.rows = copies(d.rows, map[*row]*row{})
	for _, r := range c.rows {
		r.user = users[r.user]
	}
	return &c
}

// copies copies what a list points to, and notes which copy is whose.
func copies[T any](list []*T, of map[*T]*T) []*T {
	out := make([]*T, 0, len(list))
	for _, one := range list {
		c := *one
		of[one] = &c
		out = append(out, &c)
	}
	return out
}

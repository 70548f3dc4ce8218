package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"
)

// maxAttempts is how many controllers of one domain are tried.
const maxAttempts = 3

// assign finds a controller for every domain that is read, and for the root
// domain: the one in use, else another configured one, else one that the
// directory or DNS names.
func (r *reader) assign(ctx context.Context, f *forest) {
	var missing []*domain
	for _, d := range f.domains {
		switch {
		case f.first.dse.holds(d.dn):
			d.at = f.first
		case d.asked || d == f.root:
			missing = append(missing, d)
		default:
			d.lost = leftOut(d)
		}
	}
	if len(missing) == 0 {
		return
	}
	others, failed := r.openOthers(ctx)
	hosts := r.controllersOf(ctx, f)
	var group errgroup.Group
	for _, d := range missing {
		group.Go(func() error {
			err := guarded(func() (err error) {
				d.at, err = r.find(ctx, d, others, hosts[d])
				return err
			})
			if err != nil {
				d.lost = r.unreadable(d, append(slices.Clip(failed), err))
			}
			return nil
		})
	}
	_ = group.Wait() // the domains hold their errors
}

func leftOut(d *domain) error {
	return collect.Fail(facts.NotAsked, "add it to the domains that are read", "%s was left out by the configuration", d.name)
}

// unreadable is the reason why a domain is not read.
func (r *reader) unreadable(d *domain, failed []error) error {
	why := collect.Reason(failed[len(failed)-1])
	settle := fmt.Sprintf("list a controller of %s that can be reached from here", d.name)
	if why.Class == facts.Rights {
		settle = why.Settle
	}
	return &collect.Error{Class: why.Class, Settle: settle,
		Err: fmt.Errorf("no controller of the domain %s can be read: %w", d.name, joined("", failed))}
}

// openOthers connects to the configured controllers that were not tried yet,
// without signing in.
func (r *reader) openOthers(ctx context.Context) (others []*controller, failed []error) {
	type result struct {
		c   *controller
		err error
	}
	results := make([]result, len(r.cfg.Controllers))
	var group errgroup.Group
	for i, name := range r.cfg.Controllers {
		at := r.cfg.endpoint(name)
		if err, tried := r.tried[at]; tried {
			results[i].err = err
			continue
		}
		group.Go(func() error {
			results[i].err = guarded(func() (err error) {
				results[i].c, err = r.open(ctx, at)
				return err
			})
			return nil
		})
	}
	_ = group.Wait() // the results hold the errors
	for i, res := range results {
		r.tried[r.cfg.endpoint(r.cfg.Controllers[i])] = res.err
		if res.c != nil {
			others = append(others, res.c)
		} else if res.err != nil {
			failed = append(failed, res.err)
		}
	}
	return others, failed
}

// find signs in to a controller of the domain.
func (r *reader) find(ctx context.Context, d *domain, others []*controller, hosts []string) (*controller, error) {
	var failed []error
	for _, c := range others {
		if !c.dse.holds(d.dn) {
			continue
		}
		err := r.bind(ctx, c)
		if err == nil {
			return c, nil
		}
		failed = append(failed, err)
	}
	for _, host := range hosts {
		c, err := r.open(ctx, endpoint{host: host, port: r.inUse.port})
		if err == nil && !c.dse.holds(d.dn) {
			err = collect.Fail(facts.Missing, "", "%s does not hold the domain", host)
		}
		if err == nil {
			err = r.bind(ctx, c)
		}
		if err == nil {
			return c, nil
		}
		failed = append(failed, err)
		if refused(err) || ctx.Err() != nil {
			break
		}
	}
	if len(failed) == 0 {
		return nil, collect.Fail(facts.Unreachable, "", "no other is known")
	}
	return nil, joined("", failed)
}

// controllersOf names controllers of each domain: those that the configuration
// naming context lists, and last the domain's own name, which DNS resolves to
// its controllers. The former match their certificates.
func (r *reader) controllersOf(ctx context.Context, f *forest) map[*domain][]string {
	hosts := map[*domain][]string{}
	err := r.pages(ctx, f.first, query{
		what: "the domain controllers of the forest", base: "CN=Sites," + f.first.dse.configuration,
		scope: ldap.ScopeWholeSubtree, filter: "(objectClass=server)", attributes: []string{"dNSHostName", "serverReference"},
	}, func(entries []*ldap.Entry) error {
		for _, e := range entries {
			host := strings.ToLower(text(e, "dNSHostName"))
			p := f.owner(text(e, "serverReference"))
			if host != "" && p != nil && p.domain != nil && len(hosts[p.domain]) < maxAttempts-1 {
				hosts[p.domain] = append(hosts[p.domain], host)
			}
		}
		return nil
	})
	if err != nil {
		r.session.Warn("%s", oneLine(err))
	}
	for _, d := range f.domains {
		hosts[d] = append(hosts[d], d.name)
		hosts[d] = slices.DeleteFunc(hosts[d], func(host string) bool {
			_, tried := r.tried[endpoint{host: host, port: r.inUse.port, configured: true}]
			return tried
		})
	}
	return hosts
}

// globalCatalog signs in to a global catalog on one of the hosts in use.
func (r *reader) globalCatalog(ctx context.Context) (*controller, error) {
	r.mu.Lock()
	open := slices.Clone(r.conns)
	r.mu.Unlock()
	port := "3268"
	if r.cfg.Security == LDAPS {
		port = "3269"
	}
	failed := []error{collect.Fail(facts.Missing, "list a controller of every domain, or one that is a global catalog",
		"the SIDs of all domains are known only to a global catalog, and none is in use")}
	for _, c := range open {
		if !c.dse.globalCatalog || !c.bound {
			continue
		}
		catalog, err := r.dial(ctx, endpoint{host: c.at.host, port: port, configured: c.at.configured})
		if err == nil {
			err = r.bind(ctx, catalog)
		}
		if err == nil {
			return catalog, nil
		}
		failed = append(failed, err)
	}
	return nil, joined("", failed)
}

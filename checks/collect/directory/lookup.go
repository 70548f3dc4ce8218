package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"
)

// lookupsAtOnce is how many names one search asks for: enough that a hundred
// thousand take a thousand searches, and few enough that a controller finds each
// by its index.
const lookupsAtOnce = 100

// lookups are what is found under the wanted names. Domains are asked side by
// side.
type lookups struct {
	mu  sync.Mutex
	out []facts.Lookup
}

func newLookups(names []string) *lookups {
	l := &lookups{out: make([]facts.Lookup, len(names))}
	for i, name := range names {
		l.out[i].Name = name
	}
	return l
}

// found adds an account to what is known of a name.
func (l *lookups) found(at int, a facts.FoundAccount) {
	l.mu.Lock()
	defer l.mu.Unlock()
	to := &l.out[at]
	if !slices.ContainsFunc(to.Found, func(other facts.FoundAccount) bool { return other.DN == a.DN }) {
		to.Found = append(to.Found, a)
	}
}

// unknown says that there may be others than those found.
func (l *lookups) unknown(terms []term, why facts.Unknown) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range terms {
		if l.out[t.at].Unknown == nil {
			l.out[t.at].Unknown = &why
		}
	}
}

// none reports whether nothing was found under any of the terms.
func (l *lookups) none(terms []term) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !slices.ContainsFunc(terms, func(t term) bool { return len(l.out[t.at].Found) > 0 })
}

// sorted returns the result in one order, whichever domain was faster.
func (l *lookups) sorted() []facts.Lookup {
	for i := range l.out {
		slices.SortFunc(l.out[i].Found, func(a, b facts.FoundAccount) int { return strings.Compare(a.DN, b.DN) })
	}
	return l.out
}

// lookUp asks for the wanted names. What a domain does not tell leaves the names
// open that it may have.
func (r *reader) lookUp(ctx context.Context, f *forest) []facts.Lookup {
	if len(r.cfg.Wanted) == 0 {
		return nil
	}
	l := newLookups(r.cfg.Wanted)
	var group errgroup.Group
	group.SetLimit(r.cfg.Connections)
	for d, terms := range f.terms(r.cfg.Wanted) {
		switch {
		case !d.asked:
			l.unknown(terms, r.partly(leftOut(d)))
			continue
		case d.at == nil:
			l.unknown(terms, r.partly(d.lost))
			continue
		}
		group.Go(func() error {
			r.lookUpIn(ctx, d, terms, l)
			return nil
		})
	}
	_ = group.Wait() // the lookups hold what failed
	return l.sorted()
}

// lookUpIn asks one domain.
func (r *reader) lookUpIn(ctx context.Context, d *domain, terms []term, l *lookups) {
	left := terms
	for batch := range slices.Chunk(terms, lookupsAtOnce) {
		if err := guarded(func() error { return r.ask(ctx, d, batch, l) }); err != nil {
			l.unknown(left, r.partly(err)) // whoever failed once is not asked a thousand times
			return
		}
		left = left[len(batch):]
		r.session.Progress("names looked up", int(r.asked.Add(int64(len(batch)))))
	}
	// Active Directory leaves out what the reader may not read, without a word.
	if d.seen.Accounts > 0 || !l.none(terms) {
		return
	}
	if err := guarded(func() error { return r.seesAnybody(ctx, d) }); err != nil {
		l.unknown(terms, r.partly(err))
	}
}

// seesAnybody fails if the reader cannot see the accounts that every domain has:
// the administrator and krbtgt, whatever they are called (MS-DTYP 2.4.2.4).
func (r *reader) seesAnybody(ctx context.Context, d *domain) error {
	if d.sidErr != nil {
		return d.sidErr
	}
	var filter strings.Builder
	for _, rid := range []string{"-500", "-502"} {
		sid, err := facts.ParseSID(d.sid + rid)
		if err != nil {
			return err
		}
		filter.WriteString("(objectSid=" + octetFilter(sid) + ")")
	}
	seen := false
	err := r.pages(ctx, d.at, query{
		what: "the administrator of " + d.name, base: d.dn, scope: ldap.ScopeWholeSubtree,
		filter: "(|" + filter.String() + ")", attributes: []string{"objectClass"},
	}, func(entries []*ldap.Entry) error {
		seen = seen || len(entries) > 0
		return nil
	})
	if err != nil || seen {
		return err
	}
	return collect.Fail(facts.Rights, "let "+r.identity()+" read the users of "+d.name,
		"%s shows no account at all: %s may not see who is there", d.name, r.identity())
}

// ask searches a domain for some names at once.
func (r *reader) ask(ctx context.Context, d *domain, batch []term, l *lookups) error {
	by := map[string][]int{}
	var filter strings.Builder
	for _, t := range batch {
		filter.WriteString(t.filter)
		by[t.key] = append(by[t.key], t.at)
	}
	strays := false
	err := r.pages(ctx, d.at, query{
		what: "accounts of " + d.name + " by name", base: d.dn, scope: ldap.ScopeWholeSubtree,
		filter:     "(&(|(objectClass=user)(objectClass=contact))(|" + filter.String() + "))", // no groups and the like
		attributes: []string{"sAMAccountName", "userPrincipalName", "userAccountControl", "objectSid", "objectGUID"},
	}, func(entries []*ldap.Entry) error {
		for _, e := range entries {
			a, known := r.foundAccount(e), false
			for _, key := range keysOf(e, a) {
				for _, at := range by[key] {
					l.found(at, a)
					known = true
				}
			}
			if !known && len(batch) == 1 {
				l.found(batch[0].at, a)
			} else if !known {
				strays = true
			}
		}
		return nil
	})
	if err != nil || !strays {
		return err
	}
	// The directory takes letters for the same that are not for us, such as ä
	// and a. Asked for alone it says which name it meant.
	for i := range batch {
		if !l.none(batch[i : i+1]) {
			continue
		}
		if err := r.ask(ctx, d, batch[i:i+1], l); err != nil {
			return err
		}
	}
	return nil
}

// foundAccount turns an entry into an account.
func (r *reader) foundAccount(e *ldap.Entry) facts.FoundAccount {
	a := facts.FoundAccount{DN: e.DN}
	if b := e.GetEqualFoldRawAttributeValue("objectSid"); len(b) > 0 {
		a.SID = r.identifier(facts.SIDString(b))
	}
	if b := e.GetEqualFoldRawAttributeValue("objectGUID"); len(b) > 0 {
		a.GUID = r.identifier(facts.GUIDFromOctets(b))
	}
	if control, err := strconv.ParseInt(text(e, "userAccountControl"), 10, 64); err == nil {
		disabled := facts.AccountDisabled(control)
		a.Disabled = &disabled
	}
	return a
}

package preflight

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// roster brings the users of the plan and the accounts of the facts together.
type roster struct {
	users  *plan.Users
	looked map[string]*facts.Lookup // by key of the account
	d      *facts.Deployment        // with the plan done
	states []state
	homes  map[string]*home
	byDN   map[string]int    // the line that is applied to an account
	listed map[string][]int  // lines whose account was looked up, by DN
	told   map[int][]Issue   // what speaks against lines, as far as it is known
	names  map[string]string // of home servers, see shared
	spool  Spool             // where everybody goes, with the plan done
}

// state is what is known of a line of the plan's users.
type state struct {
	account *facts.Account      // as it is now; nil if the facts hold none
	looked  *facts.Lookup       // nil: nobody looked the account up
	listed  *facts.FoundAccount // the one that was found
	home    *home
	dn      string // under which it is applied; empty if it is not
	twin    int32  // 1 and the place of another line for the same account; 0 if there is none
	several bool   // more than one account may be meant
}

// Spool takes accounts and entries in any order and gives them back by address,
// as [lcshealth/checks/collect.Users] does.
type Spool interface {
	AddAccount(facts.Account) error
	AddEntry(facts.Entry) error
}

func newRoster(users *plan.Users, lookups []facts.Lookup, d *facts.Deployment, spool Spool) *roster {
	r := &roster{
		users: users, looked: make(map[string]*facts.Lookup, len(lookups)), d: d, spool: spool, states: make([]state, users.Len()),
		homes: map[string]*home{}, byDN: map[string]int{}, listed: map[string][]int{}, told: map[int][]Issue{}, names: map[string]string{},
	}
	for i := range lookups {
		r.looked[plan.Key(lookups[i].Name)] = &lookups[i]
	}
	for i := range r.states {
		u := users.At(i)
		s := &r.states[i]
		s.home = r.homeOf(u.Home+u.MoveTo, u.Ref) // one of them is empty
		if before := users.Before(i); before >= 0 {
			r.pair(before, i)
		}
		r.lookUp(i, &u, s)
		if !u.Moves() {
			if problem := facts.URIProblem(withScheme(u.URI)); problem != "" {
				r.tell(i, noGo("address-malformed", fmt.Sprintf("the SIP URI %q: %s", u.URI, problem), checks.Step{Text: "Correct the line: sip:, the user's name, @, and a SIP domain of the deployment."}))
			}
		}
	}
	return r
}

func (r *roster) tell(line int, i Issue) { r.told[line] = append(r.told[line], i) }

// homeOf finds a home server once, for all that name it.
func (r *roster) homeOf(fqdn string, at plan.Ref) *home {
	h := r.homes[fqdn]
	if h == nil {
		h = homeOf(r.d, fqdn, at)
		r.homes[fqdn] = h
	}
	return h
}

// lookUp takes what was found under the account of a line.
func (r *roster) lookUp(i int, u *plan.User, s *state) {
	if s.looked = r.looked[plan.Key(u.Account)]; s.looked == nil {
		return
	}
	switch found := s.looked.Found; len(found) {
	case 0:
	case 1:
		s.listed = &found[0]
		key := strings.ToLower(s.listed.DN)
		if others := r.listed[key]; len(others) > 0 {
			r.pair(others[0], i)
		}
		r.listed[key] = append(r.listed[key], i)
	default:
		s.several = true
		r.tell(i, noGo("account-ambiguous", fmt.Sprintf("%s may be %s or %s", u.Account, found[0].DN, found[1].DN), checks.Step{Text: "Give the distinguished name of the account."}))
	}
}

// absent reports whether it is known that there is no such account.
func (s *state) absent() bool {
	return s.looked != nil && len(s.looked.Found) == 0 && s.looked.Unknown == nil
}

// isAddress reports whether an account is given by its SIP URI.
func isAddress(account string) bool { return strings.HasPrefix(plan.Key(account), "sip:") }

// withScheme completes a SIP URI that is written as an address.
func withScheme(uri string) string {
	if strings.Contains(uri, "@") && !strings.Contains(uri, ":") {
		return "sip:" + uri
	}
	return uri
}

// pair notes that two lines are about one account.
func (r *roster) pair(a, b int) {
	if r.states[a].twin == 0 {
		r.states[a].twin = int32(b) + 1 //nolint:gosec // lines are far fewer
	}
	if r.states[b].twin == 0 {
		r.states[b].twin = int32(a) + 1 //nolint:gosec // as above
	}
}

// keep returns what is told of an account. The texts of a user who streams by
// are one, which would stay in memory whole.
func (r *roster) keep(a *facts.Account) *facts.Account {
	return &facts.Account{DN: strings.Clone(a.DN), Address: strings.Clone(a.Address), Enabled: a.Enabled, HomeServer: r.shared(a.HomeServer), TargetHomeServer: r.shared(a.TargetHomeServer)}
}

// shared returns the same text for all who have the same, of which there are
// few.
func (r *roster) shared(name string) string {
	if _, known := r.names[name]; !known {
		name = strings.Clone(name)
		r.names[name] = name
	}
	return r.names[name]
}

// meant are the lines that may mean an account, in their order.
func (r *roster) meant(a *facts.Account) []int {
	var out []int
	take := func(name string) {
		for i := r.users.Named(name); i >= 0; i = r.users.Before(i) {
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	take(a.DN)
	if a.SID != "" {
		take(a.SID)
	}
	if a.GUID != "" {
		take(a.GUID)
		take("{" + a.GUID + "}")
	}
	if a.Address != "" {
		take("sip:" + facts.NormalizeAddress(a.Address))
	}
	if len(r.listed) > 0 {
		for _, i := range r.listed[strings.ToLower(a.DN)] {
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return out
}

// lineOf is the line that is applied to an account, or -1.
func (r *roster) lineOf(a *facts.Account) int {
	if len(r.byDN) == 0 {
		return -1
	}
	if i, ok := r.byDN[strings.ToLower(a.DN)]; ok {
		return i
	}
	return -1
}

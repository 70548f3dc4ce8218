package directory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"
)

// marks are the attributes that make an account one of LCS. Only the schema of
// LCS 2003 has HomeServerString.
var marks = []string{
	"msRTCSIP-PrimaryUserAddress", "msRTCSIP-UserEnabled", "msRTCSIP-PrimaryHomeServer",
	"msRTCSIP-TargetHomeServer", "msRTCSIP-HomeServerString",
}

// tally counts what the accounts of one domain show.
type tally struct {
	facts.UserTotals
	showEnabled int // with msRTCSIP-UserEnabled, whatever its value
}

// errStore marks a failure to hand an account on, which ends the run.
var errStore = errors.New("store an account")

// readDomains reads the servers and accounts of the domains, side by side. It
// fails only if an account cannot be handed on.
func (r *reader) readDomains(ctx context.Context, f *forest) error {
	var group errgroup.Group
	group.SetLimit(r.cfg.Connections)
	for _, d := range f.domains {
		switch {
		case !d.asked:
			d.serversErr, d.accountsErr = leftOut(d), leftOut(d)
			continue
		case d.at == nil:
			d.serversErr, d.accountsErr = d.lost, d.lost
			continue
		}
		group.Go(func() error {
			d.serversErr = guarded(func() error { return r.readServers(ctx, d) })
			d.accountsErr = guarded(func() error { return r.readAccounts(ctx, d) })
			if errors.Is(d.accountsErr, errStore) {
				return d.accountsErr
			}
			return nil
		})
	}
	return group.Wait()
}

// readAccounts streams the accounts of a domain.
//
// The filter does not name a class: only accounts have these attributes, and a
// class derived from user may be of any category.
func (r *reader) readAccounts(ctx context.Context, d *domain) error {
	moves := r.readMoves(ctx, d)
	var filter strings.Builder
	for _, name := range r.schema.known(append([]string(nil), marks...)...) {
		fmt.Fprintf(&filter, "(%s=*)", name)
	}
	attributes := append([]string{"objectGUID", "objectSid", "displayName", "sAMAccountName", "msRTCSIP-OriginatorSid"}, marks...)
	read := 0
	return r.stream(ctx, d.at, query{
		what: "the accounts of " + d.name, base: d.dn, scope: ldap.ScopeWholeSubtree,
		filter: "(|" + filter.String() + ")", attributes: r.schema.known(attributes...),
	}, func(e *searchEntry) error {
		// The run may be left behind at its deadline: then nothing more
		// may arrive.
		if ctx.Err() != nil {
			return fmt.Errorf("read the accounts of %s: %w", d.name, explain(ctx, ctx.Err()))
		}
		a := r.account(d, e)
		a.TargetSince = moves[a.DN]
		if err := r.users.AddAccount(a); err != nil {
			return collect.Fail(facts.Internal, "look at the space for temporary files", "%w of %s: %w", errStore, d.name, err)
		}
		read++
		return nil
	}, func() {
		r.session.Progress("accounts", int(r.accounts.Add(int64(read))))
		read = 0
	})
}

// property is what an attribute says of an account.
type property int

const (
	noProperty property = iota
	displayName
	logonName
	objectGUID
	objectSID
	originatorSID
	userAddress
	userEnabled
	primaryHome
	homeString
	targetHome
)

// properties are found by the names of attributes in lower case.
var properties = map[string]property{
	"displayname":                 displayName,
	"samaccountname":              logonName,
	"objectguid":                  objectGUID,
	"objectsid":                   objectSID,
	"msrtcsip-originatorsid":      originatorSID,
	"msrtcsip-primaryuseraddress": userAddress,
	"msrtcsip-userenabled":        userEnabled,
	"msrtcsip-primaryhomeserver":  primaryHome,
	"msrtcsip-homeserverstring":   homeString,
	"msrtcsip-targethomeserver":   targetHome,
}

// property tells which attribute it is. A controller spells them all the same
// way, so the spelling is looked up once.
func (d *domain) property(name []byte) property {
	p, known := d.spelt[string(name)]
	if !known {
		if p = properties[strings.ToLower(string(name))]; p != noProperty && len(d.spelt) < 100 {
			d.spelt[string(name)] = p
		}
	}
	return p
}

// account turns an entry into an account and counts it.
func (r *reader) account(d *domain, e *searchEntry) facts.Account {
	a := facts.Account{DN: string(e.dn)}
	var logon, home []byte
	d.seen.Accounts++
	for _, attribute := range e.attributes {
		value := attribute.value
		if value == nil {
			continue
		}
		switch d.property(attribute.name) {
		case displayName:
			a.Name = string(value)
		case logonName:
			logon = value
		case objectGUID:
			a.GUID = r.identifier(facts.GUIDFromOctets(value))
		case objectSID:
			a.SID = r.identifier(facts.SIDString(value))
		case originatorSID:
			a.OriginatorSID = r.identifier(facts.SIDString(value))
		case userAddress:
			a.Address = string(value)
			d.seen.Addresses++
		case userEnabled:
			d.seen.showEnabled++
			if a.Enabled = bytes.EqualFold(value, []byte("TRUE")); a.Enabled {
				d.seen.Enabled++
			}
		case primaryHome:
			a.HomeServer = d.home(value)
		case homeString:
			home = value
		case targetHome:
			a.TargetHomeServer = d.home(value)
		case noProperty:
		}
	}
	if a.Name == "" {
		a.Name = string(logon)
	}
	if a.HomeServer == "" {
		a.HomeServer = d.home(home)
	}
	if a.HomeServer != "" {
		d.seen.HomeServers++
	}
	return a
}

// home is the name of a home server that an account holds. The same few are
// held by all.
func (d *domain) home(value []byte) string {
	name, known := d.homes[string(value)]
	if !known && len(value) > 0 {
		name = string(value)
		d.homes[name] = name
	}
	return name
}

// identifier passes on a decoded identifier and counts one that was malformed.
func (r *reader) identifier(id string, err error) string {
	if err != nil {
		r.malformed.Add(1)
	}
	return id
}

// usersFact is observed only if the accounts of every domain were read to the
// end and showed what they are for.
func (r *reader) usersFact(f *forest) facts.Value[facts.UserTotals] {
	var total facts.UserTotals
	var failed, hidden []error
	for _, d := range f.domains {
		if d.accountsErr != nil {
			failed = append(failed, d.accountsErr)
		}
		if err := r.hidden(d); err != nil {
			hidden = append(hidden, err)
		}
		total.Accounts += d.seen.Accounts
		total.Addresses += d.seen.Addresses
		total.Enabled += d.seen.Enabled
		total.HomeServers += d.seen.HomeServers
	}
	switch {
	case len(failed) > 0:
		return notComplete[facts.UserTotals](r, failed)
	case len(hidden) > 0:
		return unknown[facts.UserTotals](r, joined("", hidden))
	case total.Accounts == 0:
		return unknown[facts.UserTotals](r, collect.Fail(facts.Rights, r.readRight("the forest")+"; or enable a first user",
			"no account of the forest shows an attribute of LCS: nobody was ever enabled, or %s may not read them", r.identity()))
	}
	return observed(r, total)
}

// hidden tells an attribute that no account of a domain shows although some
// should. Active Directory leaves out what the reader may not read, without a
// word, and grants the right for each domain.
func (r *reader) hidden(d *domain) error {
	attribute := ""
	switch n := d.seen; {
	case n.Accounts == 0:
	case n.Addresses == 0:
		attribute = "msRTCSIP-PrimaryUserAddress"
	case n.showEnabled == 0:
		attribute = "msRTCSIP-UserEnabled"
	case n.Enabled > 0 && n.HomeServers == 0:
		attribute = "a home server"
	}
	if attribute == "" {
		return nil
	}
	return collect.Fail(facts.Rights, r.readRight(d.name), "no account of %s shows %s: %s may not read it", d.name, attribute, r.identity())
}

func (r *reader) readRight(where string) string {
	return fmt.Sprintf("grant %s the right to read the RTC property sets of users in %s, as members of RTCDomainServerAdmins have it",
		r.identity(), where)
}

package redact

import (
	"cmp"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// Learn makes names known that may stand in prose and that the facts do not
// tell: accounts, hosts and files of the configuration.
func (r *Redactor) Learn(names ...string) {
	r.learning = true
	defer func() { r.learning = false }()
	for _, name := range names {
		r.home(name)
	}
}

// Deployment returns the facts of a deployment with pseudonyms. The given ones
// stay as they are. What it finds there it knows afterwards: texts are to be
// given to [Redactor.Text] later.
func (r *Redactor) Deployment(d *facts.Deployment) *facts.Deployment {
	r.seen = newFindings()
	r.learning = true
	r.copyOf(d)
	r.learning = false
	r.seen.findSigners()
	out := r.copyOf(d)
	out.Redacted = r.id
	// Their order tells of the names.
	slices.SortFunc(out.Servers, func(a, b *facts.Server) int { return cmp.Compare(a.FQDN, b.FQDN) })
	slices.SortFunc(out.Databases, func(a, b *facts.Database) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// copyOf replaces everything in a copy.
func (r *Redactor) copyOf(d *facts.Deployment) *facts.Deployment {
	out := &facts.Deployment{
		CollectedAt: d.CollectedAt, Sources: d.Sources, Directory: d.Directory, Servers: d.Servers, Databases: d.Databases, Wire: d.Wire, Lookups: d.Lookups,
	}
	r.at(reflect.ValueOf(out).Elem(), policy{})
	return out
}

// SignIn returns a user with pseudonyms. The order of users by address becomes
// another one.
func (r *Redactor) SignIn(u *facts.SignIn) *facts.SignIn {
	out := *u
	r.at(reflect.ValueOf(&out).Elem(), policy{})
	out.Address = facts.NormalizeAddress(out.Address)
	return &out
}

// Address replaces a sign-in name that was asked for.
func (r *Redactor) Address(s string) string { return facts.NormalizeAddress(r.uri(s)) }

// Host replaces the name of a host or domain that was asked for.
func (r *Redactor) Host(s string) string { return r.host(s) }

// Name replaces the name of a person or an account.
func (r *Redactor) Name(s string) string { return r.value(s) }

// Note stands for a text that somebody wrote in his own words, of which nothing
// can be kept.
func (r *Redactor) Note(s string) string {
	if s == "" {
		return ""
	}
	return removed(s)
}

// Fingerprint stands for a fingerprint of a finding, which is made of names.
func (r *Redactor) Fingerprint(s string) string {
	kind, _, _ := strings.Cut(s, ":")
	sum := r.digest("fingerprint", s)
	return kind + ":" + hex.EncodeToString(sum[:16])
}

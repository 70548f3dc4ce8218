package directory

import (
	"context"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// readServers reads the service connection points of a domain's servers
// (msRTCSIP-Server), which lie two levels below the computer.
func (r *reader) readServers(ctx context.Context, d *domain) error {
	var points []*ldap.Entry
	err := r.pages(ctx, d.at, query{
		what: "the servers of " + d.name, base: d.dn, scope: ldap.ScopeWholeSubtree, filter: "(objectClass=msRTCSIP-Server)",
		attributes: r.schema.known("msRTCSIP-EnterpriseServices", "msRTCSIP-PoolAddress"),
	}, func(entries []*ldap.Entry) error {
		points = append(points, entries...)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(points, func(a, b *ldap.Entry) int { return strings.Compare(a.DN, b.DN) })
	for _, e := range points {
		server := facts.DirectoryServer{DN: e.DN, PoolDN: text(e, "msRTCSIP-PoolAddress")}
		if value := text(e, "msRTCSIP-EnterpriseServices"); value != "" {
			holds := strings.EqualFold(value, "TRUE")
			server.HoldsUsers = &holds
		}
		if server.FQDN, err = r.computerName(ctx, d, e.DN); err != nil {
			return err
		}
		d.servers = append(d.servers, server)
	}
	return nil
}

// computerName is the fully qualified name of the computer that a service
// connection point belongs to, or what it has to be by the rules of a domain
// if the computer does not show it.
func (r *reader) computerName(ctx context.Context, d *domain, point string) (string, error) {
	computer := parentDN(parentDN(point))
	entry, err := d.at.read(ctx, query{what: "the computer of " + point, base: computer, attributes: []string{"dNSHostName"}})
	switch {
	case err == nil && text(entry, "dNSHostName") != "":
		return text(entry, "dNSHostName"), nil
	case err != nil && !isNoSuchObject(err):
		return "", err
	}
	return strings.ToLower(commonName(computer)) + "." + d.name, nil
}

// serversFact is observed only if every domain was read: who looks for a
// server that is missing has to see them all.
func (r *reader) serversFact(f *forest) facts.Value[[]facts.DirectoryServer] {
	var servers []facts.DirectoryServer
	var failed []error
	for _, d := range f.domains {
		servers = append(servers, d.servers...)
		if d.serversErr != nil {
			failed = append(failed, d.serversErr)
		}
	}
	if len(failed) > 0 {
		return notComplete[[]facts.DirectoryServer](r, failed)
	}
	return observed(r, servers)
}

// notComplete is a fact that lacks some domains. To have left a domain out is
// no failure of the source.
func notComplete[T any](r *reader, failed []error) facts.Value[T] {
	err := joined("", failed)
	if why := collect.Reason(err); why.Class == facts.NotAsked {
		return facts.NotObserved[T](r.session.Unknown(err))
	}
	return unknown[T](r, err)
}

package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// rootDSE is what a controller says of itself (MS-ADTS 3.1.1.3.2).
type rootDSE struct {
	rootDN, configuration, schema string
	contexts                      []string // keys of the naming contexts that it holds
	hostName                      string
	globalCatalog                 bool
	clock                         facts.Clock // zero if it did not tell the time
}

func (d *rootDSE) holds(dn string) bool { return slices.Contains(d.contexts, dnKey(dn)) }

func (c *controller) readRootDSE(ctx context.Context, now func() time.Time) (rootDSE, error) {
	entry, err := c.read(ctx, query{what: "the rootDSE", attributes: []string{
		"rootDomainNamingContext", "configurationNamingContext", "schemaNamingContext", "namingContexts",
		"dnsHostName", "isGlobalCatalogReady", "currentTime",
	}})
	if err != nil {
		return rootDSE{}, err
	}
	d := rootDSE{
		rootDN:        text(entry, "rootDomainNamingContext"),
		configuration: text(entry, "configurationNamingContext"),
		schema:        text(entry, "schemaNamingContext"),
		hostName:      text(entry, "dnsHostName"),
		globalCatalog: strings.EqualFold(text(entry, "isGlobalCatalogReady"), "TRUE"),
	}
	for _, dn := range entry.GetEqualFoldAttributeValues("namingContexts") {
		d.contexts = append(d.contexts, dnKey(dn))
	}
	if d.rootDN == "" || d.configuration == "" {
		return rootDSE{}, collect.Fail(facts.Protocol, "name a domain controller of the forest",
			"%s is no Active Directory domain controller: its rootDSE names no forest", c.at.host)
	}
	if d.schema == "" {
		d.schema = "CN=Schema," + d.configuration
	}
	// 20051121222509.0Z
	if theirs, err := time.Parse("20060102150405Z", text(entry, "currentTime")); err == nil {
		d.clock = facts.Clock{Theirs: theirs.Truncate(time.Second), Ours: now()}
	}
	return d, nil
}

// clock is the controller's time against ours.
func (r *reader) clock(c *controller) facts.Value[facts.Clock] {
	if c.dse.clock.Theirs.IsZero() {
		return unknown[facts.Clock](r, fmt.Errorf("the rootDSE of %s has no currentTime", c.at.host))
	}
	return observed(r, c.dse.clock)
}

// text is the first value of an attribute, or empty.
func text(e *ldap.Entry, attribute string) string { return e.GetEqualFoldAttributeValue(attribute) }

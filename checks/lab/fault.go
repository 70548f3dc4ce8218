package lab

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Fault is something that can be wrong with a lab.
type Fault struct {
	ID     string // that of the cause; or source:NAME or garbage:NAME, for a source that hangs or answers nonsense
	Plants string // what it plants, in one line
}

// fault is a fault with what it does to a healthy forest.
type fault struct {
	Fault
	plant func(*forest) error
}

// faults lists the causes in the order of the catalogue, and then what may be
// wrong with sources. They are planted in this order, so that the same ones
// always give the same lab.
func faults() []fault {
	return slices.Concat([]fault{
		{Fault{"server-service-stopped", "rtcsrv is stopped on lcs01, and its ports refuse connections"}, plantServerStopped},
		{Fault{"no-tls-listener", "the TLS listener of fe01 is disabled"}, plantNoTLSListener},
		{Fault{"mtls-not-configured", "the MTLS listener of lcs02 has a certificate without Client Authentication"}, plantMTLSNotConfigured},
		{Fault{"root-ca-in-user-store", "the root authority is only in the Administrator's store on fe01"}, plantRootInUserStore},
		{Fault{"user-sid-invalid", "users have no SID, a malformed one or another account's in the database of lcs01"}, plantSIDInvalid},
		{Fault{"stale-user-entry", "the database of lcs01 has entries of an earlier installation"}, plantStaleEntry},
		{Fault{"sip-domain-not-listed", "users have addresses in emea.contoso.com, which is no SIP domain"}, plantDomainNotListed},
		{Fault{"user-not-enabled", "a user is disabled, others have no home server or one that is gone"}, plantNotEnabled},
		{Fault{"signin-name-mismatch", "SIP URIs are malformed, missing or held twice"}, plantNameMismatch},
		{Fault{"user-missing-from-database", "users of lcs01 are not in its database"}, plantMissingFromDatabase},
		{Fault{"user-entry-damaged", "entries in the database of lcs01 have bad addresses, are there twice or lack their directory row"}, plantEntryDamaged},
		{Fault{"directory-connector-errors", "the Active Directory connector of lcs02 logs errors"}, plantConnectorErrors},
		{Fault{"messenger-on-server", "Windows Messenger runs on lcs01 and holds the SIP port"}, plantMessenger},
		{Fault{"user-being-moved", "users are being moved from lcs01 to lcs02, some for days"}, plantBeingMoved},
		{Fault{"sql-service-stopped", "MSSQL$RTC is stopped on lcs02, and its port refuses connections"}, plantSQLStopped},
		{Fault{"outbound-certificate-missing", "fe01 has no default certificate for outbound mutual TLS"}, plantOutboundMissing},
		{Fault{"static-route-invalid", "a route of lcs01 leads to a host that does not exist, one of fe01 takes fabrikam.com"}, plantRouteInvalid},
		{Fault{"pstn-trust-on-client-server", "lcs01 routes telephone numbers to an IP-PSTN gateway that it trusts"}, plantPSTNTrust},
		{Fault{"clock-skew", "the clock of fe01 is 20 minutes ahead"}, plantClockSkew},
		{Fault{"dns-records-wrong", "a service record of contoso.com for TCP has the port of the TLS listener of fe01"}, plantRecordsWrong},
		{Fault{"certificate-expiring", "the outbound certificate of px01 expires in 5 days"}, plantExpiring},
		{Fault{"certificate-renewed-in-place", "px01 goes on with a certificate that was renewed while it ran"}, plantRenewed},
		{Fault{"client-authentication-missing", "the outbound certificate of lcs02 is for Server Authentication only"}, plantServerOnly},
		{Fault{"certificate-name-mismatch", "the TLS listener of lcs02 has a certificate for another name"}, plantMisnamed},
		{Fault{"ca-list-too-long", "lcs02 trusts more authorities than it can tell its clients of"}, plantLongList},
	}, sourceFaults())
}

// Faults lists what can be planted: every cause of the catalogue, in its
// order, and the ways in which sources can fail.
func Faults() []Fault {
	var out []Fault
	for _, f := range faults() {
		out = append(out, f.Fault)
	}
	return out
}

// Handful names a few faults that together show what a check can tell: a dead
// service with its consequences, certificates, routes and users.
func Handful() []string {
	return []string{"mtls-not-configured", "stale-user-entry", "sip-domain-not-listed", "user-being-moved", "sql-service-stopped", "static-route-invalid"}
}

// none is the name of no fault.
const none = "none"

// choose returns the faults with the given names.
func choose(names []string) (chosen []fault, err error) {
	all := faults()
	var errs []error
	for _, name := range names {
		if name != none && !slices.ContainsFunc(all, func(f fault) bool { return f.ID == name }) {
			errs = append(errs, unknownFault(name, all))
		}
	}
	for _, f := range all {
		if slices.Contains(names, f.ID) {
			chosen = append(chosen, f)
		}
	}
	return chosen, errors.Join(errs...)
}

// unknownFault names the faults that a name may be part of, or else those that
// are most like it.
func unknownFault(name string, all []fault) error {
	var near []string
	distance := max(3, len(name)/3)
	plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(name)
	for _, f := range all {
		if plain != "" && strings.Contains(strings.ReplaceAll(f.ID, "-", ""), plain) {
			near, distance = append(near, f.ID), -1
		}
	}
	for _, f := range all {
		switch d := levenshtein.ComputeDistance(name, f.ID); {
		case d < distance:
			near, distance = []string{f.ID}, d
		case d == distance:
			near = append(near, f.ID)
		}
	}
	if len(near) == 0 {
		return fmt.Errorf("there is no fault %q", name)
	}
	return fmt.Errorf("there is no fault %q; did you mean %s?", name, strings.Join(near, " or "))
}

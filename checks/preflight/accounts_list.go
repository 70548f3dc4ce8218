package preflight

import (
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// Listed are the accounts of the plan as a list of accounts has them.
type Listed struct {
	found   map[string][]facts.FoundAccount // by key of the account
	domains map[string]bool                 // DNs in lower case, of which the list has accounts
	columns map[string]int                  // places, by names in lower case
	names   []string
}

// ReadAccounts reads a list of accounts as csvde (of every Windows Server)
// exports them, and looks the accounts of the plan up in it:
//
//	csvde -f accounts.csv -r "(&(objectCategory=person)(objectClass=user))" -l DN,sAMAccountName,userPrincipalName,userAccountControl,objectSid,objectGUID
//
// Only DN, sAMAccountName and userAccountControl must be there. Lists of several
// domains may be put one behind the other.
func ReadAccounts(users *plan.Users, r io.Reader) (*Listed, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord, rows.FieldsPerRecord = true, -1
	header, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("the list of accounts has no header: %w", err)
	}
	place := map[string]int{}
	for i, name := range header {
		place[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
	}
	for _, name := range []string{"DN", "sAMAccountName", "userAccountControl"} {
		if _, ok := place[strings.ToLower(name)]; !ok {
			return nil, fmt.Errorf("the list of accounts has no column %s: export it with csvde -l DN,sAMAccountName,userPrincipalName,userAccountControl,objectSid,objectGUID", name)
		}
	}
	l := &Listed{found: map[string][]facts.FoundAccount{}, domains: map[string]bool{}, columns: place, names: Wanted(users)}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the list of accounts: %w", err)
		}
		cell := func(name string) string {
			if i, ok := place[name]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		control, err := strconv.ParseInt(cell("useraccountcontrol"), 0, 64)
		if err != nil {
			continue // a contact, or a group
		}
		disabled := facts.AccountDisabled(control)
		a := facts.FoundAccount{DN: cell("dn"), SID: octets(cell("objectsid"), facts.SIDString), GUID: octets(cell("objectguid"), facts.GUIDFromOctets), Disabled: &disabled}
		l.offer(users, a, cell("samaccountname"), cell("userprincipalname"))
	}
}

// In returns what the list says of the accounts of the plan. Whoever is not in
// it does not exist if it has accounts of every domain of the forest that he may
// be in.
func (l *Listed) In(d *facts.Deployment) []facts.Lookup {
	forest, why := d.Directory.Forest.Get()
	out := make([]facts.Lookup, len(l.names))
	for i, name := range l.names {
		out[i] = facts.Lookup{Name: name, Found: l.found[plan.Key(name)]}
		if len(out[i].Found) > 0 && !isLogonName(name) { // which others may have too
			continue
		}
		if out[i].Unknown = why; why == nil {
			out[i].Unknown = l.unlisted(name, forest.Domains)
		}
	}
	return out
}

// unlisted is the reason why somebody may exist whom the list does not have.
func (l *Listed) unlisted(name string, domains []facts.Domain) *facts.Unknown {
	if column := l.lacks(name, domains); column != "" {
		return &facts.Unknown{
			Class: facts.NotAsked, Source: "list of accounts", Message: "the list of accounts does not tell who is " + name,
			Settle: "export " + column + " too, or give the account by its distinguished name",
		}
	}
	for _, d := range domains {
		if l.domains[strings.ToLower(d.DN)] || !mayBeIn(name, &d) {
			continue
		}
		return &facts.Unknown{
			Class: facts.NotAsked, Source: "list of accounts", Message: "the list of accounts has none of the domain " + d.Name + ", where " + name + " may be",
			Settle: "export the accounts of " + d.Name + " too, and put them behind the others",
		}
	}
	return nil
}

// lacks names what a list would have to have for a name to be looked up in it.
func (l *Listed) lacks(name string, domains []facts.Domain) string {
	key := plan.Key(name)
	domain, _, byDomain := strings.Cut(key, `\`)
	_, isGUID := facts.ParseGUID(key)
	column := ""
	switch {
	case strings.Contains(key, "="):
	case byDomain:
		for _, d := range domains {
			if first, _, _ := strings.Cut(d.Name, "."); strings.EqualFold(d.NetBIOS, domain) && !strings.EqualFold(first, domain) {
				return "the NetBIOS name of " + d.Name
			}
		}
	case strings.HasPrefix(key, "s-1-"):
		column = "objectSid"
	case isGUID:
		column = "objectGUID"
	case strings.Contains(key, "@"):
		column = "userPrincipalName"
	}
	if _, has := l.columns[strings.ToLower(column)]; has {
		return ""
	}
	return column
}

// mayBeIn reports whether a written account may be in a domain.
func mayBeIn(name string, d *facts.Domain) bool {
	key := plan.Key(name)
	if strings.Contains(key, "=") {
		return domainOf(key) == strings.ToLower(d.DN)
	}
	if domain, _, ok := strings.Cut(key, `\`); ok {
		return d.NetBIOS == "" || d.Is(domain)
	}
	return !strings.HasPrefix(key, "s-1-") || facts.SIDDomain(key) == strings.ToLower(d.SID)
}

// offer notes an account under the names by which the plan may mean it.
func (l *Listed) offer(users *plan.Users, a facts.FoundAccount, logon, upn string) {
	l.domains[domainOf(a.DN)] = true
	names := []string{a.DN, a.SID, a.GUID, "{" + a.GUID + "}", logon, upn}
	if dns := dnsName(a.DN); dns != "" {
		first, _, _ := strings.Cut(dns, ".") // the NetBIOS name but where somebody chose another
		names = append(names, first+`\`+logon, dns+`\`+logon)
		if logon != "" {
			names = append(names, logon+"@"+dns)
		}
	}
	for _, name := range names {
		key := plan.Key(name)
		if key == "" || key == "{}" || users.Named(name) < 0 {
			continue
		}
		if !slices.ContainsFunc(l.found[key], func(other facts.FoundAccount) bool { return other.DN == a.DN }) {
			l.found[key] = append(l.found[key], a)
		}
	}
}

// octets reads a value that csvde writes as X'0105…', or that is text already.
func octets(cell string, text func([]byte) (string, error)) string {
	if len(cell) < 3 || cell[0] != 'X' && cell[0] != 'x' || cell[1] != '\'' {
		return cell
	}
	b, err := hex.DecodeString(strings.Trim(cell[1:], "'"))
	if err != nil {
		return ""
	}
	s, err := text(b)
	if err != nil {
		return ""
	}
	return s
}

// domainOf is the DN of the domain of an object, in lower case.
func domainOf(dn string) string {
	dn = strings.ToLower(dn)
	if i := strings.Index(dn, ",dc="); i >= 0 {
		return dn[i+1:]
	}
	return ""
}

// dnsName is the DNS name of the domain of an object, in lower case.
func dnsName(dn string) string {
	return strings.ReplaceAll(strings.TrimPrefix(domainOf(dn), "dc="), ",dc=", ".")
}

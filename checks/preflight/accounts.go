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

// Listed is an account of Active Directory as a list of accounts tells of it,
// whether it has anything to do with LCS or not.
type Listed struct {
	DN, SID, GUID, Logon, UPN string
	Disabled                  bool
}

// accountDisable is ADS_UF_ACCOUNTDISABLE of userAccountControl (MS-ADTS
// 2.2.16).
const accountDisable = 0x2

// ReadAccounts reads a list of accounts as csvde (of every Windows Server)
// exports them, and keeps those that the plan may mean:
//
//	csvde -f accounts.csv -r "(&(objectCategory=person)(objectClass=user))" -l DN,sAMAccountName,userPrincipalName,userAccountControl,objectSid,objectGUID
//
// Only DN, sAMAccountName and userAccountControl must be there.
func ReadAccounts(users *plan.Users, r io.Reader) (*Accounts, error) {
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
	a := &Accounts{of: map[int][]Listed{}}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return a, nil
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
		l := Listed{DN: cell("dn"), Logon: cell("samaccountname"), UPN: cell("userprincipalname"), Disabled: control&accountDisable != 0}
		l.SID, l.GUID = octets(cell("objectsid"), facts.SIDString), octets(cell("objectguid"), guidString)
		a.offer(users, l)
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

func guidString(b []byte) (string, error) {
	if len(b) != 16 {
		return "", errors.New("a GUID has 16 octets")
	}
	return facts.GUIDString([16]byte(b)), nil
}

// Accounts are the listed accounts that lines of the plan may mean. A nil value
// is a list that nobody gave.
type Accounts struct{ of map[int][]Listed }

// offer keeps an account for the lines that may mean it.
func (a *Accounts) offer(users *plan.Users, l Listed) {
	names := []string{l.DN, l.SID, l.GUID, "{" + l.GUID + "}", l.Logon, l.UPN}
	if domain := firstDomain(l.DN); domain != "" {
		names = append(names, domain+`\`+l.Logon)
	}
	for _, name := range names {
		if name == "" || name == "{}" {
			continue
		}
		for i := users.Named(name); i >= 0; i = users.Before(i) {
			if !slices.Contains(a.of[i], l) {
				a.of[i] = append(a.of[i], l)
			}
		}
	}
}

// firstDomain is the first label of the domain of a DN. The NetBIOS name of a
// domain is the same but where somebody chose another.
func firstDomain(dn string) string {
	i := strings.Index(strings.ToLower(dn), ",dc=")
	if i < 0 {
		return ""
	}
	label, _, _ := strings.Cut(dn[i+4:], ",")
	return label
}

package ldapd_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/lab/ldapd"
	"lcshealth/checks/lab/peer"
)

// ldapsearch runs OpenLDAP's client, which shares no code with this package or
// with go-ldap, and returns its output.
func ldapsearch(t *testing.T, env []string, args ...string) string {
	t.Helper()
	program := peer.Program(t, "ldapsearch")
	cmd := exec.CommandContext(t.Context(), program, append([]string{"-LLL", "-x", "-o", "ldif-wrap=no"}, args...)...)
	// Nothing of this machine's configuration; LDAPNOINIT would ignore env too.
	cmd.Env = append(os.Environ(), append(env, "HOME="+t.TempDir(), "LDAPCONF="+os.DevNull)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("ldapsearch %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String()
}

// parseLDIF reads entries as lists of "name: value" lines, values decoded, and
// the references, which are comments.
func parseLDIF(t *testing.T, text string) (entries [][]string, refs []string) {
	t.Helper()
	for block := range strings.SplitSeq(text, "\n\n") {
		var lines []string
		for line := range strings.SplitSeq(block, "\n") {
			if ref, ok := strings.CutPrefix(line, "# ref"); ok {
				refs = append(refs, ref)
			}
			if line == "" || line[0] == '#' {
				continue
			}
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				t.Fatalf("LDIF line %q", line)
			}
			if encoded, ok := strings.CutPrefix(value, ": "); ok {
				octets, err := base64.StdEncoding.DecodeString(encoded)
				if err != nil {
					t.Fatalf("LDIF line %q: %v", line, err)
				}
				value = string(octets)
			} else {
				value = strings.TrimPrefix(value, " ")
			}
			lines = append(lines, name+": "+value)
		}
		if len(lines) > 0 {
			entries = append(entries, lines)
		}
	}
	return entries, refs
}

// asLDIF puts what go-ldap reads into the same form.
func asLDIF(found []*ldap.Entry) (entries [][]string) {
	for _, e := range found {
		lines := []string{"dn: " + e.DN}
		for _, a := range e.Attributes {
			for _, v := range a.ByteValues {
				lines = append(lines, a.Name+": "+string(v))
			}
		}
		entries = append(entries, lines)
	}
	return entries
}

func TestLdapsearchReadsTheSame(t *testing.T) {
	t.Parallel()
	cfg := config(append(forest(120), entry("CN=Jürgen Müller\\, Köln,"+peopleDN, "objectClass", "user", "cn", "Jürgen Müller, Köln",
		"description", " leading space", "info", "", "objectGUID", "\x00\xff\n:")))
	cfg.PageLimit = 60
	var ca []byte
	cfg.TLS, _, ca = certificate(t)
	s, clear := start(t, cfg)
	secure := listen(t, s, s.ServeTLS)
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"LDAPTLS_CACERT=" + caFile, "LDAPTLS_REQCERT=demand"}

	c := bound(t, clear)
	paging := ldap.NewControlPaging(50)
	var want [][]string
	for {
		r, err := c.Search(ldap.NewSearchRequest(domainDN, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(objectClass=*)", nil, []ldap.Control{paging}))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, asLDIF(r.Entries)...)
		paging.SetCookie(ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging).Cookie)
		if len(paging.Cookie) == 0 {
			break
		}
	}
	if len(want) != 125 {
		t.Fatalf("go-ldap reads %d entries", len(want))
	}

	for what, args := range map[string][]string{
		"in clear":      {"-H", "ldap://" + clear},
		"with StartTLS": {"-H", "ldap://" + clear, "-ZZ"},
		"ldaps":         {"-H", "ldaps://" + secure},
	} {
		t.Run(what, func(t *testing.T) {
			args = append(args, "-D", reader, "-w", password, "-b", domainDN, "-E", "pr=50/noprompt", "(objectClass=*)")
			got, refs := parseLDIF(t, ldapsearch(t, env, args...))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("entries of go-ldap and ldapsearch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"ldap://contoso.com/" + configDN}, refs); diff != "" {
				t.Errorf("references (-want +got):\n%s", diff)
			}
		})
	}

	searches := 0
	for _, r := range s.Requests() {
		switch r.Kind {
		case ldapd.KindSearch:
			searches++
		case ldapd.KindBind, ldapd.KindStartTLS, ldapd.KindUnbind:
		default:
			t.Errorf("recorded %+v", r)
		}
	}
	if want := 4 * 3; searches != want { // four clients, three pages
		t.Errorf("%d searches recorded, want %d", searches, want)
	}
}

func TestLdapsearchFilters(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(12)))
	for filter, want := range map[string]int{
		`(&(objectCategory=person)(!(cn=User 00*))(userAccountControl:1.2.840.113556.1.4.803:=512))`:       2,
		`(objectSid=\01\05\00\00\00\00\00\05\15\00\00\00\01\00\00\00\02\00\00\00\03\00\00\00\07\04\00\00)`: 1,
		`(|(cn=*er 003)(cn>=User 010))`: 3,
		`(cn:dn:=user 001)`:             1,
	} {
		got, _ := parseLDIF(t, ldapsearch(t, nil, "-H", "ldap://"+addr, "-D", reader, "-w", password, "-b", peopleDN, filter, "1.1"))
		if len(got) != want {
			t.Errorf("%s finds %d entries, want %d: %q", filter, len(got), want, got)
		}
	}
	dse, _ := parseLDIF(t, ldapsearch(t, nil, "-H", "ldap://"+addr, "-b", "", "-s", "base", "+", "defaultNamingContext"))
	if len(dse) != 1 || !strings.Contains(strings.Join(dse[0], "\n"), "defaultNamingContext: "+domainDN) {
		t.Errorf("rootDSE: %q", dse)
	}
}

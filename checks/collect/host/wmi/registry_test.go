package wmi

import (
	"encoding/binary"
	"strings"
	"testing"

	"lcshealth/checks/facts"
)

// blob is what the registry holds of a certificate, which need not be one here.
func blob(der string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 32)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(der)))
	return append(b, der...)
}

const (
	own   = `hklm\software\microsoft\systemcertificates\`
	user  = `hku\s-1-5-21-1-2-3-1000\software\microsoft\systemcertificates\root\certificates`
	certs = `\certificates\`
)

// stores are those that every host has, without certificates.
func stores(more ...func(map[string]map[string]any)) map[string]map[string]any {
	keys := map[string]map[string]any{
		own + "my": {}, own + "ca": {}, own + "root": {}, `hku\.default`: {}, `hku\s-1-5-21-1-2-3-1000_classes`: {},
	}
	for _, m := range more {
		m(keys)
	}
	return keys
}

func with(key string, values map[string]any) func(map[string]map[string]any) {
	return func(keys map[string]map[string]any) { keys[key] = values }
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	cert := func(der string) map[string]any { return map[string]any{"Blob": blob(der)} }
	enterprise := `hklm\software\microsoft\enterprisecertificates\root`
	policies := `hklm\software\policies\microsoft\systemcertificates\root`
	profiles := `hklm\software\microsoft\windows nt\currentversion\profilelist\s-1-5-21-1-2-3-1000`
	for _, test := range []struct {
		name    string
		keys    map[string]map[string]any
		denied  []string
		want    string // store:profile:der of each
		class   facts.Class
		message string
	}{
		{"all empty", stores(), nil, "", "", ""},
		{"every store", stores(
			with(own+"my"+certs+"aa", cert("my")), with(own+"ca"+certs+"bb", cert("ca")), with(own+"root"+certs+"cc", cert("root")),
			with(own+"authroot"+certs+"dd", cert("auth")), with(enterprise+certs+"ee", cert("enterprise")), with(policies+certs+"ff", cert("policy")),
			with(own+"authroot"+certs+"cc", cert("root")), // the same again
		), nil, "CA::ca MY::my ROOT::auth ROOT::enterprise ROOT::policy ROOT::root", "", ""},
		{"no store", map[string]map[string]any{`hku\.default`: {}}, nil, "", facts.Missing, "there is no such key"},
		{"denied", stores(), []string{own + "root" + `\certificates`}, "", facts.Rights, "access denied (5)"},
		{"denied one", stores(with(own+"my"+certs+"aa", cert("my"))), []string{own + "my" + certs + "aa"}, "", facts.Rights, "access denied (5)"},
		{"denied of policies", stores(with(policies+certs+"ff", cert("policy"))), []string{policies + `\certificates`}, "", facts.Rights, "access denied"},
		{"no blob", stores(with(own+"my"+certs+"aa", map[string]any{})), nil, "", facts.Missing, "there is no such key or value"},
		{"no octets", stores(with(own+"my"+certs+"aa", map[string]any{"Blob": "x"})), nil, "", facts.Protocol, "Blob is empty"},
		{"a key above is denied", stores(with(`hklm\software\policies\x`, nil)), []string{`hklm\software\policies`}, "", facts.Rights, "nobody can tell whether there is HKLM"},
		{"a user's", stores(with(user+`\aa`, cert("user")), with(strings.Replace(user, "1000", "1000_classes", 1)+`\bb`, cert("classes"))), nil, "ROOT:s-1-5-21-1-2-3-1000:user", "", ""},
		{"a named user's", stores(with(user+`\aa`, cert("user")), with(profiles, map[string]any{"ProfileImagePath": `C:\Documents and Settings\anna`})),
			nil, "ROOT:anna:user", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &script{keys: test.keys, denied: map[string]bool{}}
			for _, k := range test.denied {
				s.denied[k] = true
			}
			h, _, err := collectFrom(t, s)
			if err != nil {
				t.Fatal(err)
			}
			if test.class != "" {
				expectUnknown(t, h.Certificates, test.class, test.message)
				return
			}
			got := map[string]bool{}
			for _, c := range append(expectObserved(t, h.Certificates), expectObserved(t, h.UserRoots)...) {
				id := c.Store + ":" + c.Profile + ":" + string(c.DER)
				if got[id] {
					t.Errorf("twice: %s", id)
				}
				got[id] = true
			}
			want := strings.Fields(test.want)
			for _, id := range want {
				if !got[id] {
					t.Errorf("%s is missing among %v", id, got)
				}
			}
			if len(got) != len(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestHiddenKey has a provider that says of a key that it is not there, and of
// the key above that it is.
func TestHiddenKey(t *testing.T) {
	t.Parallel()
	s := &script{keys: stores(with(own+"my"+certs+"aa", map[string]any{"Blob": blob("x")})), hidden: own + `my\certificates`}
	h, _, err := collectFrom(t, s)
	if err != nil {
		t.Fatal(err)
	}
	expectUnknown(t, h.Certificates, facts.Missing, "EnumKey of HKLM")
}

func TestUserRootsUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		denied  string
		class   facts.Class
		message string
	}{
		"one profile": {`hku\s-1-5-21-1-2-3-1000\software\microsoft\systemcertificates\root\certificates`, facts.Rights, "of the profile s-1-5-21-1-2-3-1000"},
		"all":         {`hku`, facts.Rights, "EnumKey of HKU"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{keys: stores(with(user+`\aa`, map[string]any{"Blob": blob("x")})), denied: map[string]bool{test.denied: true}}
			h, _, err := collectFrom(t, s)
			if err != nil {
				t.Fatal(err)
			}
			expectUnknown(t, h.UserRoots, test.class, test.message)
			expectObserved(t, h.Certificates)
		})
	}
	h, _, err := collectFrom(t, &script{keys: map[string]map[string]any{own + "my": {}, own + "ca": {}, own + "root": {}}})
	if err != nil {
		t.Fatal(err)
	}
	expectUnknown(t, h.UserRoots, facts.Protocol, "HKU is empty")
}

func TestHotfixes(t *testing.T) {
	t.Parallel()
	list := `hklm\software\microsoft\windows\currentversion\uninstall`
	windows := []answer{{rows: []row{
		{"HotFixID": "KB839436", "InstalledOn": "1/2/2005"}, {"HotFixID": "File 1", "ServicePackInEffect": "KB911564"},
	}}}
	keys := func() map[string]map[string]any {
		return map[string]map[string]any{
			list + `\kb839436`: {}, list + `\kb911564`: {}, list + `\KB950614`: {},
			list + `\{1111}`: {"DisplayName": "Update for Live Communications Server 2005"},
			list + `\{2222}`: {"DisplayName": "Some Other Program"}, list + `\{3333}`: {},
		}
	}
	for _, test := range []struct {
		name    string
		windows []answer
		keys    map[string]map[string]any
		denied  string
		want    string
		class   facts.Class
	}{
		{"both", windows, keys(), "", "KB839436, KB911564, KB950614, Update for Live Communications Server 2005", ""},
		{"no list of programs", windows, map[string]map[string]any{`hklm\software`: {}}, "", "KB839436, KB911564", ""},
		{"denied list", windows, keys(), list, "", facts.Rights},
		{"denied class", []answer{{err: NewStatus(0x80041003)}}, keys(), "", "", facts.Rights},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &script{keys: test.keys, answers: map[string][]answer{all(hotfixClass): test.windows}, denied: map[string]bool{test.denied: true}}
			h, _, err := collectFrom(t, s)
			if err != nil {
				t.Fatal(err)
			}
			if test.class != "" {
				expectUnknown(t, h.Hotfixes, test.class, "")
				return
			}
			want := strings.Split(test.want, ", ")
			got := expectObserved(t, h.Hotfixes)
			for _, w := range want {
				n := 0
				for _, g := range got {
					if g.ID == w {
						n++
					}
				}
				if n != 1 {
					t.Errorf("%s is there %d times: %+v", w, n, got)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestForPeople(t *testing.T) {
	t.Parallel()
	s := &script{keys: map[string]map[string]any{
		`hklm\system\currentcontrolset\services\tcpip\parameters`: {"SynAttackProtect": int32(2)},
		`hklm\system\currentcontrolset\services\rtcsrv`:           {"ImagePath": `C:\Program Files\Microsoft LC\Server\rtcsrv.exe`},
	}}
	_, session, err := collectFrom(t, s)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(session.Details(), "\n")
	for _, want := range []string{`Tcpip\Parameters\SynAttackProtect = 2`, `rtcsrv\ImagePath = C:\Program Files`} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not among %s", want, all)
		}
	}
}

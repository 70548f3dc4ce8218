package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const good = `
directory:
  controllers: [dc1.contoso.com, "dc2.contoso.com:3269"]
  username: CONTOSO\reader
  password: {file: reader.secret}
servers:
  - name: lcs01.contoso.com
    host-file: lcs01.ndjson
    database: lcs01.contoso.com\rtc
  - name: fe1.contoso.com
    role: front-end
database:
  username: CONTOSO\reader
  password: {env: RTC_PASSWORD}
  encrypt: true
timeouts:
  source: 90s
`

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lcshealth.yaml")
	if err := os.WriteFile(path, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LCSHEALTH_DIRECTORY_SECURITY", "starttls")
	t.Setenv("LCSHEALTH_DIRECTORY_PAGE_SIZE", "250")
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.path = path
	want.Directory.Controllers = []string{"dc1.contoso.com", "dc2.contoso.com:3269"}
	want.Directory.Username = `CONTOSO\reader`
	want.Directory.Password.File = filepath.Join(dir, "reader.secret")
	want.Directory.Security, want.Directory.PageSize = "starttls", 250
	want.Servers = []Server{
		{Name: "lcs01.contoso.com", HostFile: filepath.Join(dir, "lcs01.ndjson"), Database: `lcs01.contoso.com\rtc`},
		{Name: "fe1.contoso.com", Role: "front-end"},
	}
	want.Database.Username, want.Database.Password.Env = `CONTOSO\reader`, "RTC_PASSWORD"
	want.Timeouts.Source = 90 * time.Second
	want.History.Path = filepath.Join(dir, "lcshealth-history.db")
	want.Serve.Users, want.Serve.Waivers = filepath.Join(dir, "users.yaml"), filepath.Join(dir, "waivers.yaml")
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Config{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every mistake is told with its key.
func TestErrors(t *testing.T) {
	for _, tt := range []struct{ name, change, with, want string }{
		{"unknown key", "username: CONTOSO\\reader\n  password: {file", "user-name: CONTOSO\\reader\n  password: {file", `directory.user-name: unknown key; did you mean "username"?`},
		{"unknown top-level key", "timeouts:", "timeout:", `timeout: unknown key; did you mean "timeouts"?`},
		{"unknown key in a list", "host-file:", "hostfile:", `servers[0].hostfile: unknown key; did you mean "host-file"?`},
		{"nothing like it", "role: front-end", "zzzzzzzzz: 1", `servers[1].zzzzzzzzz: unknown key; known are ["database" "generation" "host" "host-file" "name" "role"]`},
		{"wrong way into a host", "role: front-end", "host: smb", `servers[1].host: "smb" is not one of wmi, com`},
		{"two ways into a host", "host-file: lcs01.ndjson", "host-file: lcs01.ndjson\n    host: com", "servers[0].host: is one way into the host, and host-file another: say only one"},
		{"no account for WMI", "role: front-end", "host: wmi", "wmi.username: is needed to ask fe1.contoso.com with wmi"},
		{"no realm for WMI", "role: front-end", "host: wmi\nwmi: {auth: kerberos}", "wmi.kerberos.realm: is needed without a ccache"},
		{"no sign-in name", "timeouts:", "probe: {user: test}\ntimeouts:", `probe.user: "test" is not a sign-in name`},
		{"nobody to sign in as", "timeouts:", "probe: {user: 'sip:t@contoso.com'}\ntimeouts:", "probe.account: is needed to sign in as sip:t@contoso.com"},
		{"a key alone", "timeouts:", "wire: {certificate: {key: k.pem}}\ntimeouts:", "wire.certificate.file: is needed with a key"},
		{"empty pattern", "timeouts:", "hosts: {files: ['']}\ntimeouts:", "hosts.files[0]: is empty"},
		{"wrong word", "role: front-end", "role: frontend", `servers[1].role: "frontend" is not one of home, front-end, proxy`},
		{"wrong duration", "source: 90s", "source: ninety", "timeouts.source: time: invalid duration"},
		{"negative duration", "source: 90s", "source: -1s", "timeouts.source: -1s is not a positive duration such as 90s or 5m"},
		{"password in the file", "{env: RTC_PASSWORD}", "hunter2", "database.password: a password does not belong into the configuration"},
		{"two ways to a password", "{env: RTC_PASSWORD}", "{env: A, file: b}", "database.password: say only one of file, env and command"},
		{"two ways to a key", "timeouts:", "redact: {key: {env: A, file: b}}\ntimeouts:", "redact.key: say only one of file, env and command"},
		{"short name", "name: fe1.contoso.com", "name: fe1", `servers[1].name: "fe1" is not a fully qualified host name`},
		{"twice the same", "name: fe1.contoso.com", "name: LCS01.contoso.com", "servers[1].name: LCS01.contoso.com is also servers[0].name"},
		{"no account for databases", "database:\n  username: CONTOSO\\reader\n", "database:\n", "database.username: is needed to read databases with ntlm"},
		{"no YAML", "directory:", "directory: [", "yaml: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.change) {
				t.Fatalf("the sample has no %q", tt.change)
			}
			_, err := Parse([]byte(strings.Replace(good, tt.change, tt.with, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := Parse(nil); err == nil || !strings.Contains(err.Error(), "there is nothing to check") {
		t.Errorf("empty configuration: %v", err)
	}
}

func TestSecret(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	if err := os.WriteFile(file, []byte("s3cret\r\nmore\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LCS_TEST_SECRET", "s3cret")
	t.Setenv("LCS_TEST_EMPTY", "")
	for _, tt := range []struct {
		secret Secret
		err    string
	}{
		{Secret{File: file}, ""},
		{Secret{Env: "LCS_TEST_SECRET"}, ""},
		{Secret{Command: []string{"sh", "-c", "echo s3cret"}}, ""},
		{Secret{File: file + ".gone"}, "no such file"},
		{Secret{Env: "LCS_TEST_UNSET"}, "LCS_TEST_UNSET is not set"},
		{Secret{Env: "LCS_TEST_EMPTY"}, "LCS_TEST_EMPTY is empty"},
		{Secret{Command: []string{"sh", "-c", "exit 3"}}, "exit status 3"},
		{Secret{}, "nothing says where"},
	} {
		got, err := tt.secret.Read(t.Context())
		switch {
		case tt.err == "" && (err != nil || got != "s3cret"):
			t.Errorf("%s: %q, %v", tt.secret, got, err)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("%s: error %v, want %q", tt.secret, err, tt.err)
		}
	}
}

func TestDigest(t *testing.T) {
	a, b := Default(), Default()
	if a.Digest() != b.Digest() || a.Digest() == "" {
		t.Errorf("%q and %q for the same configuration", a.Digest(), b.Digest())
	}
	b.Timeouts.Run++
	if a.Digest() == b.Digest() {
		t.Error("another configuration has the same digest")
	}
}

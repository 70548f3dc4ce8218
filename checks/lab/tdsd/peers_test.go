package tdsd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/lab/peer"
	"lcshealth/checks/lab/tdsd"
)

// tsql runs statements with FreeTDS and returns the lines of its output. conf
// is added to the server's section of freetds.conf.
func tsql(t *testing.T, addr *net.TCPAddr, version, conf, user, password, database, statements string) []string {
	t.Helper()
	program := peer.Program(t, "tsql")
	file := filepath.Join(t.TempDir(), "freetds.conf")
	text := fmt.Sprintf("[lab]\nhost = %s\nport = %d\ntds version = %s\nclient charset = UTF-8\n%s\n", addr.IP, addr.Port, version, conf)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-S", "lab", "-U", user, "-P", password, "-D", database, "-o", "fhq", "-t", "|")
	cmd.Env = []string{"FREETDSCONF=" + file, "LC_ALL=C.UTF-8", "HOME=" + t.TempDir()}
	cmd.Stdin = strings.NewReader(statements)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	t.Logf("tsql %s: %v\n%.2000s%.2000s", version, err, stdout.Bytes(), stderr.Bytes())
	return strings.Split(stdout.String()+stderr.String(), "\n")
}

// directory is a result as a database of users gives it.
func directory() tdsd.Result {
	return tdsd.Result{
		Columns: []tdsd.Column{
			{Name: "ResourceId", Type: tdsd.Int},
			{Name: "UserAtHost", Type: tdsd.NVarChar, Size: 450},
			{Name: "Enabled", Type: tdsd.Bit},
			{Name: "AdUserSid", Type: tdsd.VarBinary, Size: 85},
			{Name: "Guid", Type: tdsd.UniqueIdentifier},
			{Name: "xtype", Type: tdsd.Char, Size: 2},
			{Name: "Note", Type: tdsd.NText, Table: "rtc.dbo.ResourceDirectory"},
		},
		Rows: tdsd.Values(
			[]any{1, "änne@contoso.com", true, []byte{1, 5, 0, 0xFF}, "6F9619FF-8B86-D011-B42D-00C04FC964FF", "U", strings.Repeat("日本", 3000)},
			[]any{2, "bob@contoso.com", false, nil, nil, nil, nil},
			[]any{nil, nil, nil, []byte{}, nil, "", ""},
		),
	}
}

func TestFreeTDS(t *testing.T) {
	t.Parallel()
	for _, server := range []tdsd.Layout{tdsd.TDS74, tdsd.TDS71} {
		for _, version := range []string{"7.1", "7.2", "7.3", "7.4"} {
			t.Run(fmt.Sprintf("server %v, client %s", server, version), func(t *testing.T) {
				t.Parallel()
				var layout tdsd.Layout
				srv, addr := start(t, tdsd.Config{Layout: server, Handler: func(_ context.Context, s tdsd.Session, q string) []tdsd.Result {
					layout = s.Layout
					if strings.Contains(q, "missing") {
						return []tdsd.Result{{Err: tdsd.InvalidObject("missing")}}
					}
					return []tdsd.Result{directory(), directory()}
				}})
				out := tsql(t, addr, version, "text size = 64512", testUser, testPassword, "rtc",
					"select * from ResourceDirectory\ngo\nselect * from missing\ngo\nselect 1;\ngo\n")
				rows := []string{
					"1|änne@contoso.com|1|010500ff|6F9619FF-8B86-D011-B42D-00C04FC964FF|U |" + strings.Repeat("日本", 3000),
					"2|bob@contoso.com|0|NULL|NULL|NULL|NULL",
				}
				for _, want := range rows {
					if n := count(out, want); n != 2 {
						t.Errorf("%d lines are %.60q, want 2", n, want)
					}
				}
				for _, want := range []string{"Msg 208 (severity 16, state 1) from localhost Line 1:", `	"Invalid object name 'missing'."`, "1"} {
					if !slices.Contains(out, want) {
						t.Errorf("no line is %q", want)
					}
				}
				if want := server == tdsd.TDS71 || version == "7.1"; (layout == tdsd.TDS71) != want {
					t.Errorf("got layout %v", layout)
				}
				for _, statement := range srv.Statements() {
					if first, _, _ := strings.Cut(strings.ToLower(statement), " "); first != "select" && first != "set" {
						t.Errorf("got statement %q", statement)
					}
				}
			})
		}
	}
}

func count(lines []string, want string) (n int) {
	for _, line := range lines {
		if line == want {
			n++
		}
	}
	return n
}

func TestFreeTDSLogins(t *testing.T) {
	t.Parallel()
	cfg, ca := certificate(t)
	full := tdsd.Config{TLS: cfg, Encrypt: tdsd.EncryptOn}
	login := tdsd.Config{TLS: cfg, Encrypt: tdsd.EncryptOff}
	old := tdsd.Config{ProductVersion: "8.00.194"}
	ntlm := tdsd.Config{NTLMUsers: map[string]string{`CONTOSO\health`: testPassword}}
	verify := "ca file = " + ca + "\ncheck certificate hostname = no\n"
	tests := map[string]struct {
		config                         tdsd.Config
		conf, user, password, database string
		want                           string
	}{
		"login under TLS":            {login, verify, testUser, testPassword, "rtc", "42"},
		"all under TLS":              {full, verify, testUser, testPassword, "rtc", "42"},
		"all under TLS on request":   {login, verify + "encryption = require", testUser, testPassword, "rtc", "42"},
		"without TLS":                {login, "encryption = off", testUser, testPassword, "rtc", "42"},
		"2000 without service pack":  {old, "encryption = off", testUser, testPassword, "rtc", "42"},
		"NTLMv2":                     {ntlm, "use ntlmv2 = yes", `CONTOSO\health`, testPassword, "rtc", "42"},
		"NTLMv2 with wrong password": {ntlm, "use ntlmv2 = yes", `CONTOSO\health`, "wrong", "rtc", "Msg 18452 (severity 14, state 1) from localhost Line 1:"},
		"NTLMv1":                     {ntlm, "use ntlmv2 = no", `CONTOSO\health`, testPassword, "rtc", "Msg 18452 (severity 14, state 1) from localhost Line 1:"},
		"wrong password":             {tdsd.Config{}, "", testUser, "wrong", "rtc", "Msg 18456 (severity 14, state 1) from localhost Line 1:"},
		"unknown database":           {tdsd.Config{}, "", testUser, testPassword, "rtcdyn", "Msg 4060 (severity 11, state 1) from localhost Line 1:"},
	}
	for name, tt := range tests {
		for _, version := range []string{"7.1", "7.4"} {
			t.Run(name+" with "+version, func(t *testing.T) {
				t.Parallel()
				config := tt.config
				config.Handler = fixed(tdsd.Result{Columns: []tdsd.Column{{Name: "n", Type: tdsd.BigInt}}, Rows: tdsd.Values([]any{42})})
				_, addr := start(t, config)
				wire, addr := tap(t, addr)
				out := tsql(t, addr, version, tt.conf, tt.user, tt.password, tt.database, "select n from x\ngo\n")
				if !slices.Contains(out, tt.want) {
					t.Errorf("no line is %q", tt.want)
				}
				if underTLS := strings.Contains(name, "under TLS"); wire.contains(tt.user) == underTLS && !strings.Contains(name, "NTLM") {
					t.Errorf("user name readable: %t", !underTLS)
				}
			})
		}
	}
}

// pytdsScript prints the results of a statement, with and without parameters.
const pytdsScript = `
import json, sys, pytds
host, port, version, user, password, cafile = sys.argv[1:7]
conn = pytds.connect(dsn=host, port=int(port), user=user, password=password, database="rtc", autocommit=True,
    tds_version=getattr(pytds.tds_base, version), cafile=cafile or None, validate_host=False, disable_connect_retry=True)
def plain(v):
    return v.hex() if isinstance(v, bytes) else v if isinstance(v, (int, type(None))) else str(v)
def results(cur):
    out = []
    while True:
        out.append([[plain(v) for v in row] for row in cur.fetchall()])
        if not cur.nextset():
            return out
cur = conn.cursor()
cur.execute("select * from ResourceDirectory")
batch = results(cur)
cur.execute("select * from ResourceDirectory where UserAtHost = %s and ResourceId > %s and AdUserSid = %s",
    ("o'user@contoso.com", 7, pytds.Binary(b"\x01\xff")))
rpc = results(cur)
try:
    cur.execute("select * from missing")
    error = None
except pytds.Error as e:
    error = [e.number, str(e)]
cur.execute("select 1;")
json.dump({"batch": batch, "rpc": rpc, "error": error, "ping": results(cur)}, sys.stdout)
`

func TestPytds(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3" // the one that sees Debian's packages
	if err := exec.CommandContext(t.Context(), python, "-c", "import pytds").Run(); err != nil {
		peer.Lack(t, "python3 has no pytds (apt-get install python3-tds)")
	}
	cfg, ca := certificate(t)
	// It takes the messages before LOGINACK to be in the layout that it asked
	// for, and so cannot be told by a server that this will be an older one.
	for server, versions := range map[tdsd.Layout][]string{
		tdsd.TDS71: {"TDS71"},
		tdsd.TDS74: {"TDS71", "TDS72", "TDS73", "TDS74"},
	} {
		for _, version := range versions {
			for _, cafile := range []string{"", ca} {
				t.Run(fmt.Sprintf("server %v, client %s, TLS %t", server, version, cafile != ""), func(t *testing.T) {
					t.Parallel()
					testPytds(t, python, server, version, cafile, tdsd.Config{Layout: server, TLS: cfg, Encrypt: tdsd.EncryptOff})
				})
			}
		}
	}
}

func testPytds(t *testing.T, python string, server tdsd.Layout, version, cafile string, config tdsd.Config) {
	t.Helper()
	var params []tdsd.Param
	var session tdsd.Session
	config.Handler = func(_ context.Context, s tdsd.Session, q string) []tdsd.Result {
		if strings.Contains(q, "missing") {
			return []tdsd.Result{{Err: tdsd.InvalidObject("missing")}}
		}
		params, session = s.Params, s
		return []tdsd.Result{directory(), directory()}
	}
	_, addr := start(t, config)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, python, "-c", pytdsScript, addr.IP.String(), strconv.Itoa(addr.Port), version, testUser, testPassword, cafile)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.Bytes())
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	one := []any{
		[]any{1.0, "änne@contoso.com", true, "010500ff", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "U ", strings.Repeat("日本", 3000)},
		[]any{2.0, "bob@contoso.com", false, nil, nil, nil, nil},
		[]any{nil, nil, nil, "", nil, "  ", ""},
	}
	want := map[string]any{
		"batch": []any{one, one}, "rpc": []any{one, one}, "ping": []any{[]any{[]any{1.0}}},
		"error": []any{208.0, "Invalid object name 'missing'."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	wantParams := []tdsd.Param{{Name: "@P1", Value: "o'user@contoso.com"}, {Name: "@P2", Value: int64(7)},
		{Name: "@P3", Value: []byte{1, 0xFF}}}
	if diff := cmp.Diff(wantParams, params); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if old := session.Layout == tdsd.TDS71; old != (server == tdsd.TDS71 || version == "TDS71") || session.Encrypted != (cafile != "") {
		t.Errorf("got session %+v", session)
	}
}

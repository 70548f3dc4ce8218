package rtcdb_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"
)

const (
	database = "lcs01.contoso.com"
	login    = "reader"
	password = "s3cret]'\"; word"

	kimSID  = "S-1-5-21-1-2-3-1111"
	kimGUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
)

// sink takes the entries.
type sink struct {
	mu      sync.Mutex
	entries []facts.Entry
	fail    error         // instead of taking one
	first   chan struct{} // closed when the first comes
}

func (s *sink) AddEntry(e facts.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if s.first != nil && len(s.entries) == 0 {
		close(s.first)
	}
	s.entries = append(s.entries, e)
	return nil
}

// lab is a served database and the source that reads it.
type lab struct {
	server *tdsd.Server
	cfg    rtcdb.Config
	sink   sink
	conns  atomic.Int32 // TCP connections that were opened
	told   []string     // progress
	toldMu sync.Mutex
}

// serve starts a server in front of the database. change, if not nil, alters
// its configuration.
func serve(t *testing.T, db *rtcsim.Database, change func(*tdsd.Config)) *lab {
	t.Helper()
	served := tdsd.Config{
		Logins: map[string]string{login: password}, NTLMUsers: map[string]string{`CONTOSO\reader`: password},
		Databases: []string{"rtc"}, ServerName: `LCS01\RTC`,
	}
	if db != nil {
		served.Handler = db.Handle
	}
	if change != nil {
		change(&served)
	}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{server: tdsd.New(served)}
	done := make(chan error, 1)
	go func() { done <- l.server.Serve(context.WithoutCancel(t.Context()), ln) }()
	t.Cleanup(func() {
		if err := l.server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	l.cfg = rtcdb.Config{
		Name: database, Serves: []string{database}, Address: ln.Addr().String(),
		Username: login, Password: func(context.Context) (string, error) { return password, nil },
		Encrypt: rtcdb.EncryptDisable,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if network == "tcp" {
				l.conns.Add(1)
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	return l
}

// run collects as the program does, and returns the database and the account.
func (l *lab) run(t *testing.T) (*facts.Database, facts.Source) {
	t.Helper()
	runner := collect.Runner{Deadline: 30 * time.Second, Progress: func(_, _, what string, done int) {
		l.toldMu.Lock()
		defer l.toldMu.Unlock()
		l.told = append(l.told, fmt.Sprintf("%s %d", what, done))
	}}
	var d facts.Deployment
	if err := runner.Run(t.Context(), &d, []collect.Source{rtcdb.New(l.cfg, &l.sink)}); err != nil {
		t.Fatal(err)
	}
	if len(d.Databases) != 1 || len(d.Sources) != 1 {
		t.Fatalf("%d databases and %d sources", len(d.Databases), len(d.Sources))
	}
	db, source := d.Databases[0], d.Sources[0]
	if db.Name != database || !slices.Equal(db.Serves, []string{database}) || source.Name != "rtcdb" || source.Target != database {
		t.Errorf("database %s serving %q, source %s %s", db.Name, db.Serves, source.Name, source.Target)
	}
	for _, s := range l.server.Statements() {
		if !strings.HasPrefix(s, "SELECT ") {
			t.Errorf("a statement that is no SELECT was sent: %s", s)
		}
	}
	if strings.ContainsFunc(source.Message, func(r rune) bool { return r < ' ' }) {
		t.Errorf("the message is more than one line: %q", source.Message)
	}
	for _, s := range append([]string{source.Message}, source.Warnings...) {
		if strings.Contains(s, password) {
			t.Errorf("the password is in %q", s)
		}
	}
	return db, source
}

// failed checks that the source failed altogether, for the given class and
// with the given parts in message and settle.
func failed(t *testing.T, db *facts.Database, source facts.Source, class facts.Class, message, settle string) {
	t.Helper()
	if source.Status != facts.Failed || source.Class != class || !strings.Contains(source.Message, message) {
		t.Errorf("the source ended %s, %s: %s\nwant failed, %s: %s", source.Status, source.Class, source.Message, class, message)
	}
	for name, why := range reasons(db) {
		if why == nil || why.Class != class || !strings.Contains(why.Settle, settle) || why.Source != "rtcdb" || why.Target != database {
			t.Errorf("%s: %+v; want class %s, settle %q", name, why, class, settle)
		}
	}
}

// reasons returns why each fact is unknown, nil for an observed one.
func reasons(db *facts.Database) map[string]*facts.Unknown {
	out := map[string]*facts.Unknown{}
	_, out["structure"] = db.Structure.Get()
	_, out["entries"] = db.Entries.Get()
	_, out["SIDs"] = db.SIDs.Get()
	_, out["GUIDs"] = db.GUIDs.Get()
	_, out["directory rows"] = db.DirectoryRows.Get()
	return out
}

func octets(t *testing.T, sid string) []byte {
	t.Helper()
	b, err := facts.ParseSID(sid)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// users returns a database with one user of each kind.
func users(t *testing.T) *rtcsim.Database {
	t.Helper()
	db := rtcsim.New("rtc", "8.00.2039")
	for _, u := range []rtcsim.User{
		{Address: "kim@contoso.com", SID: octets(t, kimSID), GUID: strings.ToUpper(kimGUID)},
		{Address: "Lee@Contoso.com"},
		{Address: "max@contoso.com", SID: []byte{1, 5, 0}},
		{Address: "pat@contoso.com", Unmirrored: true},
	} {
		if _, err := db.AddUser(u); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Insert("Resource", map[string]any{"ResourceId": 5}); err != nil {
		t.Fatal(err)
	}
	return db
}

func ptr[T any](v T) *T { return &v }

func wantUsers() []facts.Entry {
	return []facts.Entry{
		{Database: database, ResourceID: 1, Address: "kim@contoso.com", SID: ptr(kimSID), GUID: ptr(kimGUID), DirectoryRow: ptr(true)},
		{Database: database, ResourceID: 2, Address: "Lee@Contoso.com", DirectoryRow: ptr(true)},
		{Database: database, ResourceID: 3, Address: "max@contoso.com", SID: ptr("0x010500"), DirectoryRow: ptr(true)},
		{Database: database, ResourceID: 4, Address: "pat@contoso.com", DirectoryRow: ptr(false)},
		{Database: database, ResourceID: 5, DirectoryRow: ptr(false)},
	}
}

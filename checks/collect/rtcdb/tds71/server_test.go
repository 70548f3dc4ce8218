package tds71_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"

	"lcshealth/checks/collect/rtcdb/tds71"
	"lcshealth/checks/lab/tdsd"
)

const (
	testUser     = "reader"
	testPassword = "p@ss;'wörd{}"
)

// start serves cfg on a loopback port until the test ends.
func start(t testing.TB, cfg tdsd.Config) (*tdsd.Server, *net.TCPAddr) {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Logins == nil && cfg.NTLMUsers == nil {
		cfg.Logins = map[string]string{testUser: testPassword}
	}
	cfg.Databases = []string{"rtc"}
	cfg.ServerName = `LCS01\RTC`
	srv := tdsd.New(cfg)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(context.WithoutCancel(t.Context()), ln) }()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return srv, ln.Addr().(*net.TCPAddr)
}

// chunked hands on what it reads and writes in pieces of at most n octets.
type chunked struct {
	net.Conn
	n int
}

func (c chunked) Read(b []byte) (int, error) { return c.Conn.Read(b[:min(len(b), c.n)]) }

func (c chunked) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = c.Conn.Write(b[n:min(n+c.n, len(b))])
		n += k
	}
	return n, err
}

// dialer opens connections for the driver. Its zero value leaves them as they
// are.
type dialer struct {
	wrap   bool
	chunk  int // above and below the translator, if not 0
	conns  atomic.Int32
	legacy atomic.Pointer[string]

	mu   sync.Mutex
	last *tds71.Conn
}

func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.conns.Add(1)
	if d.chunk > 0 {
		conn = chunked{conn, d.chunk}
	}
	if !d.wrap {
		return conn, nil
	}
	c := tds71.Wrap(conn, tds71.Options{Legacy: func(version string) { d.legacy.Store(&version) }})
	d.mu.Lock()
	d.last = c
	d.mu.Unlock()
	if d.chunk > 0 {
		return chunked{c, d.chunk}, nil
	}
	return c, nil
}

// open returns a pool of one connection to the rtc database.
func open(t testing.TB, addr net.Addr, d *dialer, options map[string]string) *sql.DB {
	t.Helper()
	user := url.UserPassword(testUser, testPassword)
	q := url.Values{"database": {"rtc"}, "encrypt": {"disable"}, "dial timeout": {"10"}}
	for k, v := range options {
		switch k {
		case "user":
			user = url.UserPassword(v, options["password"])
		case "password":
		default:
			q.Set(k, v)
		}
	}
	u := url.URL{Scheme: "sqlserver", User: user, Host: addr.String(), RawQuery: q.Encode()}
	connector, err := mssql.NewConnector(u.String())
	if err != nil {
		t.Fatal(err)
	}
	connector.Dialer = d
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// dump is all that a client sees of the answer to a statement.
type dump struct {
	Sets   []set
	Errors []string
}

type set struct {
	Columns []string
	Rows    [][]any
}

func ask(t testing.TB, db *sql.DB, statement string, args ...any) (d dump) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement, args...)
	if err == nil {
		defer func() { _ = rows.Close() }()
		for more := true; more; more = rows.NextResultSet() {
			var s set
			types, err := rows.ColumnTypes()
			if err != nil {
				t.Fatal(err)
			}
			for _, ct := range types {
				length, _ := ct.Length()
				null, _ := ct.Nullable()
				s.Columns = append(s.Columns, fmt.Sprint(ct.Name(), ct.DatabaseTypeName(), length, null))
			}
			for rows.Next() {
				row := make([]any, len(types))
				into := make([]any, len(types))
				for i := range row {
					into[i] = &row[i]
				}
				if err := rows.Scan(into...); err != nil {
					t.Fatal(err)
				}
				s.Rows = append(s.Rows, row)
			}
			d.Sets = append(d.Sets, s)
		}
		err = rows.Err()
	}
	var e mssql.Error
	if errors.As(err, &e) {
		for _, one := range e.All {
			d.Errors = append(d.Errors, fmt.Sprintf("%d, class %d, state %d, line %d of %s on %s: %s",
				one.Number, one.Class, one.State, one.LineNo, one.ProcName, one.ServerName, one.Message))
		}
	} else if err != nil {
		t.Fatal(err)
	}
	return d
}

// many is the number of rows of a long result.
const many = 100_000

// handler answers the statements of the tests.
func handler(_ context.Context, s tdsd.Session, statement string) []tdsd.Result {
	values := tdsd.Result{
		Columns: []tdsd.Column{
			{Name: "bit", Type: tdsd.Bit}, {Name: "tinyint", Type: tdsd.TinyInt}, {Name: "smallint", Type: tdsd.SmallInt},
			{Name: "int", Type: tdsd.Int}, {Name: "bigint", Type: tdsd.BigInt}, {Name: "float", Type: tdsd.Float},
			{Name: "datetime", Type: tdsd.DateTime}, {Name: "smalldatetime", Type: tdsd.SmallDateTime},
			{Name: "uniqueidentifier", Type: tdsd.UniqueIdentifier},
			{Name: "char", Type: tdsd.Char, Size: 5}, {Name: "varchar", Type: tdsd.VarChar, Size: 5}, {Name: "text", Type: tdsd.Text, Table: "rtc.dbo.t"},
			{Name: "nchar", Type: tdsd.NChar, Size: 5}, {Name: "nvarchar", Type: tdsd.NVarChar}, {Name: "ntext", Type: tdsd.NText},
			{Name: "binary", Type: tdsd.Binary, Size: 5}, {Name: "varbinary", Type: tdsd.VarBinary}, {Name: "image", Type: tdsd.Image, Table: "t"},
			{Name: strings.Repeat("ä", 128), Type: tdsd.Int},
		},
		Rows: tdsd.Values(
			[]any{true, 255, -1, -2, -3, 1.5, time.Date(2004, 2, 29, 12, 0, 0, 0, time.UTC), time.Date(2004, 2, 29, 12, 0, 0, 0, time.UTC),
				"6F9619FF-8B86-D011-B42D-00C04FC964FF", "ä", "ä", strings.Repeat("ä", 10_000), "日本", strings.Repeat("日", 4000),
				strings.Repeat("日本", 3_000), []byte{1}, bytes.Repeat([]byte{0, 255}, 1000), bytes.Repeat([]byte{7}, 10_000), 1},
			make([]any, 19),
			[]any{false, 0, 0, 0, 0, 0.0, time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
				"00000000-0000-0000-0000-000000000000", "", "", "", "", "", "", []byte{}, []byte{}, []byte{}, 0},
		),
	}
	numbers := func(n int) tdsd.Result {
		return tdsd.Result{Columns: []tdsd.Column{{Name: "n", Type: tdsd.Int}, {Name: "s", Type: tdsd.NVarChar, Size: 20}, {Name: "b", Type: tdsd.VarBinary, Size: 28}},
			Rows: func(yield func([]any, error) bool) {
				for i := range n {
					if !yield([]any{i, "user" + strconv.Itoa(i), []byte{byte(i), byte(i >> 8)}}, nil) {
						return
					}
				}
			}}
	}
	missing := &tdsd.Error{Number: 208, State: 3, Class: 16, Message: "Invalid object name 'missing'.", Procedure: "RtcGet", Line: 300}
	what, _, _ := strings.Cut(statement, " --")
	switch strings.TrimPrefix(strings.TrimSpace(what), "select ") {
	case "values":
		return []tdsd.Result{values}
	case "two results":
		return []tdsd.Result{numbers(3), {Columns: values.Columns[:1]}, values, numbers(0)}
	case "error":
		return []tdsd.Result{{Err: missing}}
	case "error after rows":
		return []tdsd.Result{numbers(5), {Columns: values.Columns[:2], Rows: tdsd.Values([]any{true, 1}), Err: missing}}
	case "message":
		return []tdsd.Result{{Err: &tdsd.Error{Number: 50000, Class: 1, Message: "so far, so good"}}, numbers(1)}
	case "parameters":
		r := tdsd.Result{Columns: []tdsd.Column{{Name: "name", Type: tdsd.NVarChar}, {Name: "value", Type: tdsd.NText}}}
		var rows [][]any
		for _, p := range s.Params {
			rows = append(rows, []any{p.Name, fmt.Sprintf("%T %v", p.Value, p.Value)})
		}
		r.Rows = tdsd.Values(rows...)
		return []tdsd.Result{r}
	case "length":
		return []tdsd.Result{{Columns: []tdsd.Column{{Name: "n", Type: tdsd.Int}}, Rows: tdsd.Values([]any{len(statement)})}}
	case "many":
		return []tdsd.Result{numbers(many)}
	case "some":
		return []tdsd.Result{numbers(5000)}
	}
	return nil
}

// legacy and modern are servers of the two layouts.
func legacy() tdsd.Config { return tdsd.Config{Layout: tdsd.TDS71, Handler: handler} }
func modern() tdsd.Config { return tdsd.Config{Layout: tdsd.TDS74, Handler: handler} }

// What comes through the translator is what a server of the newer layout
// sends by itself.
func TestSameAnswers(t *testing.T) {
	t.Parallel()
	when := time.Date(2004, 2, 29, 12, 0, 0, 0, time.UTC)
	questions := []struct {
		statement string
		args      []any
	}{
		{"select values", nil}, {"select two results", nil}, {"select error", nil}, {"select error after rows", nil}, {"select message", nil}, {"select nothing", nil},
		{"select length --" + strings.Repeat("x", 10_000), nil},
		{"select parameters", []any{int64(-5), "änne@contoso.com", true, 1.5, []byte{1, 255}, nil, when, sql.NullString{}, mssql.VarChar("x")}},
		{"select parameters --" + strings.Repeat("x", 3900), []any{sql.Named("who", strings.Repeat("日", 4000))}},
		{"select 1;", nil},
	}
	newer, addr := start(t, modern())
	direct := open(t, addr, &dialer{}, nil)
	want := make([]dump, len(questions))
	for i, q := range questions {
		want[i] = ask(t, direct, q.statement, q.args...)
	}
	for _, size := range []string{"512", "4096", "32767"} {
		for chunk, product := range map[int]string{0: "8.00.2039", 1: "8.00.760", 7: "8.00.194", 50: "8.00.384"} {
			if chunk == 1 && size != "512" {
				continue // the octets are what takes the time, not the packets
			}
			t.Run(fmt.Sprintf("packets of %s, %d at a time, %s", size, chunk, product), func(t *testing.T) {
				t.Parallel()
				cfg := legacy()
				cfg.ProductVersion = product
				srv, addr := start(t, cfg)
				d := &dialer{wrap: true, chunk: chunk}
				db := open(t, addr, d, map[string]string{"packet size": size})
				for i, q := range questions {
					if diff := cmp.Diff(want[i], ask(t, db, q.statement, q.args...)); diff != "" {
						t.Errorf("%.40s (-7.4 directly, +7.1 translated):\n%.2000s", q.statement, diff)
					}
				}
				if diff := cmp.Diff(newer.Statements(), srv.Statements()); diff != "" {
					t.Errorf("statements (-7.4 directly, +7.1 translated):\n%.2000s", diff)
				}
				if got := d.legacy.Load(); got == nil || *got != product || d.conns.Load() != 1 {
					t.Errorf("Legacy was told %v, %d connections", got, d.conns.Load())
				}
				major, _, _, known := d.last.Version()
				if !known || major != 8 {
					t.Errorf("version %d, %t", major, known)
				}
			})
		}
	}
}

// count reads the rows that numbers makes, and returns how many were right.
func count(t testing.TB, db *sql.DB, statement string) (n int) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var i int
		var s string
		var b []byte
		if err := rows.Scan(&i, &s, &b); err != nil {
			t.Fatal(err)
		}
		if i != n || s != "user"+strconv.Itoa(n) || len(b) != 2 || b[0] != byte(n) || b[1] != byte(n>>8) {
			t.Fatalf("row %d is %d, %s, %x", n, i, s, b)
		}
		n++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestManyRows(t *testing.T) {
	t.Parallel()
	_, addr := start(t, legacy())
	if n := count(t, open(t, addr, &dialer{wrap: true}, nil), "select many"); n != many {
		t.Errorf("%d rows, want %d", n, many)
	}
}

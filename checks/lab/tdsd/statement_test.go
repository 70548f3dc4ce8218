package tdsd_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"

	"lcshealth/checks/lab/tdsd"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	_, addr := start(t, tdsd.Config{ServerName: `LCS01\RTC`, Handler: func(_ context.Context, s tdsd.Session, q string) []tdsd.Result {
		name := q[strings.LastIndex(q, " ")+1:]
		switch name {
		case "Endpoint":
			return []tdsd.Result{{Err: tdsd.PermissionDenied(name, s.Database)}}
		case "AdUserSid":
			return []tdsd.Result{{Err: tdsd.InvalidColumn(name)}}
		case "proc":
			return []tdsd.Result{{Err: &tdsd.Error{Number: 547, State: 3, Class: 15, Message: "x", Procedure: "RtcP", Line: 70000}}}
		}
		return []tdsd.Result{{Err: tdsd.InvalidObject(name)}}
	}})
	db := open(t, addr, nil)
	tests := []struct {
		object string
		want   mssql.Error
	}{
		{"Nothing", mssql.Error{Number: 208, State: 1, Class: 16, Message: "Invalid object name 'Nothing'.", LineNo: 1}},
		{"AdUserSid", mssql.Error{Number: 207, State: 1, Class: 16, Message: "Invalid column name 'AdUserSid'.", LineNo: 1}},
		{"Endpoint", mssql.Error{Number: 229, State: 5, Class: 14,
			Message: "The SELECT permission was denied on the object 'Endpoint', database 'rtc', schema 'dbo'.", LineNo: 1}},
		{"proc", mssql.Error{Number: 547, State: 3, Class: 15, Message: "x", ProcName: "RtcP", LineNo: 70000}},
	}
	for _, tt := range tests {
		tt.want.ServerName = `LCS01\RTC`
		for how, args := range map[string][]any{"batch": nil, "rpc": {1}} {
			err := drain(t, db.QueryContext, "select x from "+tt.object, args...)
			var got mssql.Error
			if !errors.As(err, &got) {
				t.Fatalf("%s as %s: got %v", tt.object, how, err)
			}
			got.All = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s as %s (-want +got):\n%s", tt.object, how, diff)
			}
		}
	}
	if err := db.PingContext(t.Context()); err != nil {
		t.Errorf("ping after errors: %v", err)
	}
}

func TestOtherProceduresAreRefused(t *testing.T) {
	t.Parallel()
	srv, addr := start(t, tdsd.Config{Handler: func(context.Context, tdsd.Session, string) []tdsd.Result {
		t.Error("the handler was called")
		return nil
	}})
	db := open(t, addr, nil)
	_, err := db.ExecContext(t.Context(), "dbo.RtcDeleteResource", "user@contoso.com")
	if got := numbers(t, err); !slices.Equal(got, []int32{2812}) {
		t.Errorf("got numbers %d, want 2812", got)
	}
	if want := []string{"EXEC dbo.RtcDeleteResource"}; !slices.Equal(srv.Statements(), want) {
		t.Errorf("got statements %q, want %q", srv.Statements(), want)
	}
}

func TestBuiltinStatements(t *testing.T) {
	t.Parallel()
	var got []string
	srv, addr := start(t, tdsd.Config{Handler: func(_ context.Context, s tdsd.Session, q string) []tdsd.Result {
		got = append(got, s.Database+": "+q)
		return nil
	}})
	db := open(t, addr, nil)
	// One connection from the pool, since a pool resets what it hands out.
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	batches := []struct {
		text  string
		fails []int32
	}{
		{"SET NOCOUNT ON", nil},
		{"set textsize 64512; set quoted_identifier on", nil},
		{"set nocount on select name from sysobjects", nil},
		{"USE [rtcconfig]", nil},
		{"select a", nil},
		{`use "RTC";`, nil},
		{"select b", nil},
		{"use rtcdyn", []int32{911}},
		{"select c", nil},
		{"set @x = 1", nil},
		{"select 1 from Resource", nil},
		{"select 'a\x00b'", []int32{170}},
	}
	var want []string
	for _, b := range batches {
		want = append(want, b.text)
		_, err := conn.ExecContext(t.Context(), b.text)
		if err != nil && !slices.Equal(numbers(t, err), b.fails) || err == nil && b.fails != nil {
			t.Errorf("%q: got %v, want numbers %d", b.text, err, b.fails)
		}
	}
	if diff := cmp.Diff(want, srv.Statements()); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	want = []string{"rtc: set nocount on select name from sysobjects", "rtcconfig: select a", "rtc: select b",
		"rtc: select c", "rtc: set @x = 1", "rtc: select 1 from Resource"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
}

func TestConnectionReset(t *testing.T) {
	t.Parallel()
	var got []string
	_, addr := start(t, tdsd.Config{Handler: func(_ context.Context, s tdsd.Session, _ string) []tdsd.Result {
		got = append(got, fmt.Sprintf("%d %s", s.SPID, s.Database))
		return nil
	}})
	db := open(t, addr, nil)
	for range 2 {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"select a", "use master", "select b"} {
			if _, err := conn.ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		_ = conn.Close() // gives it back; its next request carries RESETCONNECTION
	}
	want := []string{"51 rtc", "51 master", "51 rtc", "51 master"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("databases (-want +got):\n%s", diff)
	}
}

func TestSeveralResults(t *testing.T) {
	t.Parallel()
	col := []tdsd.Column{{Name: "n", Type: tdsd.Int}}
	_, addr := start(t, tdsd.Config{Handler: fixed(
		tdsd.Result{Columns: col, Rows: tdsd.Values([]any{1}, []any{2})},
		tdsd.Result{Err: &tdsd.Error{Number: 0, Class: 0, Message: "a message, no error"}},
		tdsd.Result{},
		tdsd.Result{Columns: col},
		tdsd.Result{Columns: col, Rows: tdsd.Values([]any{3}), Err: tdsd.InvalidObject("late")},
	)})
	db := open(t, addr, nil)
	for how, args := range map[string][]any{"batch": nil, "rpc": {1}} {
		rows, err := db.QueryContext(t.Context(), "select n from x", args...)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var got []string
		for {
			cols, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			var ns []int
			for rows.Next() {
				var n int
				if err := rows.Scan(&n); err != nil {
					t.Fatal(err)
				}
				ns = append(ns, n)
			}
			got = append(got, fmt.Sprint(cols, ns))
			if !rows.NextResultSet() {
				break
			}
		}
		if want := []string{"[n] [1 2]", "[n] []", "[n] [3]"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", how, got, want)
		}
		if got := numbers(t, rows.Err()); !slices.Equal(got, []int32{208}) {
			t.Errorf("%s: got numbers %d, want 208", how, got)
		}
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	when := time.Date(2005, 5, 9, 12, 30, 15, 10e6, time.UTC)
	long := strings.Repeat("é€😀", 3000) // a (max) type
	guid := mssql.UniqueIdentifier{0x6F, 0x96, 0x19, 0xFF, 0x8B, 0x86, 0xD0, 0x11, 0xB4, 0x2D, 0, 0xC0, 0x4F, 0xC9, 0x64, 0xFF}
	tests := []struct {
		arg, want any
	}{
		{"o'user@contoso.com", "o'user@contoso.com"},
		{"", ""},
		{long, long},
		{mssql.VarChar("gr\xfcn\x80"), "grün€"}, // the driver sends the bytes as they are
		{mssql.NVarCharMax("x"), "x"},
		{7, int64(7)},
		{int64(-1 << 60), int64(-1 << 60)},
		{int32(-5), int64(-5)},
		{true, true},
		{1.5, 1.5},
		{[]byte{0, 1, 255}, []byte{0, 1, 255}},
		{[]byte{}, []byte{}},
		{make([]byte, 9000), make([]byte, 9000)},
		{when, when},
		{guid, "6F9619FF-8B86-D011-B42D-00C04FC964FF"},
		{nil, nil},
		{sql.NullString{}, nil},
		{sql.NullInt64{}, nil},
		{sql.NullBool{}, nil},
		{sql.NullTime{}, nil},
		{[]byte(nil), nil},
	}
	var got []tdsd.Param
	srv, addr := start(t, tdsd.Config{Handler: func(_ context.Context, s tdsd.Session, _ string) []tdsd.Result {
		got = s.Params
		return nil
	}})
	db := open(t, addr, nil)
	args := []any{}
	want := []tdsd.Param{}
	marks := []string{}
	for i, tt := range tests {
		args = append(args, tt.arg)
		want = append(want, tdsd.Param{Name: fmt.Sprintf("@p%d", i+1), Value: tt.want})
		marks = append(marks, fmt.Sprintf("@p%d", i+1))
	}
	args = append(args, sql.Named("user", "x"))
	want = append(want, tdsd.Param{Name: "@user", Value: "x"})
	// Longer than 4000 characters, so that the text is of a (max) type itself.
	statement := "select " + strings.Join(marks, ", ") + ", @user --" + strings.Repeat("-", 5000)
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{statement}, srv.Statements()); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}

func TestLongBatch(t *testing.T) {
	t.Parallel()
	srv, addr := start(t, tdsd.Config{})
	want := "select '" + strings.Repeat("ü", 500_000) + "'"
	if _, err := open(t, addr, map[string]string{"packet size": "512"}).ExecContext(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got := srv.Statements(); len(got) != 1 || got[0] != want {
		t.Errorf("got %d statements, want one of %d bytes", len(got), len(want))
	}
}

func TestOversizedBatch(t *testing.T) {
	t.Parallel()
	srv, addr := start(t, tdsd.Config{})
	_, err := open(t, addr, nil).ExecContext(t.Context(), "select '"+strings.Repeat("x", 1<<20)+"'")
	if got := numbers(t, err); !slices.Equal(got, []int32{4002}) {
		t.Errorf("got numbers %d, want 4002", got)
	}
	if got := srv.Statements(); len(got) != 0 {
		t.Errorf("got %d statements, want none", len(got))
	}
}

func TestTransactionsAreRefused(t *testing.T) {
	t.Parallel()
	_, addr := start(t, tdsd.Config{})
	_, err := open(t, addr, nil).BeginTx(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "packet type 0x0e") {
		t.Errorf("got %v, want an error that names the packet type", err)
	}
}

func TestHandlerPanic(t *testing.T) {
	t.Parallel()
	_, addr := start(t, tdsd.Config{Handler: func(_ context.Context, _ tdsd.Session, q string) []tdsd.Result {
		if q == "select rows" {
			return []tdsd.Result{{Columns: []tdsd.Column{{Name: "n", Type: tdsd.Int}}, Rows: func(func([]any, error) bool) { panic("ouch") }}}
		}
		panic("ouch")
	}})
	db := open(t, addr, nil)
	for _, q := range []string{"select rows", "select x"} {
		rows, err := db.QueryContext(t.Context(), q)
		if err == nil {
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				t.Error("got a row")
			}
			err = rows.Err()
		}
		if got := numbers(t, err); !slices.Equal(got, []int32{50000}) || !strings.Contains(err.Error(), "ouch") {
			t.Errorf("%s: got %v, want error 50000 with the panic", q, err)
		}
	}
}

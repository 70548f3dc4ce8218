package tdsd_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/lab/tdsd"
)

// allTypes is a result with every type: values, other values, and NULLs.
func allTypes() tdsd.Result {
	when := time.Date(2005, 5, 9, 23, 59, 59, 997e6, time.UTC)
	sid := []byte{1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x51, 4, 0, 0}
	const guid = "6F9619FF-8B86-D011-B42D-00C04FC964FF"
	long := strings.Repeat("long é ", 3000)
	columns := []tdsd.Column{
		{Name: "bit", Type: tdsd.Bit},
		{Name: "tinyint", Type: tdsd.TinyInt},
		{Name: "smallint", Type: tdsd.SmallInt},
		{Name: "int", Type: tdsd.Int},
		{Name: "bigint", Type: tdsd.BigInt},
		{Name: "float", Type: tdsd.Float},
		{Name: "datetime", Type: tdsd.DateTime},
		{Name: "smalldatetime", Type: tdsd.SmallDateTime},
		{Name: "guid", Type: tdsd.UniqueIdentifier},
		{Name: "char", Type: tdsd.Char, Size: 4},
		{Name: "varchar", Type: tdsd.VarChar, Size: 450},
		{Name: "text", Type: tdsd.Text, Table: "rtc.dbo.Resource"},
		{Name: "nchar", Type: tdsd.NChar, Size: 4},
		{Name: "nvarchar", Type: tdsd.NVarChar, Size: 450},
		{Name: "ntext", Type: tdsd.NText, Table: "Resource"},
		{Name: "binary", Type: tdsd.Binary, Size: 4},
		{Name: "varbinary", Type: tdsd.VarBinary, Size: 85},
		{Name: "image", Type: tdsd.Image},
	}
	nulls := make([]any, len(columns))
	return tdsd.Result{Columns: columns, Rows: tdsd.Values(
		[]any{true, 255, -32768, 1 << 30, int64(-1) << 62, 0.1, when, when, guid,
			"ab", "grün €", long, "äb", "日本 😀", long + "日本", []byte{1, 2}, sid, []byte(long)},
		nulls,
		[]any{false, uint8(0), int16(32767), int32(-1 << 31), uint64(1), -1e300, time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC),
			time.Date(1900, 1, 1, 0, 0, 29, 0, time.UTC), "{00000000-0000-0000-0000-000000000000}",
			"", "日", "", "", "", "", []byte{}, []byte{}, []byte{}},
	)}
}

func TestEveryType(t *testing.T) {
	t.Parallel()
	_, addr := start(t, tdsd.Config{Handler: fixed(allTypes())})
	for _, packetSize := range []string{"512", "4096", "32767"} {
		db := open(t, addr, map[string]string{"packet size": packetSize})
		for _, args := range [][]any{nil, {1}} {
			rows, err := db.QueryContext(t.Context(), "select * from Everything", args...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			types, err := rows.ColumnTypes()
			if err != nil {
				t.Fatal(err)
			}
			var names, got []string
			for _, typ := range types {
				names = append(names, strings.ToLower(typ.DatabaseTypeName()))
				if nullable, _ := typ.Nullable(); !nullable {
					t.Errorf("column %s is not nullable", typ.Name())
				}
			}
			wantNames := strings.Fields("bit tinyint smallint int bigint float datetime smalldatetime uniqueidentifier " +
				"char varchar text nchar nvarchar ntext binary varbinary image")
			if diff := cmp.Diff(wantNames, names); diff != "" {
				t.Fatalf("types (-want +got):\n%s", diff)
			}
			for rows.Next() {
				values := make([]any, len(types))
				into := make([]any, len(types))
				for i := range values {
					into[i] = &values[i]
				}
				if err := rows.Scan(into...); err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%.40q", values))
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(allTypesAsRead(), got); diff != "" {
				t.Errorf("packet size %s, parameters %v (-want +got):\n%s", packetSize, args, diff)
			}
		}
	}
}

// allTypesAsRead is what a client gets to see of allTypes: dates rounded, short
// values of fixed length filled up, unknown characters replaced.
func allTypesAsRead() []string {
	long := strings.Repeat("long é ", 3000)
	guid := []byte("\xff\x19\x96\x6f\x86\x8b\x11\xd0\xb4\x2d\x00\xc0\x4f\xc9\x64\xff")
	sid := []byte{1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x51, 4, 0, 0}
	rows := [][]any{
		{true, int64(255), int64(-32768), int64(1 << 30), int64(-1) << 62, 0.1,
			time.Date(2005, 5, 9, 23, 59, 59, 997e6, time.UTC), time.Date(2005, 5, 10, 0, 0, 0, 0, time.UTC), guid,
			"ab  ", "grün €", long, "äb  ", "日本 😀", long + "日本", []byte{1, 2, 0, 0}, sid, []byte(long)},
		make([]any, 18),
		{false, int64(0), int64(32767), int64(-1 << 31), int64(1), -1e300,
			time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), make([]byte, 16),
			"    ", "?", "", "    ", "", "", []byte{0, 0, 0, 0}, []byte{}, []byte{}},
	}
	var s []string
	for _, row := range rows {
		s = append(s, fmt.Sprintf("%.40q", row))
	}
	return s
}

func TestValuesThatDoNotFit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		column tdsd.Column
		value  any
	}{
		"a value of type string in a int":      {tdsd.Column{Type: tdsd.Int}, "1"},
		"a value of type []uint8 in a varchar": {tdsd.Column{Type: tdsd.VarChar}, []byte("x")},
		"a value of type bool in a int":        {tdsd.Column{Type: tdsd.Int}, true},
		"an integer in a bit":                  {tdsd.Column{Type: tdsd.Bit}, 1},
		"a value of type chan int in a image":  {tdsd.Column{Type: tdsd.Image}, make(chan int)},
		"256 does not fit a tinyint":           {tdsd.Column{Type: tdsd.TinyInt}, 256},
		"-32769 does not fit a smallint":       {tdsd.Column{Type: tdsd.SmallInt}, -32769},
		"2147483648 does not fit a int":        {tdsd.Column{Type: tdsd.Int}, int64(1) << 31},
		"a value of type uint64 in a bigint":   {tdsd.Column{Type: tdsd.BigInt}, uint64(1) << 63},
		"6 bytes in a nvarchar of 4":           {tdsd.Column{Type: tdsd.NVarChar, Size: 2}, "abc"},
		"3 bytes in a char of 1":               {tdsd.Column{Type: tdsd.Char}, "abc"},
		`"6F9619FF" is not a uniqueidentifier`: {tdsd.Column{Type: tdsd.UniqueIdentifier}, "6F9619FF"},
		"out of the range of a datetime":       {tdsd.Column{Type: tdsd.DateTime}, time.Date(1752, 12, 31, 0, 0, 0, 0, time.UTC)},
		"out of the range of a smalldatetime":  {tdsd.Column{Type: tdsd.SmallDateTime}, time.Date(2079, 6, 7, 0, 0, 0, 0, time.UTC)},
		"type 0 is not known":                  {tdsd.Column{}, nil},
		"nvarchar(4001) is not between":        {tdsd.Column{Type: tdsd.NVarChar, Size: 4001}, nil},
		"varbinary(-1) is not between":         {tdsd.Column{Type: tdsd.VarBinary, Size: -1}, nil},
		"is too long":                          {tdsd.Column{Type: tdsd.Int, Name: strings.Repeat("x", 129)}, nil},
	}
	var result tdsd.Result
	_, addr := start(t, tdsd.Config{Handler: func(context.Context, tdsd.Session, string) []tdsd.Result {
		return []tdsd.Result{result}
	}})
	db := open(t, addr, nil)
	for want, tt := range tests {
		result = tdsd.Result{Columns: []tdsd.Column{tt.column}, Rows: tdsd.Values([]any{tt.value})}
		err := drain(t, db.QueryContext, "select x")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	result = tdsd.Result{Columns: []tdsd.Column{{Type: tdsd.Int}}, Rows: tdsd.Values([]any{1, 2})}
	if err := drain(t, db.QueryContext, "select x"); err == nil || !strings.Contains(err.Error(), "2 values for 1 columns") {
		t.Errorf("got %v, want an error about the number of values", err)
	}
}

func TestRowsThatFail(t *testing.T) {
	t.Parallel()
	var reason error
	_, addr := start(t, tdsd.Config{Handler: func(context.Context, tdsd.Session, string) []tdsd.Result {
		return []tdsd.Result{{Columns: []tdsd.Column{{Type: tdsd.Int}}, Rows: func(yield func([]any, error) bool) {
			if yield([]any{1}, nil) {
				yield(nil, reason)
			}
		}}}
	}})
	db := open(t, addr, nil)
	for _, tt := range []struct {
		reason error
		want   int32
	}{
		{errors.New("disk on fire"), 50000},
		{fmt.Errorf("scan: %w", &tdsd.Error{Number: 605, Class: 21, Message: "bad page"}), 605},
	} {
		reason = tt.reason
		err := drain(t, db.QueryContext, "select x")
		if got := numbers(t, err); !cmp.Equal(got, []int32{tt.want}) {
			t.Errorf("%v: got numbers %d, want %d", tt.reason, got, tt.want)
		}
	}
}

func TestManyRowsAreStreamed(t *testing.T) {
	t.Parallel()
	const count = 50_000
	yielded := make(chan int, count)
	_, addr := start(t, tdsd.Config{Handler: fixed(tdsd.Result{
		Columns: []tdsd.Column{{Name: "id", Type: tdsd.Int}, {Name: "UserAtHost", Type: tdsd.NVarChar, Size: 450}},
		Rows: func(yield func([]any, error) bool) {
			for i := range count {
				yielded <- i
				if !yield([]any{i, fmt.Sprintf("user%d@contoso.com", i)}, nil) {
					return
				}
			}
		},
	})})
	rows, err := open(t, addr, nil).QueryContext(t.Context(), "select * from Resource")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		var id int
		var user string
		if err := rows.Scan(&id, &user); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("user%d@contoso.com", n); id != n || user != want {
			t.Fatalf("row %d: got %d, %s", n, id, user)
		}
		if n == 0 && len(yielded) == count {
			t.Error("the first row was sent after the last was made")
		}
		n++
	}
	if err := rows.Err(); err != nil || n != count {
		t.Errorf("got %d rows and error %v, want %d rows", n, err, count)
	}
}

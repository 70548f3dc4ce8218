package host

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// kept takes entries.
type kept struct {
	entries []facts.Entry
	err     error
}

func (l *kept) AddEntry(e facts.Entry) error {
	l.entries = append(l.entries, e)
	return l.err
}

func column(table, name, typ string) string {
	return fmt.Sprintf(`{"kind":"dbcolumn","table":%q,"column":%q,"type":%q,"length":16}`, table, name, typ)
}

func dbRow(table, values string) string {
	return fmt.Sprintf(`{"kind":"dbrow","table":%q,"values":%s}`, table, values)
}

func dbEnd(table string, count int) string {
	return fmt.Sprintf(`{"kind":"end","class":"dbrow","table":%q,"count":%d}`, table, count)
}

const sid = "010500000000000515000000010000000200000003000000e9030000"

// smallDatabase is a database of two users, whose SIDs are in another table.
func smallDatabase() []string {
	return []string{
		`{"kind":"database","product":"8.00.2039"}`,
		column("Resource", "ResourceId", "int"), column("Resource", "UserAtHost", "nvarchar"),
		column("ResourceDirectory", "ResourceId", "int"), column("ResourceDirectory", "AdUserSid", "varbinary"),
		column("Endpoint", "EndpointId", "int"),
		end("dbcolumn", 5),
		dbRow("ResourceDirectory", `{"ResourceId":7,"AdUserSid":"0x`+sid+`"}`), // before Resource
		dbEnd("ResourceDirectory", 1),
		dbRow("Resource", `{"RESOURCEID":"7","userathost":"kim@contoso.com"}`),
		dbRow("resource", `{"ResourceId":8,"UserAtHost":null}`),
		dbEnd("Resource", 2),
	}
}

func collectDatabase(t *testing.T, cfg *Database, entries *kept, lines ...string) (*facts.Database, facts.Source) {
	t.Helper()
	d := run(t, New(Config{FQDN: lcs01, File: write(t, hostFile(lines...)), Database: cfg}, entries))
	if len(d.Databases) == 0 {
		return nil, d.Sources[0]
	}
	return d.Databases[0], d.Sources[0]
}

func TestDatabase(t *testing.T) {
	var got kept
	db, account := collectDatabase(t, nil, &got, smallDatabase()...)
	if db == nil {
		t.Fatalf("%+v", account)
	}
	kim, yes, no := "S-1-5-21-1-2-3-1001", true, false
	want := []facts.Entry{
		{Database: lcs01, ResourceID: 7, Address: "kim@contoso.com", SID: &kim, DirectoryRow: &yes},
		{Database: lcs01, ResourceID: 8, DirectoryRow: &no},
	}
	if diff := cmp.Diff(want, got.entries); diff != "" {
		t.Error(diff)
	}
	if n, why := db.Entries.Get(); why != nil || n != 2 || db.Entries.Origin() != from {
		t.Errorf("entries: %d, %v", n, why)
	}
	structure, _ := db.Structure.Get()
	if structure.Product != "8.00.2039" || structure.Generation != "LCS" || !slices.Contains(structure.Columns, "Resource.UserAtHost nvarchar(8)") {
		t.Errorf("structure: %+v", structure)
	}
	if where, _ := db.SIDs.Get(); where != "ResourceDirectory.AdUserSid" {
		t.Errorf("SIDs in %q", where)
	}
	if _, why := db.GUIDs.Get(); why == nil || why.Class != facts.Missing {
		t.Errorf("GUIDs: %+v", why)
	}
	if db.Name != lcs01 || !slices.Equal(db.Serves, []string{lcs01}) {
		t.Errorf("%s serves %s", db.Name, db.Serves)
	}
}

func TestDatabaseName(t *testing.T) {
	cfg := &Database{Name: "sql01.contoso.com", Serves: []string{"pool01.contoso.com"}}
	var got kept
	db, _ := collectDatabase(t, cfg, &got, smallDatabase()...)
	if db.Name != cfg.Name || !slices.Equal(db.Serves, cfg.Serves) || got.entries[0].Database != cfg.Name {
		t.Errorf("%+v, %+v", db, got.entries)
	}
}

// TestDatabaseUnknown has what leaves which part of a database unknown.
func TestDatabaseUnknown(t *testing.T) {
	without := func(drop ...int) []string {
		var out []string
		for i, l := range smallDatabase() {
			if !slices.Contains(drop, i) {
				out = append(out, l)
			}
		}
		return out
	}
	replace := func(i int, line string) []string {
		out := smallDatabase()
		out[i] = line
		return out
	}
	insert := func(i int, line string) []string { return slices.Insert(smallDatabase(), i, line) }
	const structure, entries, sids, rows = "structure", "entries", "sids", "directoryRows"
	everything := []string{structure, entries, sids, rows}
	tests := []struct {
		name    string
		lines   []string
		unknown []string
		text    string // why the first of them is
	}{
		{"complete", smallDatabase(), nil, ""},
		{"no database line", without(0), everything, "nothing is said of database"},
		{"out of reach", []string{`{"kind":"missing","class":"database","why":"rights","reason":"login failed"}`}, everything, "read database: login failed"},
		{"two databases", append(smallDatabase(), smallDatabase()...), everything, "database: a row after its end"},
		{"a column lost", without(2), everything, "dbcolumn should have 5 rows, but 4 came"},
		{"no end of the columns", without(6), everything, "dbcolumn has no end"},
		{"rows before columns", append(smallDatabase()[7:], smallDatabase()[:7]...), []string{entries, sids, rows}, "a row without the columns before it"},
		{"not an RTC database", []string{smallDatabase()[0], column("Orders", "Id", "int"), end("dbcolumn", 1), dbRow("Orders", `{"Id":1}`), dbEnd("Orders", 1)},
			everything, "it has no table Resource with a column UserAtHost"},
		{"a user lost", without(9), []string{entries}, "dbrow resource should have 2 rows, but 1 came"},
		{"no end of the users", without(11), []string{entries}, "dbrow Resource has no end"},
		{"users out of reach", append(without(9, 10, 11), `{"kind":"missing","class":"dbrow","table":"Resource","why":"rights"}`), []string{entries}, "read dbrow Resource: rights"},
		{"a SID lost", without(7), []string{sids, rows}, "dbrow ResourceDirectory should have 1 rows, but 0 came"},
		{"SIDs not told of", without(7, 8), []string{sids, rows}, "nothing is said of dbrow ResourceDirectory"},
		{"a user without key", replace(9, dbRow("Resource", `{"UserAtHost":"kim@contoso.com"}`)), []string{entries}, "ResourceId is missing"},
		{"a user without address column", replace(9, dbRow("Resource", `{"ResourceId":7}`)), []string{entries}, "column UserAtHost is missing"},
		{"a user without values", replace(9, `{"kind":"dbrow","table":"Resource"}`), []string{entries}, "values is missing"},
		{"a SID that is no octets", replace(7, dbRow("ResourceDirectory", `{"ResourceId":7,"AdUserSid":"hex:S-1-5"}`)), []string{sids, rows}, "AdUserSid: not hexadecimal"},
		{"two SIDs for one user", slices.Replace(insert(7, dbRow("ResourceDirectory", `{"ResourceId":7,"AdUserSid":null}`)), 9, 10, dbEnd("ResourceDirectory", 2)),
			[]string{sids}, "ResourceDirectory.AdUserSid has different values for the same ResourceId, such as 7"},
		{"one SID twice", slices.Replace(insert(7, smallDatabase()[7]), 9, 10, dbEnd("ResourceDirectory", 2)), nil, ""},
		{"rows of a table that does not matter", insert(12, dbRow("Endpoint", `{"EndpointId":"x"}`)), nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got kept
			db, account := collectDatabase(t, nil, &got, tt.lines...)
			if db == nil {
				t.Fatalf("no database: %+v", account)
			}
			unknown := map[string]*facts.Unknown{
				structure: reason(db.Structure), entries: reason(db.Entries), sids: reason(db.SIDs), rows: reason(db.DirectoryRows),
			}
			var names []string
			for _, name := range everything {
				if unknown[name] != nil {
					names = append(names, name)
				}
			}
			if diff := cmp.Diff(tt.unknown, names); diff != "" {
				t.Fatal(diff)
			}
			if len(names) > 0 && !strings.Contains(unknown[names[0]].Message, tt.text) {
				t.Errorf("%s\nwant %s", unknown[names[0]].Message, tt.text)
			}
			if n, why := db.Entries.Get(); why == nil && n != len(got.entries) {
				t.Errorf("%d entries, but %d were added", n, len(got.entries))
			}
		})
	}
}

func TestNoDatabase(t *testing.T) {
	var got kept
	if db, _ := collectDatabase(t, nil, &got, end("port", 0)); db != nil {
		t.Errorf("%+v", db)
	}
	db, _ := collectDatabase(t, &Database{}, &got, end("port", 0))
	if db == nil || db.Name != lcs01 {
		t.Fatalf("%+v", db)
	}
	_, why := db.Entries.Get()
	if why == nil || why.Class != facts.Missing || !strings.HasSuffix(why.Message, "lcs01.ndjson says nothing of the database") {
		t.Errorf("%+v", why)
	}
	d := run(t, New(Config{FQDN: lcs01, File: write(t, hostFile(smallDatabase()...))}, nil))
	if len(d.Databases) > 0 {
		t.Error("without entries there is a database")
	}
}

func TestEntriesNotKept(t *testing.T) {
	got := kept{err: errors.New("disk full")}
	db, account := collectDatabase(t, &Database{}, &got, smallDatabase()...)
	if db.Entries.IsObserved() || account.Status != facts.Failed || account.Class != facts.Internal || !strings.HasSuffix(account.Message, "disk full") {
		t.Errorf("%+v", account)
	}
}

// TestUsers brings the users of a file together as a check does.
func TestUsers(t *testing.T) {
	users := collect.NewUsers(t.TempDir())
	run(t, New(Config{FQDN: lcs01, File: write(t, hostFile(smallDatabase()...))}, users))
	n := 0
	for u, err := range users.SignIns(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n += len(u.Entries)
	}
	if n != 2 {
		t.Errorf("%d entries", n)
	}
}

package rtcdb_test

import (
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"

	"github.com/google/go-cmp/cmp"
)

func TestStructures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*rtcsim.Database)
		unknown map[string]string // part of the reason for each fact that is unknown
		class   facts.Class
		first   facts.Entry
	}{
		{
			"no SID column", func(db *rtcsim.Database) { db.DropColumn("ResourceDirectory", "AdUserSid") },
			map[string]string{"SIDs": "no column for the SIDs was found"}, facts.Missing,
			facts.Entry{ResourceID: 1, Address: "kim@contoso.com", GUID: ptr(kimGUID), DirectoryRow: ptr(true)},
		},
		{
			"two candidates", func(db *rtcsim.Database) {
				db.AddTable(rtcsim.Table{Name: "ResourceDirectory", Columns: []tdsd.Column{
					{Name: "ResourceId", Type: tdsd.Int}, {Name: "OwnSid", Type: tdsd.VarBinary, Size: 85}, {Name: "MasterSid", Type: tdsd.VarBinary, Size: 85},
				}})
			},
			map[string]string{"SIDs": "ResourceDirectory.MasterSid and ResourceDirectory.OwnSid", "GUIDs": "no column for the GUIDs"}, facts.Protocol,
			facts.Entry{ResourceID: 1, Address: "kim@contoso.com", DirectoryRow: ptr(false)},
		},
		{
			"SIDs as text, padded", func(db *rtcsim.Database) {
				db.AddTable(rtcsim.Table{Name: "ResourceDirectory", Columns: []tdsd.Column{
					{Name: "ResourceId", Type: tdsd.Int}, {Name: "AdUserSid", Type: tdsd.NChar, Size: 60}, {Name: "AdUserGuid", Type: tdsd.UniqueIdentifier},
				}, Rows: [][]any{{1, kimSID, nil}}})
			},
			nil, "",
			facts.Entry{ResourceID: 1, Address: "kim@contoso.com", SID: ptr(kimSID), DirectoryRow: ptr(true)},
		},
		{
			"SIDs in a column of fixed length", func(db *rtcsim.Database) {
				sid, _ := facts.ParseSID(kimSID)
				db.AddTable(rtcsim.Table{Name: "ResourceDirectory", Columns: []tdsd.Column{
					{Name: "ResourceId", Type: tdsd.Int}, {Name: "AdUserSid", Type: tdsd.Binary, Size: 85}, {Name: "AdUserGuid", Type: tdsd.UniqueIdentifier},
				}, Rows: [][]any{{1, sid, nil}}})
			},
			nil, "",
			facts.Entry{ResourceID: 1, Address: "kim@contoso.com", SID: ptr(kimSID), DirectoryRow: ptr(true)},
		},
		{
			"no directory table", func(db *rtcsim.Database) { db.DropTable("ResourceDirectory") },
			map[string]string{"SIDs": "no column for the SIDs", "GUIDs": "no column for the GUIDs", "directory rows": "no table mirrors the directory"}, facts.Missing,
			facts.Entry{ResourceID: 1, Address: "kim@contoso.com"},
		},
		{
			"directory table may not be read", func(db *rtcsim.Database) { db.Deny("ResourceDirectory", true) },
			map[string]string{"SIDs": "read table ResourceDirectory of database rtc on lcs01.contoso.com: The SELECT permission was denied",
				"GUIDs": "(SQL 229)", "directory rows": "(SQL 229)"}, facts.Rights,
			facts.Entry{ResourceID: 1, Address: "kim@contoso.com"},
		},
		{
			"several directory rows for one resource", func(db *rtcsim.Database) {
				if err := db.Insert("ResourceDirectory", map[string]any{"ResourceId": 1}); err != nil {
					panic(err)
				}
			},
			map[string]string{"SIDs": "has 4 rows for 3 resources", "GUIDs": "4 rows", "directory rows": "4 rows"}, facts.Protocol,
			facts.Entry{ResourceID: 1, Address: "kim@contoso.com"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sim := users(t)
			tt.change(sim)
			l := serve(t, sim, nil)
			db, source := l.run(t)
			if n, why := db.Entries.Get(); n != 5 || why != nil {
				t.Errorf("entries: %d, %v", n, why)
			}
			tt.first.Database = database
			if len(l.sink.entries) == 0 {
				t.Fatalf("no entries; the source ended %s: %s", source.Status, source.Message)
			}
			if diff := cmp.Diff(tt.first, l.sink.entries[0]); diff != "" {
				t.Errorf("first entry (-want +got)\n%s", diff)
			}
			want := facts.OK
			if len(tt.unknown) > 0 {
				want = facts.Partial
			}
			if source.Status != want || source.Class != tt.class {
				t.Errorf("the source ended %s, %s: %s; want %s, %s", source.Status, source.Class, source.Message, want, tt.class)
			}
			for name, why := range reasons(db) {
				part, unknown := tt.unknown[name]
				if unknown != (why != nil) || unknown && !strings.Contains(why.Message, part) {
					t.Errorf("%s: %v, want a reason with %q", name, why, part)
				}
			}
		})
	}
}

func TestNotAnRTCDatabase(t *testing.T) {
	t.Parallel()
	for product, settle := range map[string]string{
		"8.00.2039": `usually rtc on (local)\rtc`,
		"9.00.1399": "SQL Server 2005 and later hide tables from those who may not: USE [rtc]; EXEC sp_grantdbaccess N'reader'",
	} {
		t.Run(product, func(t *testing.T) {
			t.Parallel()
			sim := rtcsim.New("rtc", product)
			sim.DropColumn("Resource", "UserAtHost")
			l := serve(t, sim, nil)
			db, source := l.run(t)
			failed(t, db, source, facts.Missing,
				"database rtc on lcs01.contoso.com is not an RTC database: it has no table Resource with a column UserAtHost", settle)
		})
	}
}

func TestResourceMayNotBeRead(t *testing.T) {
	t.Parallel()
	sim := users(t)
	sim.Deny("Resource", true)
	l := serve(t, sim, nil)
	db, source := l.run(t)
	_, why := db.Entries.Get()
	if source.Status != facts.Partial || why == nil || why.Class != facts.Rights ||
		!strings.Contains(why.Message, "object 'Resource'") || !strings.Contains(why.Settle, "EXEC sp_addrolemember N'db_datareader', N'reader'") {
		t.Errorf("the source ended %s; entries: %+v", source.Status, why)
	}
	if !db.Structure.IsObserved() {
		t.Error("the structure is not observed, although it could be read")
	}
}

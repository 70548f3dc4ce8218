package rtcdb

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// schema makes a catalogue of lines such as "Resource: ResourceId int 4, …".
func schema(lines ...string) (objects []Object, columns []Column) {
	for _, line := range lines {
		name, list, _ := strings.Cut(line, ": ")
		objects = append(objects, Object{Name: name, Kind: "U "})
		for c := range strings.SplitSeq(list, ", ") {
			words := strings.Fields(c)
			length := 4
			switch words[1] {
			case "nvarchar":
				length = 900
			case "varbinary", "binary":
				length = 85
			case "varchar":
				length = -1
			}
			columns = append(columns, Column{Table: name, Name: words[0], Type: words[1], Length: length})
		}
	}
	return objects, columns
}

const (
	resourceTable = "Resource: ResourceId int, UserAtHost nvarchar"
	mirrorTable   = "ResourceDirectory: ResourceId int, AdUserSid varbinary, AdUserGuid uniqueidentifier, Enabled bit"
)

func TestDiscoverPlaces(t *testing.T) {
	tests := []struct {
		name            string
		tables          []string
		sid, guid, rows string // table.column, table, or part of the error
	}{
		{"as in later versions", []string{resourceTable, mirrorTable},
			"ResourceDirectory.AdUserSid", "ResourceDirectory.AdUserGuid", "ResourceDirectory"},
		{"names in another case", []string{"RESOURCE: RESOURCEID int, USERATHOST nvarchar", "RESOURCEDIRECTORY: RESOURCEID int, ADUSERSID varbinary, ADUSERGUID uniqueidentifier"},
			"RESOURCEDIRECTORY.ADUSERSID", "RESOURCEDIRECTORY.ADUSERGUID", "RESOURCEDIRECTORY"},
		{"everything in Resource", []string{"Resource: ResourceId int, UserAtHost nvarchar, Sid binary, UserGuid uniqueidentifier"},
			"Resource.Sid", "Resource.UserGuid", "no table mirrors the directory"},
		{"another table", []string{resourceTable, "DirUser: ResourceId int, UserSID varbinary, ObjectGUID uniqueidentifier"},
			"DirUser.UserSID", "DirUser.ObjectGUID", "DirUser"},
		{"the well-known name wins", []string{resourceTable, "ResourceDirectory: ResourceId int, OriginatorSid varbinary, AdUserSid varbinary, DeviceGuid uniqueidentifier, AdUserGuid uniqueidentifier"},
			"ResourceDirectory.AdUserSid", "ResourceDirectory.AdUserGuid", "ResourceDirectory"},
		{"the well-known table wins", []string{resourceTable, "ResourceDirectory: ResourceId int, UserSid varbinary", "Archive: ResourceId int, UserSid varbinary"},
			"ResourceDirectory.UserSid", "no column for the GUIDs was found", "ResourceDirectory"},
		{"octets win over text", []string{resourceTable, "U: ResourceId int, UserSid varbinary, SidText varchar"},
			"U.UserSid", "no column for the GUIDs", "U"},
		{"text", []string{resourceTable, "U: ResourceId int, SidText varchar"},
			"U.SidText", "no column for the GUIDs", "U"},
		{"two candidates", []string{resourceTable, "ResourceDirectory: ResourceId int, OwnSid varbinary, MasterSid varbinary, AGuid uniqueidentifier, BGuid uniqueidentifier"},
			"ResourceDirectory.MasterSid and ResourceDirectory.OwnSid are equally likely",
			"ResourceDirectory.AGuid and ResourceDirectory.BGuid are equally likely", "ResourceDirectory"},
		{"only words like it", []string{resourceTable, "ResourceDirectory: ResourceId int, Residence nvarchar, ResId varbinary, RESIDENCE varchar, Inside varchar, UserSid int, Guid nvarchar"},
			"no table with a ResourceId has a binary or text column named like %Sid%", "no table with a ResourceId has a uniqueidentifier", "ResourceDirectory"},
		{"no ResourceId beside it", []string{resourceTable, "Account: AccountId int, UserSid varbinary, UserGuid uniqueidentifier"},
			"no column for the SIDs", "no column for the GUIDs", "no table mirrors the directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := Discover(schema(tt.tables...))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []struct {
				what  string
				place Place
				text  string
				want  string
			}{{"SID", l.SID, l.SID.String(), tt.sid}, {"GUID", l.GUID, l.GUID.String(), tt.guid}, {"rows", l.DirectoryRows, l.DirectoryRows.Table, tt.rows}} {
				if p.place.Err != nil {
					if !strings.Contains(p.place.Err.Error(), p.want) {
						t.Errorf("%s: error %q, want %q", p.what, p.place.Err, p.want)
					}
				} else if p.text != p.want {
					t.Errorf("%s: %s, want %s", p.what, p.text, p.want)
				}
			}
		})
	}
}

func TestDiscoverRefuses(t *testing.T) {
	tests := []struct {
		tables []string
		class  facts.Class
		want   string
	}{
		{[]string{"Orders: Id int"}, facts.Missing, "it has no table Resource with a column UserAtHost"},
		{[]string{"Resource: ResourceId int, Name nvarchar"}, facts.Missing, "it has no table Resource with a column UserAtHost"},
		{[]string{"Resource: ResourceId int, UserAtHost varbinary"}, facts.Protocol, "column Resource.UserAtHost is of type varbinary(85), not text"},
		{[]string{"Resource: ResourceId uniqueidentifier, UserAtHost nvarchar"}, facts.Protocol, "table Resource has no integer column ResourceId"},
	}
	for _, tt := range tests {
		_, err := Discover(schema(tt.tables...))
		if err == nil || err.Error() != tt.want || collect.Reason(err).Class != tt.class {
			t.Errorf("Discover(%q): %v; want class %s, %s", tt.tables, err, tt.class, tt.want)
		}
	}
	objects, columns := schema(resourceTable)
	objects[0].Kind = "V "
	if _, err := Discover(objects, columns); err == nil {
		t.Error("a view was taken for the table Resource")
	}
}

func TestGeneration(t *testing.T) {
	tests := []struct{ tables, want string }{
		{"", ""},
		{"Endpoint", "LCS"},
		{"HomedResource", "LCS"},
		{"Endpoint HomedResource Container", "OCS"},
		{"HomedResource Container CertificateStore", "Lync"},
		{"ForestDirectory", "Lync"},
	}
	for _, tt := range tests {
		lines := []string{resourceTable}
		for name := range strings.FieldsSeq(tt.tables) {
			lines = append(lines, name+": Id int")
		}
		l, err := Discover(schema(lines...))
		if err != nil || l.Generation != tt.want {
			t.Errorf("tables %q: generation %q, %v; want %q", tt.tables, l.Generation, err, tt.want)
		}
	}
}

func TestDatabaseOfLayout(t *testing.T) {
	l, err := Discover(schema(resourceTable, "ResourceDirectory: ResourceId int, AdUserSid varbinary, Note varchar", "Other: Id int", "Item: ItemGuid uniqueidentifier"))
	if err != nil {
		t.Fatal(err)
	}
	from := facts.Origin{Source: "rtcdb", Target: "lcs01", At: time.Date(2005, 3, 1, 0, 0, 0, 0, time.UTC)}
	db := l.Database("lcs01", []string{"lcs01"}, "8.00.2039", from, collect.Reason)
	s, why := db.Structure.Get()
	if why != nil {
		t.Fatal(why)
	}
	want := facts.Structure{Product: "8.00.2039", Columns: []string{
		"Item.ItemGuid uniqueidentifier",
		"Resource.ResourceId int", "Resource.UserAtHost nvarchar(450)",
		"ResourceDirectory.ResourceId int", "ResourceDirectory.AdUserSid varbinary(85)", "ResourceDirectory.Note varchar(max)",
	}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("structure (-want +got)\n%s", diff)
	}
	if v, why := db.SIDs.Get(); v != "ResourceDirectory.AdUserSid" || why != nil || db.SIDs.Origin() != from {
		t.Errorf("SIDs: %q, %v", v, why)
	}
	if _, why := db.GUIDs.Get(); why == nil || why.Class != facts.Missing {
		t.Errorf("GUIDs: %v", why)
	}
	if v, why := db.DirectoryRows.Get(); v != "ResourceDirectory" || why != nil {
		t.Errorf("directory rows: %q, %v", v, why)
	}
	if db.Entries.IsObserved() {
		t.Error("entries are observed before they were read")
	}
}

// A person is told what was found, and what was not.
func TestDescribe(t *testing.T) {
	t.Parallel()
	objects := []Object{{"Resource", "U"}, {"ResourceDirectory", "U"}, {"Endpoint", "U"}}
	columns := []Column{
		{"Resource", "ResourceId", "int", 4}, {"Resource", "UserAtHost", "nvarchar", 900},
		{"ResourceDirectory", "ResourceId", "int", 4}, {"ResourceDirectory", "AdUserSid", "varbinary", 85}, {"ResourceDirectory", "HomeServerId", "int", 4},
	}
	layout, err := Discover(objects, columns)
	if err != nil {
		t.Fatal(err)
	}
	s := collect.NewSession("rtcdb", "lcs01.contoso.com", nil, nil)
	layout.Describe(s, "8.00.2039")
	want := []string{
		"SQL Server 8.00.2039, tables as of LCS",
		"addresses in Resource.UserAtHost",
		"SIDs in ResourceDirectory.AdUserSid",
		"GUIDs: no column for the GUIDs was found: no table with a ResourceId has a uniqueidentifier column named like %Guid%",
		"directory rows in ResourceDirectory.ResourceId",
		"home servers in ResourceDirectory.HomeServerId",
	}
	if got := s.Details(); len(got) != len(want)+1 || !slices.Equal(got[:len(want)], want) {
		t.Errorf("got %q, want %q and the columns", got, want)
	}
}

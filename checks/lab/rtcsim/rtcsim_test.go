package rtcsim_test

import (
	"fmt"
	"strings"
	"testing"

	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"

	"github.com/google/go-cmp/cmp"
)

const kimGUID = "6F9619FF-8B86-D011-B42D-00C04FC964FF"

// sample returns a database of three users, the last without a directory row.
func sample(t *testing.T) *rtcsim.Database {
	t.Helper()
	d := rtcsim.New("rtc", "8.00.2039")
	for _, u := range []rtcsim.User{
		{Address: "kim@contoso.com", SID: []byte{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}, GUID: kimGUID},
		{Address: "lee@contoso.com"},
		{Address: "max@fabrikam.com", Unmirrored: true},
	} {
		if _, err := d.AddUser(u); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// ask returns the results of a statement, one line for each row.
func ask(t *testing.T, d *rtcsim.Database, statement string) []string {
	t.Helper()
	var out []string
	for _, result := range d.Handle(t.Context(), tdsd.Session{}, statement) {
		if result.Err != nil {
			out = append(out, fmt.Sprintf("error %d: %s", result.Err.Number, result.Err.Message))
			continue
		}
		for row, err := range result.Rows {
			if err != nil {
				out = append(out, err.Error())
				break
			}
			if len(row) != len(result.Columns) {
				t.Fatalf("%s: %d values for %d columns", statement, len(row), len(result.Columns))
			}
			out = append(out, strings.Trim(fmt.Sprint(row), "[]"))
		}
	}
	return out
}

func TestSelect(t *testing.T) {
	tests := []struct {
		statement string
		want      []string
	}{
		{"select * from Resource", []string{"1 kim@contoso.com", "2 lee@contoso.com", "3 max@fabrikam.com"}},
		{"SELECT\n  USERATHOST, resourceid\n FROM [rtc].[dbo].[Resource] -- all", []string{"kim@contoso.com 1", "lee@contoso.com 2", "max@fabrikam.com 3"}},
		{"select top 1 UserAtHost from rtc..Resource (nolock) order by ResourceId desc;", []string{"max@fabrikam.com"}},
		{"select UserAtHost from Resource where UserAtHost like '%@CONTOSO.com' and ResourceId <> 1", []string{"lee@contoso.com"}},
		{"select UserAtHost from Resource where ResourceId in (1, 3) or UserAtHost = N'none'", []string{"kim@contoso.com", "max@fabrikam.com"}},
		{"select r.UserAtHost, d.AdUserGuid from Resource r join ResourceDirectory d on d.ResourceId = r.ResourceId",
			[]string{"kim@contoso.com " + kimGUID, "lee@contoso.com <nil>"}},
		{"select r.ResourceId, case when d.ResourceId is null then 0 else 1 end from Resource as r left outer join ResourceDirectory as d on d.ResourceId = r.ResourceId",
			[]string{"1 1", "2 1", "3 0"}},
		{"select d.* from ResourceDirectory d where not (d.AdUserSid is null)", []string{
			"1 kim@contoso.com [1 1 0 0 0 0 0 5 18 0 0 0] " + kimGUID + " true <nil>"}},
		{"select count(*), count(AdUserGuid), count(distinct Enabled) from ResourceDirectory", []string{"2 1 1"}},
		{"select count(*) from Resource where ResourceId > 99", []string{"0"}},
		{"select distinct Enabled from ResourceDirectory", []string{"true"}},
		{"select CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion'))", []string{"8.00.2039"}},
		{"select db_name(), cast(7 as varchar(10)), 'it''s'", []string{"rtc 7 it's"}},
		{"select 1; select 2", []string{"1", "2"}},
		{"select o.name, o.xtype from sysobjects o where o.xtype = 'U' order by o.name", []string{
			"DbConfigInt U ", "Endpoint U ", "HomedResource U ", "Resource U ", "ResourceDirectory U "}},
		{"select c.name, t.name, c.length from sysobjects o join syscolumns c on c.id = o.id join systypes t on t.xusertype = c.xtype" +
			" where o.name = 'resourcedirectory' order by c.colid", []string{
			"ResourceId int 4", "UserPrincipalName nvarchar 2048", "AdUserSid varbinary 85", "AdUserGuid uniqueidentifier 16", "Enabled bit 1", "UpdateTime datetime 8"}},
		{"select name from systypes where name = 'sysname'", []string{"sysname"}},

		{"select * from Nowhere", []string{"error 208: Invalid object name 'Nowhere'."}},
		{"select * from sales.Resource", []string{"error 208: Invalid object name 'sales.Resource'."}},
		{"select Phone from Resource", []string{"error 207: Invalid column name 'Phone'."}},
		{"select ResourceId from Resource r join ResourceDirectory d on d.ResourceId = r.ResourceId", []string{"error 209: Ambiguous column name 'ResourceId'."}},
		{"delete from Resource", []string{"error 102: Incorrect syntax near 'delete'."}},
		{"select * into x from Resource", []string{"error 102: Incorrect syntax near 'into'."}},
		{"exec RtcDeleteResource N'kim@contoso.com'", []string{"error 102: Incorrect syntax near 'exec'."}},
		{"select 'open", []string{"error 105: Unclosed quotation mark after the character string."}},
		{"select count(*), ResourceId from Resource", []string{"error 8118: A column is invalid in the select list because it is not contained in an aggregate function."}},
		{"select getdate()", []string{"error 195: 'GETDATE' is not a recognized function name."}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, ask(t, sample(t), tt.statement)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.statement, diff)
		}
	}
}

func TestChanges(t *testing.T) {
	d := sample(t)
	d.DropColumn("ResourceDirectory", "AdUserSid")
	if got := ask(t, d, "select AdUserSid from ResourceDirectory"); !cmp.Equal(got, []string{"error 207: Invalid column name 'AdUserSid'."}) {
		t.Errorf("dropped column: %q", got)
	}
	if got := ask(t, d, "select AdUserGuid from ResourceDirectory"); !cmp.Equal(got, []string{kimGUID, "<nil>"}) {
		t.Errorf("column after the dropped one: %q", got)
	}
	d.Deny("resource", true)
	if got := ask(t, d, "select * from Resource"); !strings.HasPrefix(got[0], "error 229: ") {
		t.Errorf("denied: %q", got)
	}
	d.Deny("resource", false)
	d.Break("Resource", 2)
	got := ask(t, d, "select ResourceId from Resource")
	if len(got) != 3 || !strings.HasPrefix(got[2], "sql error 823") {
		t.Errorf("broken after two rows: %q", got)
	}
	d.Heal("Resource")
	if got := ask(t, d, "select ResourceId from Resource"); len(got) != 3 || got[2] != "3" {
		t.Errorf("healed: %q", got)
	}
	d.AddTable(rtcsim.Table{Name: "Resource", Columns: []tdsd.Column{{Name: "Id", Type: tdsd.Int}}, Rows: [][]any{{7}}})
	if got := ask(t, d, "select * from Resource"); !cmp.Equal(got, []string{"7"}) {
		t.Errorf("replaced: %q", got)
	}
	d.DropTable("RESOURCE")
	if got := ask(t, d, "select * from Resource"); !strings.HasPrefix(got[0], "error 208: ") {
		t.Errorf("dropped: %q", got)
	}
	if _, err := d.AddUser(rtcsim.User{Address: "pat@contoso.com"}); err == nil {
		t.Error("a user was added without a table Resource")
	}
}

// FuzzHandle looks for statements that panic or never end.
func FuzzHandle(f *testing.F) {
	for _, s := range []string{
		"select * from Resource", "select r.*, [d].[AdUserSid] x from rtc..Resource r left join ResourceDirectory d on (d.ResourceId = r.ResourceId)",
		"select top 3 distinct case when 1 = 1 then 2 end, count(distinct x)", "select 'a''b', N'c' /* d */ -- e", "select cast(1 as nvarchar(3)) where not 1 in (1,2) order by 1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, statement string) {
		d := rtcsim.New("rtc", "8.00.2039")
		if _, err := d.AddUser(rtcsim.User{Address: "kim@contoso.com"}); err != nil {
			t.Fatal(err)
		}
		for _, result := range d.Handle(t.Context(), tdsd.Session{}, statement) {
			if result.Rows == nil {
				continue
			}
			n := 0
			for range result.Rows {
				if n++; n > 1000 {
					break
				}
			}
		}
	})
}

package rtcdb

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// catalogue is the structure of a database, table by table.
type catalogue struct {
	objects []Object
	tables  []table // by name; no views, which would show columns twice
}

type table struct {
	name    string
	columns []Column
}

func newCatalogue(objects []Object, columns []Column) catalogue {
	c := catalogue{objects: objects}
	for _, o := range objects {
		if strings.TrimSpace(o.Kind) != "U" {
			continue
		}
		t := table{name: o.Name}
		for _, col := range columns {
			if col.Table == o.Name {
				col.Type = strings.ToLower(strings.TrimSpace(col.Type))
				t.columns = append(t.columns, col)
			}
		}
		c.tables = append(c.tables, t)
	}
	slices.SortStableFunc(c.tables, func(a, b table) int { return cmp.Compare(a.name, b.name) })
	return c
}

// find returns the table with the given name.
func (c catalogue) find(name string) (table, bool) {
	i := slices.IndexFunc(c.tables, func(t table) bool { return strings.EqualFold(t.name, name) })
	if i < 0 {
		return table{}, false
	}
	return c.tables[i], true
}

// generation tells which product the tables suggest. CertificateStore came
// with Lync 2010 and ForestDirectory with Lync 2013, Container with OCS 2007;
// LCS has Endpoint and HomedResource without any of these.
func (c catalogue) generation() string {
	has := func(name string) bool { _, ok := c.find(name); return ok }
	switch {
	case has("CertificateStore"), has("ForestDirectory"):
		return "Lync"
	case has("Container"):
		return "OCS"
	case has("Endpoint"), has("HomedResource"):
		return "LCS"
	}
	return ""
}

// describe lists the columns of the tables that matter: those of Resource and
// ResourceDirectory and of every other that has a ResourceId or a column that
// could hold SIDs or GUIDs.
func (c catalogue) describe() []string {
	var out []string
	for _, t := range c.tables {
		matters := strings.EqualFold(t.name, "Resource") || strings.EqualFold(t.name, directoryTable) ||
			slices.ContainsFunc(t.columns, func(col Column) bool {
				return strings.EqualFold(col.Name, "ResourceId") || sidRank(col) > 0 || guidRank(col) > 0
			})
		if !matters {
			continue
		}
		for _, col := range t.columns {
			out = append(out, t.name+"."+col.Name+" "+col.describeType())
		}
	}
	return out
}

func (t table) column(name string) (Column, bool) {
	i := slices.IndexFunc(t.columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return Column{}, false
	}
	return t.columns[i], true
}

// key returns the name of the table's integer column ResourceId.
func (t table) key() (string, bool) {
	col, ok := t.column("ResourceId")
	return col.Name, ok && (col.Type == "int" || col.Type == "bigint")
}

func (c Column) isText() bool {
	switch c.Type {
	case "char", "varchar", "text", "nchar", "nvarchar", "ntext":
		return true
	}
	return false
}

func (c Column) isBinary() bool { return c.Type == "binary" || c.Type == "varbinary" }

// sidName finds Sid as a word of its own, so that neither Residence nor ResId
// is taken for it.
var sidName = regexp.MustCompile(`Sid([^a-z]|$)|SID([^A-Za-z]|[A-Z][a-z]|$)|sid([^a-z]|$)`)

// sidRank says how likely a column holds the SIDs. Later versions have them in
// ResourceDirectory.AdUserSid, as octets.
func sidRank(c Column) int {
	if !sidName.MatchString(c.Name) || !c.isText() && !c.isBinary() {
		return 0
	}
	r := 1
	if c.isBinary() {
		r++
	}
	return r + preference(c, "AdUserSid")
}

// guidRank says how likely a column holds the GUIDs. No version is known by
// the name of its column; AdUserGuid is what goes with AdUserSid.
func guidRank(c Column) int {
	if c.Type != "uniqueidentifier" || !strings.Contains(strings.ToLower(c.Name), "guid") {
		return 0
	}
	return 1 + preference(c, "AdUserGuid")
}

// homeRank says how likely a column names the home server of a user.
func homeRank(c Column) int {
	if !strings.Contains(strings.ToLower(c.Name), "home") {
		return 0
	}
	return 1
}

// preference raises the rank of a column with the expected name, and of one in
// the table of later versions.
func preference(c Column, name string) int {
	r := 0
	if strings.EqualFold(c.Name, name) {
		r += 8
	}
	if strings.EqualFold(c.Table, directoryTable) {
		r += 4
	}
	return r
}

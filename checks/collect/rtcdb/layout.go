package rtcdb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Object is a table, view or procedure of the database, a row of sysobjects.
type Object struct {
	Name string
	Kind string // xtype: U is a table, V a view, P a procedure
}

// Column is a column of a table or view, a row of syscolumns.
type Column struct {
	Table  string
	Name   string
	Type   string // base type, such as nvarchar
	Length int    // in octets; -1 is (max)
}

// Layout is where a database keeps what matters here.
type Layout struct {
	Generation string   // LCS, OCS or Lync, as the tables suggest; empty if they do not
	Columns    []string // table.column type(length), of the tables that matter

	Table      string // the table of the users, Resource
	ResourceID string // its key
	UserAtHost string // its column with the sign-in name

	SID, GUID     Place // the columns with the account's SID and GUID
	DirectoryRows Place // the table that mirrors the directory; Column is its key
	Home          Place // the column that names the home server; only told, since no cause needs it
}

// Place is a column that was looked for.
type Place struct {
	Table  string
	Column string
	Key    string // the column of Table that holds the ResourceId
	Err    error  // why none was found; the rest is empty then
}

// String returns table.column.
func (p Place) String() string { return p.Table + "." + p.Column }

// Discover finds the layout of an RTC database in its catalogue. Names are
// compared without regard to case. It fails with class missing if there is no
// table Resource with a column UserAtHost. Any other thing that is not there,
// or for which there are several equally good candidates, is told by its
// [Place].
func Discover(objects []Object, columns []Column) (Layout, error) {
	cat := newCatalogue(objects, columns)
	l := Layout{Generation: cat.generation(), Columns: cat.describe()}
	users, ok := cat.find("Resource")
	if !ok {
		return l, notRTC()
	}
	address, ok := users.column("UserAtHost")
	if !ok {
		return l, notRTC()
	}
	if !address.isText() {
		return l, collect.Fail(facts.Protocol, settleStructure, "column %s.%s is of type %s, not text", users.name, address.Name, address.describeType())
	}
	key, ok := users.key()
	if !ok {
		return l, collect.Fail(facts.Protocol, settleStructure, "table %s has no integer column ResourceId", users.name)
	}
	l.Table, l.ResourceID, l.UserAtHost = users.name, key, address.Name
	l.SID = cat.choose("SIDs", "binary or text column named like %Sid%", sidRank)
	l.GUID = cat.choose("GUIDs", "uniqueidentifier column named like %Guid%", guidRank)
	l.DirectoryRows = cat.mirror(l.SID)
	l.Home = cat.choose("home servers", "column named like %Home%", homeRank)
	return l, nil
}

const (
	settleDatabase  = `name the database of the Live Communications Server instance, usually rtc on (local)\rtc`
	settleStructure = "report the structure of this database, so that it can be supported"
)

func notRTC() error {
	return collect.Fail(facts.Missing, settleDatabase, "it has no table Resource with a column UserAtHost")
}

// directoryTable is the table of later versions that mirrors the directory.
const directoryTable = "ResourceDirectory"

// mirror finds the table that mirrors the directory: ResourceDirectory, or the
// one that holds the SIDs.
func (c catalogue) mirror(sid Place) Place {
	if t, ok := c.find(directoryTable); ok {
		if key, ok := t.key(); ok {
			return Place{Table: t.name, Column: key, Key: key}
		}
	}
	if sid.Err == nil && !strings.EqualFold(sid.Table, "Resource") {
		return Place{Table: sid.Table, Column: sid.Key, Key: sid.Key}
	}
	return Place{Err: collect.Fail(facts.Missing, settleStructure,
		"no table mirrors the directory: there is neither a table %s with a column ResourceId nor another table with ResourceId and SIDs", directoryTable)}
}

// choose returns the column with the highest rank among those of tables that
// have a ResourceId. Rank 0 is no candidate.
func (c catalogue) choose(what, wanted string, rank func(Column) int) Place {
	var best []Place
	top := 0
	for _, t := range c.tables {
		key, ok := t.key()
		if !ok {
			continue
		}
		for _, col := range t.columns {
			r := rank(col)
			if r == 0 || r < top {
				continue
			}
			if r > top {
				best, top = nil, r
			}
			best = append(best, Place{Table: t.name, Column: col.Name, Key: key})
		}
	}
	switch len(best) {
	case 0:
		return Place{Err: collect.Fail(facts.Missing, settleStructure, "no column for the %s was found: no table with a ResourceId has a %s", what, wanted)}
	case 1:
		return best[0]
	}
	slices.SortFunc(best, func(a, b Place) int { return cmp.Compare(a.String(), b.String()) })
	names := make([]string, len(best))
	for i, p := range best {
		names[i] = p.String()
	}
	return Place{Err: collect.Fail(facts.Protocol, settleStructure, "which column holds the %s cannot be told: %s are equally likely",
		what, strings.Join(names, " and "))}
}

// Database returns what the layout says of a database, with every value but
// Entries set. A value without a place is unknown for the reason that unknown
// makes of the error.
func (l Layout) Database(name string, serves []string, product string, from facts.Origin, unknown func(error) facts.Unknown) *facts.Database {
	value := func(p Place, s string) facts.Value[string] {
		if p.Err != nil {
			return facts.NotObserved[string](unknown(p.Err))
		}
		return facts.Observed(s, from)
	}
	return &facts.Database{
		Name: name, Serves: slices.Clone(serves),
		Structure:     facts.Observed(facts.Structure{Product: product, Generation: l.Generation, Columns: l.Columns}, from),
		SIDs:          value(l.SID, l.SID.String()),
		GUIDs:         value(l.GUID, l.GUID.String()),
		DirectoryRows: value(l.DirectoryRows, l.DirectoryRows.Table),
	}
}

// describeType returns the type as it would be declared.
func (c Column) describeType() string {
	length := c.Length
	switch c.Type {
	case "nchar", "nvarchar":
		length /= 2 // octets; (max) stays below 1
	case "char", "varchar", "binary", "varbinary":
	default:
		return c.Type
	}
	if c.Length < 0 {
		return c.Type + "(max)"
	}
	return fmt.Sprintf("%s(%d)", c.Type, length)
}

// Describe tells a session what the database is like, so that an administrator
// can see it, and send it where a structure is not understood yet.
func (l Layout) Describe(s *collect.Session, product string) {
	s.Detail("SQL Server %s, tables as of %s", cmp.Or(product, "of unknown version"), cmp.Or(l.Generation, "an unknown product"))
	s.Detail("addresses in %s.%s", l.Table, l.UserAtHost)
	for _, place := range []struct {
		what string
		Place
	}{{"SIDs", l.SID}, {"GUIDs", l.GUID}, {"directory rows", l.DirectoryRows}, {"home servers", l.Home}} {
		if place.Err != nil {
			s.Detail("%s: %v", place.what, place.Err)
			continue
		}
		s.Detail("%s in %s", place.what, place)
	}
	s.Detail("columns: %s", strings.Join(l.Columns, ", "))
}

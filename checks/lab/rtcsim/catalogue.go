package rtcsim

import (
	"cmp"
	"maps"
	"slices"

	"lcshealth/checks/lab/tdsd"
)

// systemType is a row of systypes. Its numbers are those of every version.
type systemType struct {
	name      string
	xtype     int
	xusertype int
	length    int // of types that have only one
}

var systemTypes = map[tdsd.Type]systemType{
	tdsd.Image:            {"image", 34, 34, 16},
	tdsd.Text:             {"text", 35, 35, 16},
	tdsd.UniqueIdentifier: {"uniqueidentifier", 36, 36, 16},
	tdsd.TinyInt:          {"tinyint", 48, 48, 1},
	tdsd.SmallInt:         {"smallint", 52, 52, 2},
	tdsd.Int:              {"int", 56, 56, 4},
	tdsd.SmallDateTime:    {"smalldatetime", 58, 58, 4},
	tdsd.DateTime:         {"datetime", 61, 61, 8},
	tdsd.Float:            {"float", 62, 62, 8},
	tdsd.NText:            {"ntext", 99, 99, 16},
	tdsd.Bit:              {"bit", 104, 104, 1},
	tdsd.BigInt:           {"bigint", 127, 127, 8},
	tdsd.VarBinary:        {"varbinary", 165, 165, 0},
	tdsd.VarChar:          {"varchar", 167, 167, 0},
	tdsd.Binary:           {"binary", 173, 173, 0},
	tdsd.Char:             {"char", 175, 175, 0},
	tdsd.NVarChar:         {"nvarchar", 231, 231, 0},
	tdsd.NChar:            {"nchar", 239, 239, 0},
}

// sysname is the type of identifiers, a nvarchar(128) with a name of its own.
var sysname = systemType{"sysname", 231, 256, 256}

// octets returns the length of a column as syscolumns has it.
func octets(c tdsd.Column) int {
	switch c.Type {
	case tdsd.NVarChar, tdsd.NChar:
		return 2 * c.Size
	case tdsd.VarBinary, tdsd.VarChar, tdsd.Binary, tdsd.Char:
		return c.Size
	}
	return systemTypes[c.Type].length
}

var nameColumn = tdsd.Column{Name: "name", Type: tdsd.NVarChar, Size: 128}

func intColumns(names ...string) []tdsd.Column {
	var out []tdsd.Column
	for _, name := range names {
		out = append(out, tdsd.Column{Name: name, Type: tdsd.Int})
	}
	return out
}

// catalogue returns the tables that describe the others.
func catalogue(tables []*Table) []*Table {
	const dbo = 1
	xtype := tdsd.Column{Name: "xtype", Type: tdsd.Char, Size: 2}
	objects := &Table{Name: "sysobjects", Columns: append([]tdsd.Column{nameColumn, xtype}, intColumns("id", "uid")...)}
	columns := &Table{Name: "syscolumns", Columns: append([]tdsd.Column{nameColumn},
		intColumns("id", "xtype", "xusertype", "length", "colid", "isnullable")...)}
	types := &Table{Name: "systypes", Columns: append([]tdsd.Column{nameColumn}, intColumns("xtype", "xusertype", "length")...)}

	const firstUserObject = 1977058079 // such as SQL Server gives; the system's are below 100
	for i, t := range tables {
		id := firstUserObject + 16*i
		objects.Rows = append(objects.Rows, []any{t.Name, "U ", id, dbo})
		for n, col := range t.Columns {
			st := systemTypes[col.Type]
			columns.Rows = append(columns.Rows, []any{col.Name, id, st.xtype, st.xusertype, octets(col), n + 1, 1})
		}
	}
	objects.Rows = append(objects.Rows, []any{"RtcDeleteResource", "P ", firstUserObject - 16, dbo})
	for i, t := range []*Table{objects, columns, types} {
		objects.Rows = append(objects.Rows, []any{t.Name, "S ", i + 1, dbo})
	}
	byNumber := func(a, b systemType) int { return cmp.Compare(a.xusertype, b.xusertype) }
	for _, st := range slices.SortedFunc(maps.Values(systemTypes), byNumber) {
		types.Rows = append(types.Rows, []any{st.name, st.xtype, st.xusertype, st.length})
	}
	types.Rows = append(types.Rows, []any{sysname.name, sysname.xtype, sysname.xusertype, sysname.length})
	return []*Table{objects, columns, types}
}

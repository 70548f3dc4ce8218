package rtcdb

import (
	"fmt"
	"strings"
)

// All statements are here, and all of them are SELECTs. The catalogue tables
// exist from SQL Server 7 to today, where they are views. The owner dbo, or
// the schema of that name, has the number 1.
const (
	// CONVERT, because the sql_variant that SERVERPROPERTY gives is not
	// understood by every client.
	selectProduct = `SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion'))`

	selectObjects = `SELECT o.name, o.xtype FROM sysobjects o WHERE o.uid = 1 AND o.xtype = 'U'`

	// The type is the base type of a type that the database defines itself:
	// among the system types, xusertype and xtype are the same.
	selectColumns = `SELECT o.name, c.name, t.name, c.length FROM sysobjects o` +
		` INNER JOIN syscolumns c ON c.id = o.id INNER JOIN systypes t ON t.xusertype = c.xtype` +
		` WHERE o.uid = 1 AND o.xtype = 'U' ORDER BY o.name, c.colid`
)

// selectKeys counts the keys of a table that is to be joined to Resource, all
// and different ones.
func selectKeys(table, key string) string {
	k := quote(key)
	return fmt.Sprintf("SELECT COUNT(t.%s), COUNT(DISTINCT t.%s) FROM [dbo].%s t", k, k, quote(table))
}

// selectRows builds the statement that reads every row. Its columns are key,
// address, SID, GUID, and whether there is a directory row (1 or 0); those
// without a place are NULL.
func selectRows(l Layout) string {
	var joins strings.Builder
	aliases := map[string]string{l.Table: "r"}
	alias := func(p Place) string {
		if a, ok := aliases[p.Table]; ok {
			return a
		}
		a := fmt.Sprintf("t%d", len(aliases))
		aliases[p.Table] = a
		fmt.Fprintf(&joins, " LEFT JOIN [dbo].%s %s ON %s.%s = r.%s", quote(p.Table), a, a, quote(p.Key), quote(l.ResourceID))
		return a
	}
	value := func(p Place) string {
		if p.Err != nil {
			return "NULL"
		}
		return alias(p) + "." + quote(p.Column)
	}
	sid, guid, mirrored := value(l.SID), value(l.GUID), value(l.DirectoryRows)
	if l.DirectoryRows.Err == nil {
		mirrored = fmt.Sprintf("CASE WHEN %s IS NULL THEN 0 ELSE 1 END", mirrored)
	}
	return fmt.Sprintf("SELECT r.%s, r.%s, %s, %s, %s FROM [dbo].%s r%s",
		quote(l.ResourceID), quote(l.UserAtHost), sid, guid, mirrored, quote(l.Table), joins.String())
}

// quote makes a name that comes from the catalogue safe in a statement.
func quote(name string) string { return "[" + strings.ReplaceAll(name, "]", "]]") + "]" }

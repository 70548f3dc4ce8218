package rtcdb

import (
	"errors"
	"regexp"
	"testing"
)

// brackets matches a quoted name and literal a string.
var (
	brackets = regexp.MustCompile(`\[(?:[^\]]|\]\])*\]`)
	literal  = regexp.MustCompile(`'[^']*'`)
	word     = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// TestOnlySelect proves that nothing but SELECT is ever sent: each statement
// begins with it, is the only one of its batch, and has no word outside of
// names but those below.
func TestOnlySelect(t *testing.T) {
	allowed := map[string]bool{}
	for _, w := range []string{
		"SELECT", "FROM", "WHERE", "AND", "IN", "ORDER", "BY", "INNER", "LEFT", "JOIN", "ON", "AS", "CASE", "WHEN", "IS", "NULL", "THEN",
		"ELSE", "END", "COUNT", "DISTINCT", "CONVERT", "nvarchar", "SERVERPROPERTY", "sysobjects", "syscolumns", "systypes",
		"name", "xtype", "xusertype", "uid", "id", "length", "colid",
	} {
		allowed[w] = true
	}
	evil := Place{Table: "T]; DELETE FROM Resource --", Column: "x]y'", Key: "ResourceId"}
	statements := map[string]string{
		"product": selectProduct, "objects": selectObjects, "columns": selectColumns,
		"keys": selectKeys(evil.Table, evil.Key),
		"rows": selectRows(Layout{Table: "Resource", ResourceID: "ResourceId", UserAtHost: "UserAtHost", SID: evil, GUID: evil, DirectoryRows: evil}),
	}
	for name, statement := range statements {
		if !regexp.MustCompile(`^SELECT `).MatchString(statement) {
			t.Errorf("%s does not begin with SELECT: %s", name, statement)
		}
		rest := literal.ReplaceAllString(brackets.ReplaceAllString(statement, ""), "")
		if regexp.MustCompile(`[;\]\['"]|--`).MatchString(rest) {
			t.Errorf("%s is more than one statement, or badly quoted: %s", name, statement)
		}
		for _, w := range word.FindAllString(rest, -1) {
			if !allowed[w] {
				t.Errorf("%s has the word %s: %s", name, w, statement)
			}
		}
	}
}

func TestSelectRows(t *testing.T) {
	none := Place{Err: errors.New("none")}
	place := func(table, column string) Place { return Place{Table: table, Column: column, Key: "ResourceId"} }
	tests := []struct {
		name   string
		layout Layout
		want   string
	}{
		{"one mirror", Layout{SID: place("ResourceDirectory", "AdUserSid"), GUID: place("ResourceDirectory", "AdUserGuid"), DirectoryRows: place("ResourceDirectory", "ResourceId")},
			"SELECT r.[ResourceId], r.[UserAtHost], t1.[AdUserSid], t1.[AdUserGuid], CASE WHEN t1.[ResourceId] IS NULL THEN 0 ELSE 1 END" +
				" FROM [dbo].[Resource] r LEFT JOIN [dbo].[ResourceDirectory] t1 ON t1.[ResourceId] = r.[ResourceId]"},
		{"nothing found", Layout{SID: none, GUID: none, DirectoryRows: none},
			"SELECT r.[ResourceId], r.[UserAtHost], NULL, NULL, NULL FROM [dbo].[Resource] r"},
		{"three places", Layout{SID: place("Resource", "Sid"), GUID: place("A", "Guid"), DirectoryRows: place("B", "ResourceId")},
			"SELECT r.[ResourceId], r.[UserAtHost], r.[Sid], t1.[Guid], CASE WHEN t2.[ResourceId] IS NULL THEN 0 ELSE 1 END FROM [dbo].[Resource] r" +
				" LEFT JOIN [dbo].[A] t1 ON t1.[ResourceId] = r.[ResourceId] LEFT JOIN [dbo].[B] t2 ON t2.[ResourceId] = r.[ResourceId]"},
		{"odd names", Layout{SID: place("a]b", "c d"), GUID: none, DirectoryRows: none},
			"SELECT r.[ResourceId], r.[UserAtHost], t1.[c d], NULL, NULL FROM [dbo].[Resource] r LEFT JOIN [dbo].[a]]b] t1 ON t1.[ResourceId] = r.[ResourceId]"},
	}
	for _, tt := range tests {
		tt.layout.Table, tt.layout.ResourceID, tt.layout.UserAtHost = "Resource", "ResourceId", "UserAtHost"
		if got := selectRows(tt.layout); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

package history

import (
	"strconv"
	"strings"
)

// dialect is what SQLite and PostgreSQL do not have in common. Everything else
// of the SQL here is written for both.
type dialect struct {
	name      string
	numbered  bool   // placeholders are $1, not ?
	forUpdate string // ends a SELECT that locks its rows until the transaction ends
	skipHeld  string // the same, leaving out rows that are locked
	types     *strings.Replacer
}

var (
	sqliteDialect = &dialect{
		name: "SQLite",
		types: strings.NewReplacer(
			"{{id}}", "INTEGER PRIMARY KEY AUTOINCREMENT",
			"{{key}}", "TEXT",
			"{{blob}}", "BLOB",
			"{{clustered}}", " WITHOUT ROWID",
		),
	}
	postgresDialect = &dialect{
		name: "PostgreSQL", numbered: true, forUpdate: " FOR UPDATE", skipHeld: " FOR UPDATE SKIP LOCKED",
		types: strings.NewReplacer(
			"{{id}}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
			"{{key}}", `TEXT COLLATE "C"`, // compared octet by octet, as SQLite does
			"{{blob}}", "BYTEA",
			"{{clustered}}", "",
		),
	}
)

// bind writes the placeholders of a query as the database wants them. No query
// has a question mark elsewhere.
func (d *dialect) bind(query string) string {
	if !d.numbered {
		return query
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

// list returns "?, ?, …" for a list of n values.
func list(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}

// most bounds the values of a list in one query.
const most = 500

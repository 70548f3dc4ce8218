package tdsd

import (
	"context"
	"iter"
)

// A Handler answers one statement: the text of a batch, or that of an
// sp_executesql call, whose parameters are in session.Params. Each result
// becomes one result set, in order; none at all is success without rows.
//
// It is called from one goroutine per connection. ctx ends when the client
// cancels the statement or goes away; a handler, and the rows it returns, must
// not outlive it.
type Handler func(ctx context.Context, session Session, statement string) []Result

// Session is what the server knows about the client of a statement.
type Session struct {
	SPID        int     // server process id, from 51
	User        string  // SQL login, or DOMAIN\user as configured
	Database    string  // current database
	Host        string  // workstation name given by the client
	Application string  // program name given by the client
	Server      string  // server name given by the client
	Encrypted   bool    // requests and replies are under TLS, not the login alone
	Layout      Layout  // layout of this session
	Params      []Param // parameters of this statement
}

// A Param is one parameter of a statement.
type Param struct {
	Name  string // with its @
	Value any    // nil, bool, int64, float64, string (also for a uniqueidentifier), []byte or time.Time (UTC)
}

// Result is one result of a statement: rows, an error, or both.
type Result struct {
	Columns []Column // none: no result set is sent, whatever Rows holds
	Rows    Rows     // may be nil
	Err     *Error   // sent after the rows; of class 10 or lower it is a message and no error
}

// Rows yields the rows of a result, each with one value for each column, or
// an error that ends them. A value is nil (NULL) or of a Go type that the
// [Type] of its column names. A row is not kept after the next is asked for.
type Rows = iter.Seq2[[]any, error]

// Values returns the given rows as [Rows].
func Values(rows ...[]any) Rows {
	return func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Column describes one column of a result. All are nullable.
type Column struct {
	Name string
	Type Type
	// Size is the declared length: characters for NChar and NVarChar, bytes
	// for Char, VarChar, Binary and VarBinary. Zero is the longest for the
	// types of variable length, and 1 for those of fixed length. Other types
	// have no length.
	Size int
	// Table is the table of a Text, NText or Image column. Clients are told it
	// for these types only.
	Table string
}

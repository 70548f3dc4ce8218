package tdsd

import "fmt"

// An Error is a SQL Server error, or with class 10 and lower a message
// (MS-TDS 2.2.7.10 and 2.2.7.13).
type Error struct {
	Number    int32 // as in sysmessages
	State     uint8
	Class     uint8 // severity, 11 to 16 for errors of the user
	Message   string
	Procedure string // empty for a batch
	Line      int32  // from 1; 0 is sent as 1
}

// Error returns number and text.
func (e *Error) Error() string {
	return fmt.Sprintf("sql error %d: %s", e.Number, e.Message)
}

// InvalidObject is the error for a table or view that does not exist (208).
func InvalidObject(name string) *Error {
	return &Error{Number: 208, State: 1, Class: 16, Message: fmt.Sprintf("Invalid object name '%s'.", name)}
}

// InvalidColumn is the error for a column that does not exist (207).
func InvalidColumn(name string) *Error {
	return &Error{Number: 207, State: 1, Class: 16, Message: fmt.Sprintf("Invalid column name '%s'.", name)}
}

// PermissionDenied is the error for a SELECT that the user has no right to
// (229).
func PermissionDenied(object, database string) *Error {
	return &Error{Number: 229, State: 5, Class: 14, Message: fmt.Sprintf(
		"The SELECT permission was denied on the object '%s', database '%s', schema 'dbo'.", object, database)}
}

func unknownProcedure(name string) *Error {
	return &Error{Number: 2812, State: 62, Class: 16, Message: fmt.Sprintf("Could not find stored procedure '%s'.", name)}
}

func unknownDatabase(name string) *Error {
	return &Error{Number: 911, State: 1, Class: 16, Message: fmt.Sprintf(
		"Could not locate entry in sysdatabases for database '%s'. No entry found with that name. Make sure that the name is entered correctly.", name)}
}

func syntaxError(near string) *Error {
	return &Error{Number: 170, State: 1, Class: 15, Message: fmt.Sprintf("Line 1: Incorrect syntax near '%s'.", near)}
}

func loginFailed(user string) *Error {
	return &Error{Number: 18456, State: 1, Class: 14, Message: fmt.Sprintf("Login failed for user '%s'.", user)}
}

func notTrusted(user string) *Error {
	return &Error{Number: 18452, State: 1, Class: 14, Message: fmt.Sprintf(
		"Login failed for user '%s'. Reason: Not associated with a trusted SQL Server connection.", user)}
}

// cannotOpen is the error for a database without which the client does not
// want to be connected (4060).
func cannotOpen(database string) *Error {
	return &Error{Number: 4060, State: 1, Class: 11, Message: fmt.Sprintf(
		"Cannot open database \"%s\" requested by the login. The login failed.", database)}
}

// cannotOpenButConnected is the error for a database that the client can do
// without: it is logged in to the other one (4063).
func cannotOpenButConnected(database, instead string) *Error {
	return &Error{Number: 4063, State: 1, Class: 11, Message: fmt.Sprintf(
		"Cannot open database \"%s\" that was requested by the login. Using the user default database \"%s\" instead.", database, instead)}
}

// badStream ends a connection whose client broke the protocol (4002).
func badStream(cause error) *Error {
	return &Error{Number: 4002, State: 1, Class: 20, Message: fmt.Sprintf(
		"The incoming tabular data stream (TDS) protocol stream is incorrect: %v.", cause)}
}

// userError wraps an error that is no *Error, such as one of a [Rows], under
// the number that RAISERROR uses (50000).
func userError(err error) *Error {
	return &Error{Number: 50000, State: 1, Class: 16, Message: err.Error()}
}

package rtcdb

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	mssql "github.com/microsoft/go-mssqldb"
)

var testAddress = address{host: "lcs01.contoso.com", instance: "rtc"}

const connecting = `connect to the database lcs01.contoso.com\rtc: `

func TestExplainConnect(t *testing.T) {
	sqlError := func(numbers ...int32) error {
		var all []mssql.Error
		for _, n := range numbers {
			all = append(all, mssql.Error{Number: n, Message: "login error: a message\nof two\x1b[31m lines"})
		}
		last := all[len(all)-1]
		last.All = all
		return last
	}
	tests := []struct {
		err     error
		class   facts.Class
		message string // after connecting
		settle  string
	}{
		{sqlError(18456), facts.Rights, `login failed for CONTOSO\reader (SQL 18456)`,
			`EXEC sp_grantlogin N'CONTOSO\reader'; USE [rtc]; EXEC sp_grantdbaccess N'CONTOSO\reader'; EXEC sp_addrolemember N'db_datareader', N'CONTOSO\reader'`},
		{sqlError(4060, 18456), facts.Rights, `database rtc does not exist, or CONTOSO\reader may not open it (SQL 4060)`, "sp_grantdbaccess"},
		{sqlError(18452), facts.Rights, `login failed for CONTOSO\reader: it is no trusted Windows account (SQL 18452)`, "that it trusts"},
		{sqlError(18486), facts.Rights, `login failed for CONTOSO\reader: the account is locked out (SQL 18486)`, "unlock"},
		{sqlError(18487), facts.Rights, `login failed for CONTOSO\reader: the password has expired (SQL 18487)`, "change the password"},
		{sqlError(17142), facts.Protocol, `a message of two [31m lines (SQL 17142)`, ""},
		{&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}, facts.Unreachable, "dial tcp: connection refused", "start the database service"},
		{&net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH}, facts.Unreachable, "dial tcp: no route to host", ""},
		{io.EOF, facts.Protocol, "EOF", ""},
		{errors.New("two\nlines"), facts.Protocol, "two lines", ""},
	}
	s := New(Config{Name: "lcs01.contoso.com", Auth: AuthNTLM, Username: `CONTOSO\reader`}, nil)
	for _, tt := range tests {
		why := collect.Reason(s.explainConnect(t.Context(), testAddress, tt.err))
		if why.Class != tt.class || why.Message != connecting+tt.message || !strings.Contains(why.Settle, tt.settle) {
			t.Errorf("%v:\n got %+v\nwant class %s, message %s, settle %s", tt.err, why, tt.class, tt.message, tt.settle)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if why := collect.Reason(s.explainConnect(ctx, testAddress, io.EOF)); why.Class != facts.Timeout {
		t.Errorf("after the deadline: %+v", why)
	}
}

// TestExplainKerberos has the texts that a Samba domain controller's refusals
// lead to.
func TestExplainKerberos(t *testing.T) {
	tests := []struct {
		text, want string
		class      facts.Class
	}{
		{"[Root cause: KDC_Error] KDC_Error: AS Exchange Error: kerberos error response from KDC: KRB Error: (24) KDC_ERR_PREAUTH_FAILED Pre-authentication information was invalid",
			"AS Exchange Error: kerberos error response from KDC: KRB Error: (24) KDC_ERR_PREAUTH_FAILED Pre-authentication information was invalid", facts.Rights},
		{"[Root cause: KDC_Error] KDC_Error: AS Exchange Error: kerberos error response from KDC: KRB Error: (6) KDC_ERR_C_PRINCIPAL_UNKNOWN Client not found in Kerberos database",
			"AS Exchange Error: kerberos error response from KDC: KRB Error: (6) KDC_ERR_C_PRINCIPAL_UNKNOWN Client not found in Kerberos database", facts.Rights},
		{"[Root cause: KDC_Error] KDC_Error: TGS Exchange Error: kerberos error response from KDC when requesting for MSSQLSvc/x:y: KRB Error: (7) KDC_ERR_S_PRINCIPAL_UNKNOWN Server not found in Kerberos database",
			"TGS Exchange Error: kerberos error response from KDC when requesting for MSSQLSvc/x:y: KRB Error: (7) KDC_ERR_S_PRINCIPAL_UNKNOWN Server not found in Kerberos database", facts.Missing},
		{"[Root cause: Networking_Error] Networking_Error: AS Exchange Error: failed sending AS_REQ to KDC: communication error with KDC via TCP",
			"[Root cause: Networking_Error] Networking_Error: AS Exchange Error: failed sending AS_REQ to KDC: communication error with KDC via TCP", facts.Unreachable},
		{"failed to create krb5 client from login parameters", "failed to create krb5 client from login parameters", facts.Missing},
	}
	s := New(Config{Name: "lcs01.contoso.com", Auth: AuthKerberos, Username: "reader@CONTOSO.COM"}, nil)
	for _, tt := range tests {
		why := collect.Reason(s.explainConnect(t.Context(), testAddress, errors.New(tt.text)))
		if want := connecting + "login failed for reader@CONTOSO.COM: " + tt.want; why.Class != tt.class || why.Message != want || why.Settle == "" {
			t.Errorf("got %+v\nwant class %s, message %s", why, tt.class, want)
		}
	}
}

func TestExplainQuery(t *testing.T) {
	s := New(Config{Name: "lcs01.contoso.com", Username: "reader"}, nil)
	const reading = "read table Resource of database rtc on lcs01.contoso.com: "
	tests := []struct {
		err     error
		class   facts.Class
		message string
		settle  string
	}{
		{mssql.Error{Number: 229, Message: "SELECT permission denied on object 'Resource', database 'rtc', owner 'dbo'."}, facts.Rights,
			"SELECT permission denied on object 'Resource', database 'rtc', owner 'dbo'. (SQL 229)", "EXEC sp_addrolemember N'db_datareader', N'reader'"},
		{mssql.Error{Number: 208, Message: "Invalid object name 'Resource'."}, facts.Missing, "Invalid object name 'Resource'. (SQL 208)", ""},
		{mssql.Error{Number: 1205, Message: "deadlock victim"}, facts.Protocol, "deadlock victim (SQL 1205)", "run again"},
		{mssql.Error{Number: 823, Message: "I/O error"}, facts.Protocol, "I/O error (SQL 823)", ""},
		{io.ErrUnexpectedEOF, facts.Protocol, "unexpected EOF", ""},
		{&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, facts.Unreachable, "read tcp: connection reset by peer", ""},
	}
	for _, tt := range tests {
		why := collect.Reason(s.explainQuery(t.Context(), "table Resource", tt.err))
		if why.Class != tt.class || why.Message != reading+tt.message || !strings.Contains(why.Settle, tt.settle) {
			t.Errorf("%v:\n got %+v\nwant class %s, message %s", tt.err, why, tt.class, tt.message)
		}
	}
}

func TestGrantQuotes(t *testing.T) {
	s := New(Config{Database: "r]tc", Username: "o'reader"}, nil)
	if got, want := s.grant(), "USE [r]]tc]; EXEC sp_grantdbaccess N'o''reader'; EXEC sp_addrolemember N'db_datareader', N'o''reader'"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s = New(Config{Auth: AuthIntegrated}, nil)
	if got := s.grant(); !strings.Contains(got, `N'DOMAIN\user'`) {
		t.Errorf("got %s", got)
	}
}

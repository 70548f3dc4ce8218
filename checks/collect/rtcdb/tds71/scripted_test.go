package tds71

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func (f dialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
}

// readMessage reads a message and returns its first packet's header and its
// data.
func readMessage(r io.Reader) (header [headerSize]byte, data []byte, err error) {
	for first := true; ; first = false {
		var h [headerSize]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return h, nil, err
		}
		if first {
			header = h
		}
		part := make([]byte, packetSize(h[:])-headerSize)
		if _, err := io.ReadFull(r, part); err != nil {
			return h, nil, err
		}
		data = append(data, part...)
		if h[1]&statusEnd != 0 {
			return header, data, nil
		}
	}
}

// sized is a token with its length.
func sized(token, body string) string {
	n := len(x(body))
	return token + hex.EncodeToString([]byte{byte(n), byte(n >> 8)}) + body
}

// scripted opens a database whose server, a SQL Server 2000, gives the given
// answers, in turn, to whatever it is asked after the login.
func scripted(t *testing.T, answers ...string) *sql.DB {
	t.Helper()
	login := sized("e3", "01 03 7200 7400 6300 00") + sized("ab", "45160000 02 00 0000 00 00 0100") +
		sized("ad", "01 71000001 02 5300 5100 080002f8") + sized("e3", "04 04 3400 3000 3900 3600 00") + "fd 0000 0000 00000000"
	connector := mssql.NewConnectorConfig(msdsn.Config{
		Host: "127.0.0.1", Port: 1433, Protocols: []string{"tcp"}, User: "reader", Password: "secret", Database: "rtc",
		Encryption: msdsn.EncryptionDisabled, DisableRetry: true,
	})
	connector.Dialer = dialFunc(func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		served := make(chan struct{})
		t.Cleanup(func() { _ = far.Close(); <-served })
		go func() {
			defer close(served)
			for _, answer := range append([]string{"", login}, answers...) {
				if _, _, err := readMessage(far); err != nil {
					return
				}
				b := unencrypted
				if answer != "" {
					b = packets(packetReply, x(answer), defaultSize)
				}
				if _, err := far.Write(b); err != nil {
					return
				}
			}
			_, _, _ = readMessage(far) // until it is closed
		}()
		return Wrap(near, Options{}), nil
	})
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// go-mssqldb understands what each type of TDS 7.1 becomes.
func TestDriverReadsAllTypes(t *testing.T) {
	t.Parallel()
	for _, v := range everyType() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			answer := "81 0200" + v.column(false) + "0000 0000 38 01 6e00"
			for _, value := range v.values {
				answer += "d1" + value + "2a000000"
			}
			db := scripted(t, answer+"fd 1000 c100 00000000")
			rows, err := db.QueryContext(t.Context(), "select c, n from t")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			var got []any
			for rows.Next() {
				var c any
				var n int
				if err := rows.Scan(&c, &n); err != nil || n != 42 {
					t.Fatalf("the column after it is %d, %v", n, err)
				}
				got = append(got, c)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(v.want, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDriverCallsProcedure(t *testing.T) {
	t.Parallel()
	db := scripted(t, "ff 0100 0000 00000000 79 f9ffffff ac 0100 02 4000 6e00 01 0000 0000 26 08 08 2a00000000000000 fe 0000 e000 00000000")
	var n int64
	var status mssql.ReturnStatus
	if _, err := db.ExecContext(t.Context(), "RtcDoSomething", &status, sql.Named("n", sql.Out{Dest: &n})); err != nil {
		t.Fatal(err)
	}
	if n != 42 || status != -7 {
		t.Errorf("got output %d and status %d", n, status)
	}
}

func TestDriverReadsErrors(t *testing.T) {
	t.Parallel()
	db := scripted(t, sized("aa", "d0000000 03 10 0300 6100 6200 6300 03 5300 5100 4c00 02 7000 7100 2a00")+"fd 0200 0000 00000000")
	_, err := db.ExecContext(t.Context(), "select * from missing")
	var e mssql.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	e.All = nil
	want := mssql.Error{Number: 208, State: 3, Class: 16, Message: "abc", ServerName: "SQL", ProcName: "pq", LineNo: 42}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestDriverTellsWhatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	db := scripted(t, intColumn71+"d1 04 2a000000 88 0100")
	rows, err := db.QueryContext(t.Context(), "select n from t compute sum(n)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
	}
	if err := rows.Err(); err == nil || !strings.Contains(err.Error(), "token ALTMETADATA of a COMPUTE clause (0x88)") {
		t.Errorf("got %v", err)
	}
}

func TestDriverIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]func(db *sql.DB) error{
		"a transaction that the driver begins or ends": func(db *sql.DB) error {
			_, err := db.BeginTx(t.Context(), nil)
			return err
		},
		"parameters of (max) types, which empty values have, too: @p1 nvarchar(max)": func(db *sql.DB) error {
			_, err := db.ExecContext(t.Context(), "select @p1", "")
			return err
		},
		"parameters of (max) types, which empty values have, too: @p1 varbinary(max)": func(db *sql.DB) error {
			_, err := db.ExecContext(t.Context(), "select @p1", make([]byte, 8001))
			return err
		},
		"parameter 1 : is of the type nvarchar(max), which empty values have, too": func(db *sql.DB) error {
			_, err := db.ExecContext(t.Context(), "select @p1 --"+strings.Repeat("x", 4000), 1)
			return err
		},
		"parameter 3 @p1: is of the type datetimeoffset (0x2B)": func(db *sql.DB) error {
			_, err := db.ExecContext(t.Context(), "select @p1", mssql.DateTimeOffset{})
			return err
		},
	}
	for want, try := range tests {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			db := scripted(t)
			if err := try(db); err == nil || !strings.HasSuffix(err.Error(), "not possible with SQL Server 2000: "+want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

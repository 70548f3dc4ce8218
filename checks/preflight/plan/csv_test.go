package plan_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"lcshealth/checks/preflight/plan"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

const planned = "users: {file: u.csv, uri: 'sip:{name}@contoso.com', home: LCS01.contoso.com}\n"

func read(t testing.TB, csv io.Reader) (*plan.Users, error) {
	t.Helper()
	p, err := plan.Parse("p.yaml", []byte(planned))
	if err != nil {
		t.Fatal(err)
	}
	u, err := plan.NewUsers(p, "u.csv")
	if err != nil {
		t.Fatal(err)
	}
	return u, u.ReadCSV(t.Context(), p, csv)
}

const sheet = "Account,URI,home,move-to\r\n" +
	"CONTOSO\\kim,,,\r\n" +
	"\"Größler, Jürgen\",sip:juergen@contoso.com,lcs02.contoso.com,\r\n" +
	",,,\r\n" +
	"sip:alice@contoso.com,,,lcs02.contoso.com\r\n"

// One sheet, as different programs save it.
func TestReadCSV(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(strings.ReplaceAll(sheet, "Größler, Jürgen", "Größler; Jürgen"), ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.User{
		{Ref: plan.Ref{File: "u.csv", Line: 2}, Account: `CONTOSO\kim`, URI: "sip:kim@contoso.com", Home: "lcs01.contoso.com"},
		{Ref: plan.Ref{File: "u.csv", Line: 3}, Account: "Größler, Jürgen", URI: "sip:juergen@contoso.com", Home: "lcs02.contoso.com"},
		{Ref: plan.Ref{File: "u.csv", Line: 5}, Account: "sip:alice@contoso.com", MoveTo: "lcs02.contoso.com"},
	}
	semicolons := strings.ReplaceAll(strings.ReplaceAll(sheet, "Größler, Jürgen", "Größler# Jürgen"), ",", ";")
	for name, c := range map[string]struct {
		text, comma string
		above       int
	}{
		"UTF-8":      {sheet, ",", 0},
		"with mark":  {"\ufeff" + sheet, ",", 0},
		"semicolons": {semicolons, "#", 0},
		"sep=":       {"sep=;\r\n" + semicolons, "#", 1},
		"UTF-16":     {utf16, ";", 0},
	} {
		u, err := read(t, strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []plan.User
		for i := range u.Len() {
			one := u.At(i)
			one.Account = strings.Replace(one.Account, "Größler"+c.comma, "Größler,", 1)
			one.Ref.Line -= c.above
			got = append(got, one)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if u.Named(`contoso\KIM`) != 0 || u.Named("nobody") != -1 {
			t.Errorf("%s: an account is not found by its name", name)
		}
	}
}

func TestCSVRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "u.csv: it is empty: its first line names the columns: account,uri,home,move-to"},
		"wrong header":   {"account,url\n", `u.csv:1: unknown column "url"; did you mean "uri"?`},
		"no header":      {"kim,sip:kim@contoso.com\n", `u.csv:1: unknown column "kim"; known are ["account" "uri" "home" "move-to"]`},
		"no account":     {"uri,home\n", "u.csv:1: there is no column account; the columns are account, uri, home, move-to"},
		"column twice":   {"account,uri,uri\n", "u.csv:1: the column uri is there twice"},
		"same line":      {"account\nkim\nbob\nKIM\n", "u.csv:4: KIM: the line repeats u.csv:2: remove one of them"},
		"missing":        {"account,home\n,lcs01.contoso.com\n", "u.csv:2: account: it is missing"},
		"both":           {"account,home,move-to\nkim,lcs01.contoso.com,lcs02.contoso.com\n", "u.csv:2: move-to: somebody who is moved keeps his SIP URI: leave uri and home empty"},
		"short line":     {"account,home\nkim\n", "u.csv:2: 1 cells, where the header has 2"},
		"no host":        {"account,home\nkim,lcs01\n", `u.csv:2: home: "lcs01" is not a fully qualified host name`},
		"rule":           {"account\nS-1-5-21-1-2-3-1104\n", `u.csv:2: uri: the rule "sip:{name}@contoso.com" needs a logon name, which "S-1-5-21-1-2-3-1104" does not hold: give a uri`},
		"quote":          {"account\nkim\n\"bob\n", `u.csv:3: extraneous or missing " in quoted-field`},
		"Windows-1252":   {"account\nkim\nj\xfcrgen\n", `u.csv:3: not UTF-8, as Excel saves "CSV": save it as "CSV UTF-8 (comma delimited)" or as "Unicode text"`},
		"workbook":       {"PK\x03\x04rest", `u.csv: this is a workbook of Excel, not CSV: save it as "CSV UTF-8 (comma delimited)"`},
		"UTF-16 no mark": {"a\x00c\x00c\x00", `u.csv: it looks like UTF-16 without a byte order mark: save it as "CSV UTF-8 (comma delimited)"`},
		"cut character":  {"account\nkim\xc3", `u.csv:2: not UTF-8, as Excel saves "CSV": save it as "CSV UTF-8 (comma delimited)" or as "Unicode text"`},
		"odd separator":  {"sep=|\naccount\n", "u.csv: sep=|: cells are separated by commas, semicolons or tabs"},
	} {
		_, err := read(t, strings.NewReader(c.text))
		if err == nil {
			t.Errorf("%s: it was read", name)
			continue
		}
		if diff := cmp.Diff(c.want, err.Error()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	_, err := read(t, strings.NewReader("account\n"+strings.Repeat("kim\n", 31)))
	if err == nil || strings.Count(err.Error(), "\n") != 20 || !strings.HasSuffix(err.Error(), "\nand 10 more") {
		t.Errorf("error is %v", err)
	}
}

// many is a CSV file of so many lines that is made as it is read.
func many(lines int) io.Reader {
	next, at := 0, ""
	return readerFunc(func(b []byte) (int, error) {
		for at == "" {
			switch {
			case next == 0:
				at = "account,uri,home,move-to\n"
			case next > lines:
				return 0, io.EOF
			default:
				at = fmt.Sprintf("CONTOSO\\user%07d,sip:user%07d@contoso.com,lcs01.contoso.com,\n", next, next)
			}
			next++
		}
		n := copy(b, at)
		at = at[n:]
		return n, nil
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// A million lines take at most 200 octets each, and a line that repeats the
// first is found.
func TestMillion(t *testing.T) {
	lines := 1_000_000
	if testing.Short() {
		lines = 100_000
	}
	before := heap()
	u, err := read(t, many(lines))
	if err != nil {
		t.Fatal(err)
	}
	if grown := heap() - before; u.Len() != lines || grown > int64(200*lines) {
		t.Errorf("%d users take %d MB", u.Len(), grown>>20)
	} else {
		t.Logf("%d users take %d MB", u.Len(), grown>>20)
	}
	if got := u.At(u.Named(fmt.Sprintf(`contoso\user%07d`, lines-1))); got.Ref.Line != lines || got.URI != fmt.Sprintf("sip:user%07d@contoso.com", lines-1) {
		t.Errorf("found %+v", got)
	}
	_, err = read(t, io.MultiReader(many(1000), strings.NewReader(`contoso\USER0000001,SIP:user0000001@contoso.com,LCS01.contoso.com,`+"\n")))
	if want := `u.csv:1002: contoso\USER0000001: the line repeats u.csv:2: remove one of them`; err == nil || err.Error() != want {
		t.Errorf("error is %v", err)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far below
}

func FuzzReadCSV(f *testing.F) {
	f.Add(sheet)
	f.Add("sep=;\naccount;uri\na;b")
	f.Add("\xff\xfea\x00")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := read(t, strings.NewReader(text))
		if err != nil {
			return
		}
		for i := range u.Len() {
			if one := u.At(i); one.Account == "" || one.Ref.Line < 2 || u.Named(one.Account) < 0 {
				t.Errorf("read %+v", one)
			}
		}
	})
}

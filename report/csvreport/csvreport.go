// Package csvreport writes the affected users of a report as CSV (RFC 4180): a
// row for each user of each finding that is present.
//
// A finding names its first users only, unless all were asked for; the column
// affected has the number of all. A finding that concerns users and names none
// has one row without an address.
//
// Spreadsheets take a cell that begins with =, +, -, @ or one of their
// full-width forms for a formula, also after spaces. Such a cell is written
// with an apostrophe in front, which they take for the mark of text. A program
// that reads the file should take it off again.
package csvreport

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/prose"
)

// Options say how the file looks.
type Options struct {
	// BOM begins the file with a byte order mark, without which Excel takes
	// UTF-8 for the code page of the computer.
	BOM bool
}

// header names the columns. More may be added at the end.
var header = []string{"address", "cause", "title", "codes", "severity", "server", "subject", "evidence", "remedy", "affected", "waived", "finding"}

// Write writes the affected users as UTF-8, its lines ended by CR LF. No cell
// holds a line break.
func Write(w io.Writer, r *report.Report, o Options) error {
	var out bytes.Buffer
	if o.BOM {
		out.WriteString("\ufeff")
	}
	rows := csv.NewWriter(&out)
	rows.UseCRLF = true
	_ = rows.Write(header) // a buffer takes everything
	for i := range r.Findings {
		for _, row := range of(&r.Findings[i]) {
			for k := range row {
				row[k] = text(row[k])
			}
			_ = rows.Write(row)
		}
	}
	rows.Flush()
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write the affected users as CSV: %w", err)
	}
	return nil
}

// of returns the rows of a finding.
func of(f *checks.Finding) [][]string {
	if f.Verdict != checks.Present || f.Affected == nil {
		return nil
	}
	codes := make([]string, len(f.Codes))
	for i, code := range f.Codes {
		codes[i] = strconv.Itoa(code)
	}
	waived := ""
	if f.Waived != nil {
		waived = prose.Waived(f.Waived)
	}
	row := func(address, evidence, remedy string) []string {
		return []string{
			address, f.Cause, f.Title, strings.Join(codes, " "), string(f.Severity), f.Subject.Server, f.Subject.Name,
			evidence, remedy, strconv.Itoa(f.Affected.Count), waived, f.ID,
		}
	}
	if len(f.Affected.Users) == 0 {
		return [][]string{row("", evidence(f, ""), remedy(f, "", ""))}
	}
	var out [][]string
	whose := owner(f)
	for _, user := range f.Affected.Users {
		out = append(out, row(user, evidence(f, user), remedy(f, user, whose)))
	}
	return out
}

// text makes a cell that is one line and no formula.
func text(s string) string {
	s = report.Clean(s) // turns tabs and line breaks into spaces
	if s != "" && strings.ContainsRune("=+-@＝＋－＠", first(s)) {
		return "'" + s
	}
	return s
}

// first is the first character that is no space, or 0.
func first(s string) rune {
	for _, r := range strings.TrimSpace(s) {
		return r
	}
	return 0
}

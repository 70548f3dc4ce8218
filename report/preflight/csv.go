package preflight

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"lcshealth/checks/preflight"
	"lcshealth/report"
)

// columns name those of the CSV file. More may be added at the end.
var columns = []string{"account", "action", "target", "verdict", "done", "checks", "reason", "remedy", "settle", "cures", "file", "line"}

// WriteCSV writes the planned users with their verdicts as CSV (RFC 4180), in
// UTF-8 with a byte order mark, without which Excel takes it for another
// encoding. A cell that a spreadsheet would take for a formula has an apostrophe
// in front.
func WriteCSV(w io.Writer, r *Report) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write the planned users as CSV: %w", err)
	}
	rows := csv.NewWriter(w)
	rows.UseCRLF = true
	_ = rows.Write(columns) // what fails is told at the end
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.Kind != preflight.EnableUser && l.Kind != preflight.MoveUser {
			continue
		}
		var ids, reasons, remedies, settles []string
		for k := range l.Issues {
			issue := &l.Issues[k]
			ids, reasons, settles = append(ids, issue.Check), append(reasons, issue.Reason), append(settles, issue.Settle...)
			for _, s := range issue.Remedy {
				remedies = append(remedies, strings.TrimSpace(s.Text+where(&s)+" "+s.Command))
			}
		}
		row := []string{
			l.Name, string(l.Kind), l.Target, string(l.Verdict), string(l.Done), strings.Join(ids, " "), strings.Join(reasons, "; "),
			strings.Join(remedies, " "), strings.Join(settles, "; "), strings.Join(l.Cures, " "), l.At.File, strconv.Itoa(l.At.Line),
		}
		for k := range row {
			row[k] = cell(row[k])
		}
		_ = rows.Write(row) // as above
	}
	rows.Flush()
	if err := rows.Error(); err != nil {
		return fmt.Errorf("write the planned users as CSV: %w", err)
	}
	return nil
}

// cell makes a cell that is one line and no formula.
func cell(s string) string {
	s = report.Clean(s)
	if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s)); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

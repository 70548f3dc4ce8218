package plan

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// columns are those of a users' file. Only account must be there; their order
// is free.
var columns = []string{"account", "uri", "home", "move-to"}

// ReadCSV adds the users of a CSV file (RFC 4180). Its first line names the
// columns: account, uri, home and move-to. Cells are separated by commas or, as
// Excel does in many countries, by semicolons; a line sep=; before the header is
// taken too.
//
// The file is UTF-8, with or without a byte order mark, or UTF-16 with one, as
// "Unicode text". Any other encoding is refused with the line where it shows:
// which code page it is cannot be told safely, and a wrong guess would give
// people wrong addresses.
//
// All that is wrong is reported, each with its line; of much the first 20.
func (u *Users) ReadCSV(ctx context.Context, p *Plan, r io.Reader) error {
	in, err := decoded(bufio.NewReaderSize(r, 256<<10))
	if err != nil {
		return fmt.Errorf("%s: %w", u.csv, err)
	}
	lines := &checkedLines{in: in, file: u.csv, line: 1, ctx: ctx}
	text := bufio.NewReaderSize(lines, 64<<10)
	rows := csv.NewReader(text)
	rows.ReuseRecord, rows.FieldsPerRecord = true, -1
	comma, above, err := separator(text)
	if err != nil {
		return fmt.Errorf("%s: %w", u.csv, err)
	}
	rows.Comma = comma
	header, err := rows.Read()
	if err != nil {
		return u.csvError(err, above, lines)
	}
	place, err := places(header)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", u.csv, above+1, err)
	}
	width := len(header)
	var errs problems
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return errs.err()
		}
		if err != nil {
			errs.note(u.csvError(err, above, lines))
			return errs.err()
		}
		line, _ := rows.FieldPos(0)
		n := User{Ref: Ref{u.csv, line + above}}
		if len(cells) != width {
			errs.note(fmt.Errorf("%s: %d cells, where the header has %d", n.Ref, len(cells), width))
			continue
		}
		for i, to := range []*string{&n.Account, &n.URI, &n.Home, &n.MoveTo} {
			if place[i] >= 0 {
				*to = cells[place[i]]
			}
		}
		if n.Account == "" && n.URI == "" && n.Home == "" && n.MoveTo == "" {
			continue // as spreadsheets leave at the end
		}
		errs.note(u.add(&p.Users, n, true))
	}
}

// csvError gives an error of the CSV reader with the line of the file.
func (u *Users) csvError(err error, above int, lines *checkedLines) error {
	if lines.failed != nil {
		return lines.failed
	}
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("%s:%d: %w", u.csv, wrong.Line+above, wrong.Err)
	}
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: it is empty: its first line names the columns: %s", u.csv, strings.Join(columns, ","))
	}
	return fmt.Errorf("read %s: %w", u.csv, err)
}

// separator finds out by the first line what separates cells, and takes a line
// sep=; away. above is how many lines it took.
func separator(in *bufio.Reader) (comma rune, above int, err error) {
	head, _ := in.Peek(4096)
	first, _, _ := strings.Cut(string(head), "\n")
	first = strings.TrimRight(first, "\r")
	if mark, ok := strings.CutPrefix(strings.ToLower(first), "sep="); ok {
		if mark != "," && mark != ";" && mark != "\t" {
			return 0, 0, fmt.Errorf("sep=%s: cells are separated by commas, semicolons or tabs", mark)
		}
		_, err := in.ReadString('\n')
		return rune(mark[0]), 1, err
	}
	for _, r := range ";\t" {
		if strings.ContainsRune(first, r) {
			return r, 0, nil
		}
	}
	return ',', 0, nil
}

// places finds the columns in the header: for each of [columns] its place, or
// -1.
func places(header []string) ([]int, error) {
	place := []int{-1, -1, -1, -1}
	for i, cell := range header {
		name := strings.ToLower(strings.TrimSpace(cell))
		at := slices.Index(columns, name)
		switch {
		case at < 0:
			return nil, fmt.Errorf("unknown column %q%s", strings.TrimSpace(cell), suggest(name, columns))
		case place[at] >= 0:
			return nil, fmt.Errorf("the column %s is there twice", name)
		}
		place[at] = i
	}
	if place[0] < 0 {
		return nil, fmt.Errorf("there is no column account; the columns are %s", strings.Join(columns, ", "))
	}
	return place, nil
}

// checkedLines passes UTF-8 on and refuses anything else, with the line where
// it stands.
type checkedLines struct {
	in     io.Reader
	ctx    context.Context //nolint:containedctx // of the one call that reads
	file   string
	line   int
	rest   []byte // the beginning of a character that is not whole
	failed error
}

func (c *checkedLines) Read(b []byte) (int, error) {
	if c.failed != nil {
		return 0, c.failed
	}
	if err := c.ctx.Err(); err != nil {
		c.failed = context.Cause(c.ctx)
		return 0, c.failed
	}
	n, err := c.in.Read(b)
	text := b[:n]
	if len(c.rest) > 0 {
		text = append(c.rest, text...)
	}
	c.rest = nil
	if utf8.Valid(text) { // as nearly always
		c.line += bytes.Count(text, []byte("\n"))
		return n, err
	}
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size <= 1 {
			if !utf8.FullRune(text) && err == nil {
				c.rest = append([]byte(nil), text...)
				break
			}
			c.failed = fmt.Errorf("%s:%d: not UTF-8, as Excel saves \"CSV\": save it as \"CSV UTF-8 (comma delimited)\" or as \"Unicode text\"", c.file, c.line)
			return 0, c.failed
		}
		if r == '\n' {
			c.line++
		}
		text = text[size:]
	}
	return n, err
}

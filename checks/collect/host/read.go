package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// reader reads a host file into a decoder.
type reader struct {
	file  string
	s     *collect.Session
	lines lines
	to    *Decoder
	full  int  // lines that are not blank
	ended bool // after the trailer
}

// newReader reads the header of a host file.
func newReader(file string, text io.Reader, s *collect.Session) (*reader, Header, error) {
	in, err := decodeText(text)
	if err != nil {
		return nil, Header{}, notHostFile(file, err)
	}
	r := &reader{file: file, s: s, lines: lines{in: in}, full: 1}
	line, err := r.lines.next()
	if errors.Is(err, io.EOF) {
		return nil, Header{}, notHostFile(file, errors.New("it is empty"))
	}
	if err != nil {
		return nil, Header{}, notHostFile(file, err)
	}
	h, err := parseHeader(line)
	if err != nil {
		return nil, h, notHostFile(file, err)
	}
	return r, h, nil
}

// notHostFile is the error for a file without a header. What the system or the
// deadline says keeps its own class.
func notHostFile(file string, err error) error {
	if class := collect.Reason(err).Class; class != facts.Protocol {
		return fmt.Errorf("read host file %s: %w", file, err)
	}
	return collect.Fail(facts.Protocol, "give a file that was made on the host for lcshealth", "read host file %s:1: %w", file, err)
}

func parseHeader(line []byte) (Header, error) {
	r, err := parseLine(line)
	if err != nil {
		return Header{}, fmt.Errorf("its first line is no header: %w", err)
	}
	switch {
	case r.text("kind") != kindHeader:
		return Header{}, errors.New("its first line is no header")
	case r.text("product") != product:
		return Header{}, fmt.Errorf("its header is that of another product: product is %s, not %s", describe(r.text("product")), product)
	}
	h := Header{Tool: r.text("tool"), Host: r.text("host")}
	r.need("format")
	format := r.number(1, math.MaxInt32, "format")
	if r.err == nil && format > FormatVersion {
		return h, fmt.Errorf("it was made by a newer tool (%s, format %d); this lcshealth reads up to format %d", describe(h.Tool), format, FormatVersion)
	}
	r.need("host")
	h.StartedAt = r.time("startedAt")
	if r.err != nil {
		return h, fmt.Errorf("its header: %w", r.err)
	}
	return h, nil
}

// parseLine takes one object of JSON apart.
func parseLine(line []byte) (*row, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if fields == nil || decoder.InputOffset() != int64(len(line)) {
		return nil, errors.New("not just one JSON object")
	}
	r := newRow(fields)
	return r, r.err
}

// rest reads what follows the header. It returns an error if the file as a
// whole cannot be relied on.
func (r *reader) rest() error {
	for {
		line, err := r.lines.next()
		_, broken := errors.AsType[brokenLine](err)
		_, enough := errors.AsType[tooMuch](err)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), enough:
			r.end(err)
			return nil
		case err != nil && !broken:
			return fmt.Errorf("read host file %s after line %d: %w", r.file, r.lines.number, err)
		case r.ended:
			return r.bad("the file goes on after its trailer: more than one run was written to it")
		}
		r.full++
		if err == nil {
			err = r.take(line)
		}
		if _, whole := errors.AsType[*collect.Error](err); whole {
			return err
		}
		if err != nil {
			r.lose(fmt.Errorf("%s: %w", r.where(), err))
		}
		if r.full%1000 == 0 {
			r.s.Progress("lines", r.full)
		}
	}
}

// take takes one line. An error means that it could not be understood so far
// that one knows what it is part of, unless it is one of [collect.Error], which
// is about the whole file. A row that the decoder refuses is no error here: the
// decoder keeps why.
func (r *reader) take(line []byte) error {
	fields, err := parseLine(line)
	if err != nil {
		return err
	}
	kind := fields.text("kind")
	take, known := kinds[kind]
	if !known {
		return fmt.Errorf("unknown kind %s", describe(kind))
	}
	r.to.At(r.where())
	return take(r, kind, fields)
}

// kinds has how each kind of line is taken.
var kinds = map[string]func(r *reader, kind string, fields *row) error{
	kindHeader:      (*reader).again,
	kindWMI:         (*reader).instance,
	kindCertificate: (*reader).row,
	kindEvent:       (*reader).row,
	kindHotfix:      (*reader).row,
	kindPort:        (*reader).row,
	kindRegistry:    (*reader).row,
	kindDatabase:    (*reader).row,
	kindDBColumn:    (*reader).row,
	kindDBRow:       (*reader).row,
	kindMissing:     (*reader).missing,
	kindEnd:         (*reader).finish,
	kindTrailer:     (*reader).trailer,
}

func (r *reader) again(string, *row) error {
	return r.bad("a second header: more than one run was written to the file")
}

// instance takes an instance of a class of WMI.
func (r *reader) instance(_ string, fields *row) error {
	fields.need("class")
	class := fields.text("class")
	properties, ok := fields.values["properties"].(map[string]any)
	if !ok {
		fields.fail("properties is missing, or no object")
	}
	if fields.err == nil {
		_ = r.to.Row(class, properties)
	}
	return fields.err
}

// row takes a row of any other kind, which is that of its part too.
func (r *reader) row(kind string, fields *row) error {
	if newPart(kind, fields); fields.err == nil {
		_ = r.to.Row(kind, fields.values)
	}
	return fields.err
}

// finish takes the end of a part.
func (r *reader) finish(_ string, fields *row) error {
	fields.need("class")
	fields.need("count")
	part, count := newPart(fields.text("class"), fields), fields.number(0, math.MaxInt32, "count")
	if fields.err == nil {
		r.to.End(part, int(count))
	}
	return fields.err
}

// missing takes why a part could not be read.
func (r *reader) missing(_ string, fields *row) error {
	fields.need("class")
	part, why := newPart(fields.text("class"), fields), reasonOf(fields)
	if fields.err == nil {
		r.to.Missing(part, why)
	}
	return fields.err
}

// reasonOf reads why something is missing.
func reasonOf(fields *row) error {
	class := facts.Class(fields.text("why"))
	switch class {
	case facts.Unreachable, facts.Timeout, facts.Rights, facts.Protocol, facts.Missing:
	case "":
		class = facts.Missing
		if _, code := fields.get("code"); code != nil {
			class = ClassOf(fields.unsigned("code"))
		}
	default:
		fields.fail("why is %s, not unreachable, timeout, rights, protocol or missing", describe(string(class)))
	}
	settle := ""
	if class == facts.Rights {
		settle = "make the file again on the host as an administrator"
	}
	reason := fields.text("reason")
	if reason == "" {
		reason = string(class)
	}
	return collect.Fail(class, settle, "%s", reason)
}

// trailer checks the last line.
func (r *reader) trailer(_ string, fields *row) error {
	fields.need("lines")
	count := fields.number(0, math.MaxInt32, "lines")
	if _, told := fields.get("endedAt"); told != nil {
		fields.time("endedAt")
	}
	if fields.err != nil {
		return fields.err
	}
	r.ended = true
	if before := int64(r.full - 1); count != before {
		r.lose(fmt.Errorf("%s: the trailer counts %d lines, but %d came before it", r.where(), count, before))
	}
	return nil
}

// end closes the books after the last line that could be read.
func (r *reader) end(err error) {
	_, enough := errors.AsType[tooMuch](err)
	switch {
	case enough:
		r.lose(fmt.Errorf("%s: not read on: %w", r.where(), err))
	case !r.ended:
		r.lose(fmt.Errorf("%s is cut short after line %d", r.file, r.lines.number))
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.lose(fmt.Errorf("%s is cut short after its trailer, before the checksum", r.file))
	}
}

// lose tells of something that was lost, whatever it belonged to.
func (r *reader) lose(err error) {
	why := collect.Fail(facts.Protocol, again, "%w", err)
	r.s.Partly(why)
	r.to.Lost(why)
}

// bad is the error for a file that cannot be relied on as a whole.
func (r *reader) bad(text string) error {
	return collect.Fail(facts.Protocol, again, "%s: %s", r.where(), text)
}

func (r *reader) where() string { return fmt.Sprintf("%s:%d", r.file, r.lines.number) }

package host

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf16"

	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
)

// Writer writes a host file, in ASCII and not compressed. Its methods keep the
// first error, which [Writer.Close] returns.
//
// After the last row of a part call [Writer.End]; rows are counted for it.
type Writer struct {
	out   *bufio.Writer
	host  string
	lines int
	rows  map[Part]int
	err   error
}

// NewWriter starts a host file on w.
func NewWriter(w io.Writer, h Header) *Writer {
	out := &Writer{out: bufio.NewWriter(w), host: h.Host, rows: map[Part]int{}}
	out.line(struct {
		Kind      string    `json:"kind"`
		Product   string    `json:"product"`
		Format    int       `json:"format"`
		Tool      string    `json:"tool"`
		Host      string    `json:"host"`
		StartedAt time.Time `json:"startedAt"`
	}{kindHeader, product, FormatVersion, h.Tool, h.Host, h.StartedAt.UTC()})
	return out
}

// WMI writes an instance of a class. Octets become a list of numbers, as
// scripts see them.
func (w *Writer) WMI(class string, properties map[string]any) {
	plain := make(map[string]any, len(properties))
	for name, v := range properties {
		if octets, ok := v.([]byte); ok {
			v = numbers(octets)
		}
		plain[name] = v
	}
	w.row(Part{Class: class}, struct {
		Kind       string         `json:"kind"`
		Class      string         `json:"class"`
		Properties map[string]any `json:"properties"`
	}{kindWMI, class, plain})
}

// Certificate writes a certificate of a store, such as [StoreMy].
func (w *Writer) Certificate(store string, c facts.Certificate) {
	w.row(Part{kindCertificate, store}, struct {
		Kind    string `json:"kind"`
		Store   string `json:"store"`
		Profile string `json:"profile,omitempty"`
		DER     []byte `json:"der"`
		Key     *bool  `json:"hasPrivateKey,omitempty"`
	}{kindCertificate, store, c.Profile, c.DER, c.HasPrivateKey})
}

// Event writes a record of an event log.
func (w *Writer) Event(e facts.Event) {
	w.row(Part{Class: kindEvent}, struct {
		Kind    string    `json:"kind"`
		Log     string    `json:"log"`
		Source  string    `json:"source"`
		ID      int       `json:"id"`
		Type    string    `json:"type"`
		At      time.Time `json:"at"`
		Message string    `json:"message"`
	}{kindEvent, e.Log, e.Source, e.ID, e.Type, e.At.UTC(), e.Message})
}

// Hotfix writes an installed update.
func (w *Writer) Hotfix(h facts.Hotfix) {
	w.row(Part{Class: kindHotfix}, struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		On   string `json:"installedOn,omitempty"`
	}{kindHotfix, h.ID, h.InstalledOn})
}

// Port writes a listening TCP port.
func (w *Writer) Port(p facts.PortOwner) {
	w.row(Part{Class: kindPort}, struct {
		Kind    string `json:"kind"`
		Address string `json:"address"`
		Port    int    `json:"port"`
		PID     int    `json:"pid"`
		Process string `json:"process,omitempty"`
	}{kindPort, p.Address, p.Port, p.ProcessID, p.Process})
}

// Registry writes a value of the registry. Octets become hexadecimal.
func (w *Writer) Registry(key, name string, value any) {
	w.row(Part{Class: kindRegistry}, struct {
		Kind  string `json:"kind"`
		Key   string `json:"key"`
		Name  string `json:"name"`
		Value any    `json:"value"`
	}{kindRegistry, key, name, hexadecimal(value)})
}

// Database begins the RTC database, with the version of its server. Its
// columns come next, and then its rows.
func (w *Writer) Database(product string) {
	w.line(struct {
		Kind    string `json:"kind"`
		Product string `json:"product"`
	}{kindDatabase, product})
}

// DBColumn writes a column of a table.
func (w *Writer) DBColumn(c rtcdb.Column) {
	w.row(Part{Class: kindDBColumn}, struct {
		Kind   string `json:"kind"`
		Table  string `json:"table"`
		Column string `json:"column"`
		Type   string `json:"type"`
		Length int    `json:"length"`
	}{kindDBColumn, c.Table, c.Name, c.Type, c.Length})
}

// DBRow writes a row of a table. Octets become hexadecimal.
func (w *Writer) DBRow(table string, values map[string]any) {
	plain := make(map[string]any, len(values))
	for name, v := range values {
		plain[name] = hexadecimal(v)
	}
	w.row(Part{kindDBRow, table}, struct {
		Kind   string         `json:"kind"`
		Table  string         `json:"table"`
		Values map[string]any `json:"values"`
	}{kindDBRow, table, plain})
}

// partLine is a line about a part.
type partLine struct {
	Kind   string      `json:"kind"`
	Class  string      `json:"class"`
	Store  string      `json:"store,omitempty"`
	Table  string      `json:"table,omitempty"`
	Count  *int        `json:"count,omitempty"`
	Why    facts.Class `json:"why,omitempty"`
	Reason string      `json:"reason,omitempty"`
}

func newPartLine(kind string, p Part) partLine {
	l := partLine{Kind: kind, Class: p.Class}
	switch partOf[p.key().Class] {
	case "store":
		l.Store = p.Of
	case "table":
		l.Table = p.Of
	}
	return l
}

// Missing says that a part could not be read, or not to its end.
func (w *Writer) Missing(p Part, why facts.Class, reason string) {
	l := newPartLine(kindMissing, p)
	l.Why, l.Reason = why, reason
	w.line(l)
}

// End says that the part came to its end with the rows that were written. It
// is needed for a part without rows too.
func (w *Writer) End(p Part) {
	l := newPartLine(kindEnd, p)
	count := w.rows[p.key()]
	l.Count = &count
	w.line(l)
}

// Close ends the file with its trailer. It does not close the writer below.
func (w *Writer) Close() error {
	w.line(struct {
		Kind  string `json:"kind"`
		Lines int    `json:"lines"`
	}{kindTrailer, w.lines})
	if w.err == nil {
		w.err = w.out.Flush()
	}
	if w.err != nil {
		return fmt.Errorf("write host file of %s: %w", w.host, w.err)
	}
	return nil
}

func (w *Writer) row(p Part, line any) {
	w.rows[p.key()]++
	w.line(line)
}

func (w *Writer) line(v any) {
	if w.err != nil {
		return
	}
	text, err := json.Marshal(v)
	if err != nil {
		w.err = err
		return
	}
	w.lines++
	_, w.err = w.out.Write(append(ascii(text), '\n'))
}

// ascii escapes what is not ASCII in a text of JSON.
func ascii(text []byte) []byte {
	out := make([]byte, 0, len(text)+1)
	for _, c := range string(text) {
		switch {
		case c < 0x80:
			out = append(out, byte(c))
		case c > 0xffff:
			high, low := utf16.EncodeRune(c)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, c)
		}
	}
	return out
}

func numbers(octets []byte) []int {
	out := make([]int, len(octets))
	for i, o := range octets {
		out[i] = int(o)
	}
	return out
}

func hexadecimal(v any) any {
	if octets, ok := v.([]byte); ok {
		return "0x" + hex.EncodeToString(octets)
	}
	return v
}

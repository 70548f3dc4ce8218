package clientlog

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/trace"
)

const (
	maxHeaders = 64       // of a message; more are left out
	maxValue   = 2 << 10  // octets of a header that stays
	maxJudged  = 8 << 10  // octets of credentials and challenges: what is looked for stands before long data
	maxHead    = 64 << 10 // octets of all headers, secrets among them
)

// head gathers the headers of one message.
type head struct {
	record trace.Record
	text   []byte // names and values of the fields that stay, one behind the other
	judged []byte // those of credentials and challenges
	fields []field

	width   int   // of the last line
	indent  int   // blanks before the start line, which stand before the other lines too
	empty   int   // empty lines since the last header
	spacing int   // most empty lines between two headers: the trace has them between all lines
	length  int64 // of the body, as the message claims; -1 if it does not
	named   int   // which of Call-ID and CSeq were met, as bits
	skips   bool  // the last header was left out, and the lines that go on with it are
	inner   bool  // the body is itself a message, or has one
	full    bool  // a header was left out for being too much
}

// field is a header within the text of its head.
type field struct {
	kind             kind
	from, value, end int // its name lies at from, its value at value
}

func (h *head) begin(r trace.Record, m sip.Message) {
	*h = head{text: h.text[:0], judged: h.judged[:0], fields: h.fields[:0], length: -1, record: r}
	h.record.Message = &m
}

// add takes a header.
func (h *head) add(name, value []byte) {
	h.spacing, h.empty = max(h.spacing, h.empty), 0
	f := field{kind: headerKind(name)}
	switch f.kind {
	case unknown, dropped:
		h.skips = true
		return
	case secret, challenge:
		value = clip(value, maxJudged)
	default:
		value = clip(value, maxValue)
	}
	h.skips = h.size()+len(name)+len(value) > maxHead || len(h.fields) >= maxHeaders && f.kind != secret
	if h.skips {
		h.full = true
		return
	}
	to := h.buffer(f.kind)
	f.from = len(*to)
	*to = append(*to, name...)
	f.value = len(*to)
	*to = append(*to, value...)
	f.end = len(*to)
	h.fields = append(h.fields, f)
	h.notice(name, value, f.kind)
}

// buffer is where a field lies.
func (h *head) buffer(k kind) *[]byte {
	if k == secret || k == challenge {
		return &h.judged
	}
	return &h.text
}

func (h *head) size() int { return len(h.text) + len(h.judged) }

// notice keeps what says where the headers end.
func (h *head) notice(name, value []byte, k kind) {
	switch {
	case k == single && isName(name, "Content-Length", 'l'):
		if n, ok := number(value); ok && len(value) > 0 && len(value) < 10 && h.length < 0 {
			h.length = int64(n)
		}
	case k == single && isName(name, "Call-ID", 'i'):
		h.named |= 1
	case k == single && isName(name, "CSeq", 0):
		h.named |= 2
	case k == kept && isName(name, "Content-Type", 'c'):
		low := bytes.ToLower(value)
		h.inner = bytes.Contains(low, []byte("sip")) || bytes.Contains(low, []byte("multipart"))
	}
}

func isName(name []byte, long string, short byte) bool {
	return len(name) == 1 && short != 0 && name[0]|0x20 == short || len(name) == len(long) && strings.EqualFold(string(name), long)
}

// more takes a line that goes on with the header before it. It is not ok if
// there is none that can go on.
func (h *head) more(line []byte) bool {
	switch {
	case h.skips:
		return true
	case len(h.fields) == 0:
		return false
	}
	f := &h.fields[len(h.fields)-1]
	if f.kind == single {
		return false
	}
	if h.size()+len(line) >= maxHead {
		h.full = true
		return true
	}
	to := h.buffer(f.kind)
	*to = append(append(*to, ' '), line...)
	f.end = len(*to)
	return true
}

// drop forgets the last header, of which the end is not in the file.
func (h *head) drop() {
	if n := len(h.fields); n > 0 && !h.skips {
		to := h.buffer(h.fields[n-1].kind)
		*to, h.fields = (*to)[:h.fields[n-1].from], h.fields[:n-1]
	}
}

// ended says whether empty lines were the end of the headers. They are not where
// the trace has them between all lines, and need not be where there is no body.
func (h *head) ended() bool {
	return h.empty > h.spacing && h.length > 0 && h.named == 3
}

// finish makes the record. Its strings lie in one piece of memory.
func (h *head) finish() trace.Record {
	r, m := h.record, h.record.Message
	all, dirty := "", revealing(h.text) // then each is looked at
	utf := utf8.Valid(h.text)
	if utf {
		all = string(h.text)
	}
	m.Headers = make([]sip.Header, 0, len(h.fields))
	for _, f := range h.fields {
		buffer := *h.buffer(f.kind)
		name, value := buffer[f.from:f.value], buffer[f.value:f.end]
		switch {
		case f.kind == secret:
			if c, s := judge(string(value)); rank[c] > rank[r.Credentials] {
				r.Credentials, r.Scheme = c, s
			}
		case f.kind == challenge:
			left, continues := shown(string(value))
			r.Continues = r.Continues || continues
			m.Headers = append(m.Headers, sip.Header{Name: string(name), Value: left})
		case dirty && revealing(value):
			m.Headers = append(m.Headers, sip.Header{Name: string(name), Value: removed})
		case utf:
			end := f.value + len(clip(value, maxValue))
			m.Headers = append(m.Headers, sip.Header{Name: all[f.from:f.value], Value: all[f.value:end]})
		default:
			m.Headers = append(m.Headers, sip.Header{Name: string(name), Value: text(clip(value, maxValue))})
		}
	}
	if m.IsResponse() {
		r.Credentials, r.Scheme = trace.None, "" // an answer has none, whatever it says
	}
	r.Continues = r.Continues && (m.Code == 401 || m.Code == 407)
	r.Transport = transport(m)
	return r
}

// transport is that of the topmost Via: "SIP/2.0/TLS 192.0.2.7:5061".
func transport(m *sip.Message) string {
	parts := strings.SplitN(m.Get("Via"), "/", 3)
	if len(parts) < 3 {
		return ""
	}
	switch word, _, _ := strings.Cut(strings.TrimSpace(parts[2]), " "); {
	case strings.EqualFold(word, "TCP"):
		return "TCP"
	case strings.EqualFold(word, "TLS"):
		return "TLS"
	case strings.EqualFold(word, "UDP"):
		return "UDP"
	}
	return ""
}

package clientlog

import (
	"bytes"

	"lcshealth/checks/sip/trace"
)

// header takes a line between the headers of a message.
func (r *reader) header(line []byte) {
	h := &r.head
	blanks := 0
	for blanks < len(line) && isBlank(line[blanks]) {
		blanks++
	}
	if blanks == len(line) {
		r.empty()
		return
	}
	if r.frame == trace.SIPStack && bytes.HasPrefix(line, []byte("Message-Body:")) {
		r.state = body
		return
	}
	line = line[min(blanks, h.indent):]
	defer func() { h.width = len(line) }()
	if h.ended() {
		r.behind(line, h.indent)
		return
	}
	if isBlank(line[0]) {
		switch {
		case h.empty > h.spacing:
			r.behind(bytes.TrimLeft(line, " \t"), blanks)
		case !h.more(bytes.TrimLeft(line, " \t")):
			r.damage.add(NoHeader, r.file, r.number)
		}
		return
	}
	if name, value, ok := splitHeader(line); ok {
		h.add(name, value)
		return
	}
	if h.empty > h.spacing {
		r.behind(line, h.indent)
		return
	}
	if r.frame == trace.Bare && isStart(line) { // no empty line between two messages
		r.bare(line, h.indent)
		return
	}
	switch wrapped := h.wraps(line); {
	case !wrapped && h.length > 0 && h.named == 3: // the empty line before the body was lost
		r.behind(line, h.indent)
	case wrapped && h.phrase(line):
	case !wrapped || !h.more(line) || r.frame != trace.Bare:
		r.damage.add(NoHeader, r.file, r.number)
	}
}

// phrase takes the rest of a reason phrase.
func (h *head) phrase(line []byte) bool {
	m := h.record.Message
	if len(h.fields) > 0 || h.skips || h.empty > 0 || !m.IsResponse() {
		return false
	}
	m.Reason = public(text(clip(append([]byte(m.Reason+" "), line...), maxReason)))
	return true
}

// shortest is the least that a line of a mail may hold.
const shortest = 60

// wraps says whether a line can be the rest of the one before, which was broken
// for being too long. What is not may be a body, which is not to be kept.
func (h *head) wraps(line []byte) bool {
	word, _, _ := bytes.Cut(line, []byte(" "))
	return h.width+1+len(word) > shortest && line[0] != '<' && !bytes.HasPrefix(line, []byte("- <"))
}

func isStart(line []byte) bool {
	_, _, ok := readStart(line)
	return ok
}

// empty takes an empty line.
func (r *reader) empty() {
	if r.state == within {
		r.head.empty++
	}
}

package clientlog

import (
	"bytes"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/trace"
)

// client takes a line with the stamp of a client.
func (r *reader) client(s stamp) {
	r.finish(false)
	r.frame = trace.RTC
	if s.at.Dated() {
		r.frame = trace.UCCAPI
	}
	rest := s.rest
	s.rest = nil
	r.last, r.any, r.half = s, true, r.half[:0]
	if r.links.note(s.tid, rest) {
		r.expects = !bytes.HasPrefix(rest, endOf)
		return
	}
	m, more, ok := readStart(rest)
	r.expects = len(bytes.TrimSpace(rest)) == 0
	switch {
	case ok:
		r.start(m, more, 0)
	case isHalfStart(rest):
		r.half, r.expects = append(r.half, rest...), true
	}
}

// behind takes a line behind the headers of a message. Another message may
// begin there unless the line is one of the body.
func (r *reader) behind(line []byte, indent int) {
	r.state = body
	if r.frame == trace.Bare || r.frame != trace.SIPStack && r.head.length <= 0 {
		r.bare(line, indent)
	}
}

// bare takes a line that may begin a message without a stamp.
func (r *reader) bare(line []byte, indent int) {
	if len(r.half) > 0 && bytes.Equal(bytes.TrimSpace(line), version) {
		line = append(append(r.half, ' '), version...)
	}
	m, more, ok := readStart(line)
	if !ok {
		r.half = r.half[:0]
		if isHalfStart(line) {
			r.half = append(r.half, line...)
		}
		if !r.any && r.state == outside {
			if name, _, ok := splitHeader(line); ok && headerKind(name) != unknown {
				r.any = true
				r.damage.add(CutStart, r.file, r.number)
			}
		}
		return
	}
	if r.state == body && r.head.inner {
		r.head.inner = false // it is the message within the message
		return
	}
	if !r.expects {
		r.finish(false)
		r.frame, r.last.pid, r.last.tid = trace.Bare, 0, 0
	}
	r.start(m, more, indent)
}

// start begins a message.
func (r *reader) start(m sip.Message, more []byte, indent int) {
	r.any, r.expects, r.half = true, false, r.half[:0]
	record := trace.Record{Line: r.number, Frame: r.frame, PID: r.last.pid, TID: r.last.tid}
	switch r.frame {
	case trace.Bare:
	case trace.SIPStack:
		record.At, record.Direction, record.Peer, record.Local = r.last.at, r.block.direction, r.block.peer, r.block.local
	default:
		record.At = r.last.at
		record.Direction, record.Peer, record.Local = r.links.take(r.last.tid)
	}
	r.head.begin(record, m)
	r.head.indent, r.head.width = indent, r.width
	r.state = within
	for len(more) > 0 { // line ends were lost
		at := nextHeader(more[1:]) + 1
		part := more
		if at > 0 {
			part, more = more[:at], more[at:]
		} else {
			more = nil
		}
		if name, value, ok := splitHeader(bytes.TrimSpace(part)); ok {
			r.head.add(name, value)
		}
	}
}

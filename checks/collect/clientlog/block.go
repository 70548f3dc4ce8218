package clientlog

import (
	"bytes"
	"strconv"
	"strings"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/trace"
)

// blockFields is what a server's record says before its message, or instead of
// one.
type blockFields struct {
	line      int
	direction trace.Direction
	peer      string
	local     string
	fault     trace.Diagnostic
	told      bool // it tells of a fault
}

const maxText = 512

var (
	beginRecord = []byte("$$begin_record")
	endRecord   = []byte("$$end_record")
)

// server takes a line with the stamp of a server.
func (r *reader) server(s stamp) {
	r.finish(false)
	rest := s.rest
	s.rest = nil
	r.last, r.frame, r.any = s, trace.SIPStack, true
	if bytes.Contains(rest, beginRecord) {
		r.begin()
	}
}

// begin begins a server's record.
func (r *reader) begin() {
	r.state = block
	r.block = blockFields{line: r.number, fault: trace.Diagnostic{Component: r.last.part, Level: r.last.level}}
}

// dollars takes a line that begins with $$. It is not ok if it is none of a
// server's.
func (r *reader) dollars(line []byte) bool {
	switch {
	case bytes.HasPrefix(line, endRecord):
		if r.state == block {
			r.fault()
		}
		r.finish(false)
	case bytes.HasPrefix(line, beginRecord): // wrapped from its stamp
		r.finish(false)
		r.frame = trace.SIPStack
		r.begin()
	default:
		return false
	}
	return true
}

// blockLine takes a line of a server's record before its message.
func (r *reader) blockLine(line []byte) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return
	}
	value = bytes.TrimSpace(value)
	b := &r.block
	d := &b.fault
	switch string(clip(name, 32)) {
	case "Start-Line":
		if m, more, ok := readStart(value); ok {
			r.start(m, more, 0)
		}
	case "Direction":
		switch {
		case bytes.HasPrefix(value, []byte("incoming")):
			b.direction = trace.Received
		case bytes.HasPrefix(value, []byte("outgoing")):
			b.direction = trace.Sent
		}
	case "Peer":
		b.peer = hostPort(value)
		d.Peer = b.peer
	case "Local-IP", "Local-Address":
		b.local = hostPort(value)
	case "Text":
		d.Text, b.told = limited(value), true
	case "Result-Code":
		code, name, _ := strings.Cut(limited(value), " ")
		n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(code), "0x"), 16, 32)
		if err == nil {
			d.Code, d.Name, b.told = uint32(n), strings.TrimSpace(name), true
		}
	case "SIP-Start-Line":
		if m, _, ok := readStart(value); ok {
			d.StartLine = (&trace.Record{Message: &m}).StartLine()
		}
	case "SIP-Call-ID":
		d.CallID = limited(value)
	case "SIP-CSeq":
		d.CSeq = limited(value)
	case "Data":
		d.Data = data(text(clip(value, maxText)))
	}
}

func limited(value []byte) string { return public(text(clip(value, maxText))) }

// shownData has what the data of a fault may say and is no secret, by its name
// in small letters, and how it is called.
var shownData = map[string]string{
	"expected-fqdn": "expected-fqdn", "certname": "certName", "fqdn": "fqdn", "destination": "destination",
	"source": "source", "server": "server", "peer": "peer", "hop": "hop", "reason": "reason", "error": "error",
}

// data reads `expected-fqdn="lcs01.contoso.com"; certName="old.contoso.com"`.
func data(value string) (list []sip.Param) {
	for part := range strings.SplitSeq(value, ";") {
		name, value, ok := strings.Cut(part, "=")
		shown := shownData[strings.ToLower(strings.TrimSpace(name))]
		if ok && shown != "" {
			list = append(list, sip.Param{Name: shown, Value: public(strings.Trim(strings.TrimSpace(value), `"`))})
		}
	}
	return list
}

// fault gives what a server noted in a record that has no message.
func (r *reader) fault() {
	r.state = outside
	if !r.block.told {
		r.damage.add(DamagedWord, r.file, r.block.line)
		return
	}
	d := r.block.fault
	r.emit(trace.Record{Line: r.block.line, Frame: trace.SIPStack, At: r.last.at, PID: r.last.pid, TID: r.last.tid, Peer: d.Peer, Diagnostic: &d})
}

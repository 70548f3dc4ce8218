package clientlog

import (
	"bytes"

	"lcshealth/checks/sip/trace"
)

// link is the connection that a line told of a message to come.
type link struct {
	tid         uint32
	direction   trace.Direction
	peer, local string
}

// links remembers the connection of the next message of each thread. Others may
// write between the two lines, but not many.
type links struct {
	open [4]link
	next int
}

const maxHostPort = 256

var (
	sending  = []byte("Sending Packet -")
	received = []byte("Data Received -")
	endOf    = []byte("End of ")
)

// note takes what stands behind a stamp. It is not ok if that says nothing of a
// connection.
func (l *links) note(tid uint32, rest []byte) bool {
	var direction trace.Direction
	switch {
	case bytes.HasPrefix(rest, endOf):
		l.take(tid)
		return true
	case bytes.HasPrefix(rest, sending):
		direction, rest = trace.Sent, rest[len(sending):]
	case bytes.HasPrefix(rest, received):
		direction, rest = trace.Received, rest[len(received):]
	default:
		return false
	}
	l.take(tid)
	peer, rest, _ := bytes.Cut(rest, []byte("("))
	_, rest, _ = bytes.Cut(rest, []byte("Local Address:"))
	local, _, _ := bytes.Cut(rest, []byte(")"))
	l.open[l.next] = link{tid, direction, hostPort(peer), hostPort(local)}
	l.next = (l.next + 1) % len(l.open)
	return true
}

// hostPort takes the first word of octets, which should be host:port.
func hostPort(b []byte) string {
	word, _, _ := bytes.Cut(bytes.TrimLeft(b, " "), []byte(" "))
	return public(text(clip(word, maxHostPort)))
}

// take returns and forgets the connection of a thread's next message.
func (l *links) take(tid uint32) (direction trace.Direction, peer, local string) {
	for i, o := range l.open {
		if o.direction != trace.Unknown && o.tid == tid {
			l.open[i] = link{}
			return o.direction, o.peer, o.local
		}
	}
	return trace.Unknown, "", ""
}

package clientlog

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"lcshealth/checks/sip"
)

// Tap records what is said over the connections that it dials, as a client that
// traces does. The zero value is ready for use; what is said must be SIP in the
// clear.
type Tap struct {
	mu    sync.Mutex
	count int
	conns []*tapped
}

// chunk is what went one way at once.
type chunk struct {
	end    int // of the octets up to and with it
	number int // among all chunks of the tap
	at     time.Time
}

// stream is one way of a connection.
type stream struct {
	octets []byte
	chunks []chunk
}

type tapped struct {
	net.Conn

	tap            *Tap
	sent, received stream
}

// Dial opens a connection that is recorded.
func (t *Tap) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &tapped{Conn: conn, tap: t}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conns = append(t.conns, c)
	return c, nil
}

func (c *tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.tap.note(&c.received, p[:n])
	return n, err
}

func (c *tapped) Write(p []byte) (int, error) {
	c.tap.note(&c.sent, p) // before the answer to it
	return c.Conn.Write(p)
}

func (t *Tap) note(s *stream, p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.octets = append(s.octets, p...)
	t.count++
	s.chunks = append(s.chunks, chunk{len(s.octets), t.count, time.Now().UTC()})
}

// Log returns the messages in the order in which they were whole.
func (t *Tap) Log() []Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	type numbered struct {
		Exchange

		number int
	}
	var all []numbered
	for _, c := range t.conns {
		for _, way := range []struct {
			*stream

			sent bool
		}{{&c.sent, true}, {&c.received, false}} {
			reader, end := sip.NewReader(bytes.NewReader(way.octets), sip.Limits{}), 0
			for {
				m, err := reader.Read()
				if err != nil { // the end, or a message that was cut
					break
				}
				end += len(m.Raw)
				i, _ := slices.BinarySearchFunc(way.chunks, end, func(k chunk, end int) int { return cmp.Compare(k.end, end) })
				k := way.chunks[min(i, len(way.chunks)-1)]
				all = append(all, numbered{Exchange{
					At: k.at, Sent: way.sent, Peer: c.RemoteAddr().String(), Local: c.LocalAddr().String(), Text: string(m.Raw),
				}, k.number})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	var log []Exchange
	for _, n := range all {
		log = append(log, n.Exchange)
	}
	return log
}

package tds71

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// script reads pieces and errors in turn, and then the end.
type script []any

func (s *script) Read(b []byte) (int, error) {
	if len(*s) == 0 {
		return 0, io.EOF
	}
	first := (*s)[0]
	*s = (*s)[1:]
	switch first := first.(type) {
	case error:
		return 0, first
	case []byte:
		n := copy(b, first)
		if n < len(first) {
			*s = append(script{first[n:]}, *s...)
		}
		return n, nil
	}
	panic("neither octets nor an error")
}

// A read that ran into its deadline can be tried again, wherever it was.
func TestReadAfterTimeout(t *testing.T) {
	t.Parallel()
	reply := packets(packetReply, x(intColumn71+"d1 04 2a000000 fd 1000 c100 01000000"), 12)
	want := x(intColumn74 + "d1 04 2a000000 fd 1000 c100 0100000000000000")
	stream := append(bytes.Clone(unencrypted), reply...)
	for i := range len(stream) + 1 {
		w := &wire{in: &script{stream[:i], os.ErrDeadlineExceeded, stream[i:]}}
		c := Wrap(w, Options{})
		if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
			t.Fatal(err)
		}
		var got []byte
		timeouts := 0
		for {
			b := make([]byte, 1000)
			n, err := c.Read(b)
			got = append(got, b[:n]...)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				timeouts++
				continue
			}
			if err != nil {
				break
			}
		}
		got = payload(split(t, got)[1:])
		if !bytes.Equal(got, want) || timeouts != 1 || w.closed > 0 {
			t.Errorf("timeout at octet %d: got %x after %d timeouts", i, got, timeouts)
		}
	}
}

func TestStreamEnds(t *testing.T) {
	t.Parallel()
	whole := packets(packetReply, x("79 00000000 fd 0000 0000 00000000"), 12)
	for i := range len(whole) + 1 {
		c, _ := translating(t, bytes.NewReader(whole[:i]))
		_, err := io.Copy(io.Discard, struct{ io.Reader }{c})
		if complete := i == 0 || i == len(whole); complete && err != nil || !complete && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d of %d octets: %v", i, len(whole), err)
		}
	}
}

func TestDead(t *testing.T) {
	t.Parallel()
	good := x("79 00000000 79 01000000")
	tests := map[string]struct {
		stream []byte
		want   string // what can be read before the error
	}{
		"unknown token":        {packets(packetReply, append(bytes.Clone(good), 0x88, 0, 0), 512), "79 00000000 79 010000"},
		"a packet too short":   {x("04 01 0004 0000 01 00"), ""},
		"a packet of a client": {x("12 01 0009 0000 01 00 00"), ""},
		"an empty message":     {x("04 01 0008 0000 01 00"), ""},
	}
	for name, tt := range tests {
		c, w := translating(t, bytes.NewReader(tt.stream))
		got, err := io.ReadAll(c)
		if !bytes.Equal(payload(split(t, got)), x(tt.want)) || !errors.Is(err, ErrReply) {
			t.Errorf("%s: got %x, %v", name, got, err)
		}
		var op *net.OpError
		if !errors.As(err, &op) || op.Op != "translate" || op.Timeout() ||
			!strings.HasPrefix(err.Error(), "translate tcp 192.0.2.1:50000->192.0.2.9:1433: reply of SQL Server 2000 not understood: ") {
			t.Errorf("%s: got %v", name, err)
		}
		_, again := c.Read(make([]byte, 1))
		_, write := c.Write([]byte{packetBatch})
		if again != err || write != err || w.out.Len() > 0 { //nolint:errorlint // it is to be the same
			t.Errorf("%s: later got %v and %v", name, again, write)
		}
		if err := c.Close(); err != nil || w.closed != 1 {
			t.Errorf("%s: Close = %v, closed %d times", name, err, w.closed)
		}
	}
}

// A request that is refused ends the read that waits for an answer.
func TestRefusalWakesReader(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer far.Close()
	c := Wrap(near, Options{})
	go func() {
		_, _ = far.Read(make([]byte, 1000))
		_, _ = far.Write(unencrypted)
	}()
	if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, len(fixedReply(2)))); err != nil {
		t.Fatal(err)
	}
	read := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		read <- err
	}()
	_, err := c.Write(packets(packetBulk, nil, 512))
	if got := <-read; !errors.Is(err, ErrRefused) || got != err { //nolint:errorlint // it is to be the same
		t.Errorf("the write got %v, the read %v", err, got)
	}
}

type failing struct {
	wire
	err error
}

func (f *failing) Write([]byte) (int, error) { return 0, f.err }

// Nobody knows how much of a request has arrived when its write failed.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	f := &failing{err: os.ErrDeadlineExceeded}
	c := Wrap(f, Options{})
	if _, err := c.Write(preloginMessage(preloginOpts...)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || f.closed != 1 {
		t.Errorf("then got %v, closed %d times", err, f.closed)
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	c, w := translating(t, bytes.NewReader(nil))
	c.in = nil
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, errPanic) || w.closed != 1 {
		t.Errorf("a read: got %v", err)
	}
	c, w = translating(t, bytes.NewReader(nil))
	c.version.Store(nil)
	if n, err := c.Write(packets(packetPrelogin, nil, 512)); n != 0 || !errors.Is(err, errPanic) || w.closed != 1 {
		t.Errorf("a write: got %d, %v", n, err)
	}
}

// Deadlines are those of the connection below, and an attention can be sent
// while a read waits.
func TestAttentionWhileReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		c := Wrap(near, Options{})
		defer c.Close()
		got := make(chan []byte, 10)
		go func() {
			for {
				b := make([]byte, 1000)
				n, err := far.Read(b)
				if err != nil {
					close(got)
					return
				}
				got <- b[:n]
			}
		}()
		if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
			t.Fatal(err)
		}
		<-got
		go func() { _, _ = far.Write(unencrypted) }()
		if _, err := io.ReadFull(c, make([]byte, len(fixedReply(2)))); err != nil {
			t.Fatal(err)
		}

		read := make(chan error)
		if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		go func() {
			_, err := c.Read(make([]byte, 1))
			read <- err
		}()
		synctest.Wait() // until the read waits
		attention := packets(packetAttention, nil, 512)
		if _, err := c.Write(attention); err != nil {
			t.Fatal(err)
		}
		if b := <-got; !bytes.Equal(b, attention) {
			t.Errorf("sent %x, want %x", b, attention)
		}
		if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("the read ended with %v after %s", err, time.Since(began))
		}

		// Here the far end does not read: it is held up by the full channel.
		for range cap(got) + 1 {
			if _, err := c.Write(attention); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		if _, err := c.Write(attention); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("the write ended with %v after %s", err, time.Since(began))
		}
		for range got { // until it is closed
		}
	})
}

func TestReadOfNothing(t *testing.T) {
	t.Parallel()
	c, _ := translating(t, bytes.NewReader(nil))
	if n, err := c.Read(nil); n != 0 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

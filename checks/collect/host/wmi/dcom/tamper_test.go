package dcom

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/lab/wmid"
)

// between is somebody on the way to WMI who changes the answers. The listener
// is the port that the host names.
func between(t *testing.T, l net.Listener, to func() string, change func(pdu []byte) []byte) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			pass(client, to(), change)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
}

func pass(client net.Conn, to string, change func([]byte) []byte) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	_ = server.SetDeadline(time.Now().Add(5 * time.Second))
	_ = client.SetDeadline(time.Now().Add(5 * time.Second))
	there := make(chan struct{})
	go func() {
		defer close(there)
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	for {
		head := make([]byte, headerSize)
		if _, err := io.ReadFull(server, head); err != nil {
			break
		}
		pdu := make([]byte, binary.LittleEndian.Uint16(head[8:]))
		copy(pdu, head)
		if _, err := io.ReadFull(server, pdu[headerSize:]); err != nil {
			break
		}
		if pdu[2] == pduResponse {
			pdu = change(pdu)
		}
		if _, err := client.Write(pdu); err != nil {
			break
		}
	}
	_ = client.Close()
	<-there
}

// TestTampered holds that an answer that was changed on the way is refused,
// even where go-msrpc would take it.
func TestTampered(t *testing.T) {
	t.Parallel()
	flip := func(at func(pdu []byte) int) func([]byte) []byte {
		return func(pdu []byte) []byte {
			pdu[at(pdu)] ^= 1
			return pdu
		}
	}
	for name, change := range map[string]func([]byte) []byte{
		"the stub":      flip(func([]byte) int { return requestSize + 8 }),
		"the header":    flip(func([]byte) int { return headerSize }),
		"the signature": flip(func(pdu []byte) int { return len(pdu) - 5 }),
		"the level": func(pdu []byte) []byte {
			pdu[len(pdu)-16-trailerSize+1] = levelIntegrity
			return pdu
		},
		"no signature": func(pdu []byte) []byte { return finish(pdu[:len(pdu)-16-trailerSize], 0) },
		"as if there were none": func(pdu []byte) []byte {
			binary.LittleEndian.PutUint16(pdu[10:], 0)
			return pdu
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s := serve(t, func(h *wmid.Host) { h.DynamicPort = uint16(l.Addr().(*net.TCPAddr).Port) })
			between(t, l, func() string { return s.objects }, change)
			_, err = Dial(t.Context(), s.cfg)
			if err == nil || !errors.Is(err, errSignature) || !errors.Is(err, wmi.ErrBroken) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestUntouched holds that the way itself is not what is refused.
func TestUntouched(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(h *wmid.Host) { h.DynamicPort = uint16(l.Addr().(*net.TCPAddr).Port) })
	seen := make(chan string, 1000)
	between(t, l, func() string { return s.objects }, func(pdu []byte) []byte {
		seen <- string(pdu)
		return pdu
	})
	rows, err := query(t.Context(), s.dial(t), "SELECT * FROM Win32_Service")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v, %v", rows, err)
	}
	close(seen)
	for pdu := range seen {
		if strings.Contains(pdu, "MSSQL$RTC") {
			t.Error("an answer was not encrypted")
		}
	}
}

package wire

import (
	"context"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/miekg/dns"
)

// observe runs a source once and returns what it observed, and its account.
func observe(ctx context.Context, t *testing.T, cfg Config) (facts.Wire, facts.Source) {
	t.Helper()
	var d facts.Deployment
	fixed := func() time.Time { return time.Date(2005, 4, 21, 2, 38, 50, 0, time.UTC) }
	runner := collect.Runner{Now: fixed}
	if err := runner.Run(ctx, &d, []collect.Source{New(cfg)}); err != nil {
		t.Fatal(err)
	}
	return d.Wire, d.Sources[0]
}

// only observes a single target.
func only(t *testing.T, cfg Config, target Target) *facts.Endpoint {
	t.Helper()
	cfg.Targets = []Target{target}
	wire, _ := observe(t.Context(), t, cfg)
	e := wire.Endpoint(target.Host, target.Port, target.Transport)
	if e == nil {
		t.Fatalf("no endpoint for %v", target)
	}
	return e
}

// get returns an observed fact.
func get[T any](t *testing.T, v facts.Value[T]) T {
	t.Helper()
	got, why := v.Get()
	if why != nil {
		t.Fatalf("not observed: %s", why)
	}
	if v.Origin().Source != "wire" {
		t.Errorf("origin %+v", v.Origin())
	}
	return got
}

// unknown checks that a fact was not observed, with the given class and text.
func unknown[T any](t *testing.T, v facts.Value[T], class facts.Class, text string) {
	t.Helper()
	got, why := v.Get()
	if why == nil {
		t.Errorf("observed %v; want %s: %s", got, class, text)
		return
	}
	if why.Class != class || !strings.Contains(why.Message, text) {
		t.Errorf("unknown as %s: %s\nwant %s: %s", why.Class, why.Message, class, text)
	}
	if why.Source != "wire" {
		t.Errorf("reason of source %q", why.Source)
	}
}

// zone is what a DNS server of the tests knows.
type zone struct {
	records []string
	codes   map[string]int // answer with this code
	silent  func(name string) bool
	shape   func(*dns.Msg) // last touches to every answer

	mu    sync.Mutex
	asked map[string]int
}

func (z *zone) ServeDNS(w dns.ResponseWriter, query *dns.Msg) {
	name := query.Question[0].Name
	z.mu.Lock()
	if z.asked == nil {
		z.asked = make(map[string]int)
	}
	z.asked[name]++
	z.mu.Unlock()
	if z.silent != nil && z.silent(name) {
		return
	}
	answer := new(dns.Msg).SetReply(query)
	answer.RecursionAvailable = true
	code, known := z.codes[name]
	for next := name; next != ""; {
		owner := next
		next = ""
		for _, text := range z.records {
			record, err := dns.NewRR(text)
			if err != nil {
				panic(err)
			}
			if record.Header().Name != owner {
				continue
			}
			known = true
			alias, ok := record.(*dns.CNAME)
			if ok {
				next = alias.Target
			}
			if ok || record.Header().Rrtype == query.Question[0].Qtype {
				answer.Answer = append(answer.Answer, record)
			}
		}
	}
	if answer.Rcode = code; !known {
		answer.Rcode = dns.RcodeNameError
	}
	if z.shape != nil {
		z.shape(answer)
	}
	if _, udp := w.RemoteAddr().(*net.UDPAddr); udp {
		answer.Truncate(dns.MinMsgSize)
	}
	_ = w.WriteMsg(answer) // a client that went away is its own affair
}

// questions counts what was asked so far.
func (z *zone) questions() (n int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, asked := range z.asked {
		n += asked
	}
	return n
}

// serveDNS serves a zone over UDP and TCP on loopback and returns its address.
func serveDNS(t *testing.T, z *zone) string {
	t.Helper()
	var packets net.PacketConn
	var streams net.Listener
	for range 20 { // until a port is free in both protocols
		var err error
		if packets, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if streams, err = net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			break
		}
		_ = packets.Close()
	}
	if streams == nil {
		t.Fatal("no port free in UDP and TCP")
	}
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: z}, {Listener: streams, Handler: z}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		ended := make(chan error, 1)
		go func() { ended <- server.ActivateAndServe() }()
		<-started
		t.Cleanup(func() {
			if err := server.Shutdown(); err != nil {
				t.Error(err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	return packets.LocalAddr().String()
}

// accept serves every connection to a loopback listener and returns its port.
func accept(t *testing.T, serve func(net.Conn)) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port
}

// refusing returns a loopback port that refuses connections for as long as the
// test runs: it is the near end of a connection, so nobody else can listen on
// it.
func refusing(t *testing.T) int {
	t.Helper()
	port := accept(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().(*net.TCPAddr).Port
}

package wmid_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oiweiwei/go-msrpc/dcerpc"

	"lcshealth/checks/lab/wmid"
)

// ask goes the whole way of a client, up to the rows of a class.
func ask(ctx context.Context, t testing.TB, s server) (int, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c, err := dial(ctx, t, s, testPassword, dcerpc.WithSeal())
	if err != nil {
		return 0, err
	}
	services, err := c.namespace(ctx, "//./root/cimv2")
	if err != nil {
		return 0, err
	}
	rows, err := c.query(ctx, services, "SELECT * FROM Win32_Service", 0x30, 1)
	return len(rows), err
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		host func(*wmid.Host)
		rows int
		err  string // a part; empty for success
	}{
		{"none", func(*wmid.Host) {}, 3, ""},
		{"activation denied", one(wmid.Fault{At: wmid.StepActivate, Code: wmid.ActivationDenied}), 0, "activate: 0x80070005"},
		{"activation faults", one(wmid.Fault{At: wmid.StepActivate, Do: wmid.RPCFault, Code: wmid.RPCAccessDenied}), 0, "activate: "},
		{"login denied", one(wmid.Fault{At: wmid.StepLogin, Code: wmid.AccessDenied}), 0, "login: "},
		{"login to another namespace denied",
			one(wmid.Fault{At: wmid.StepLogin, Name: `root\default`, Code: wmid.AccessDenied}), 3, ""},
		{"query denied", one(wmid.Fault{At: wmid.StepQuery, Name: "win32_service", Code: wmid.AccessDenied}), 0, "query: status 0x80041003"},
		{"query of another class denied", one(wmid.Fault{At: wmid.StepQuery, Name: "Win32_Process", Code: wmid.AccessDenied}), 3, ""},
		{"rows denied", one(wmid.Fault{At: wmid.StepNext, Name: "Win32_Service", Code: wmid.AccessDenied}), 0, "next: status 0x80041003"},
		{"class missing", func(h *wmid.Host) { delete(h.Classes, "Win32_Service") }, 0, "next: status 0x80041010"},
		{"rows time out twice", one(wmid.Fault{At: wmid.StepNext, After: 1, Times: 2, Code: wmid.TimedOut}), 3, ""},
		{"dropped between rows", one(wmid.Fault{At: wmid.StepNext, After: 2, Do: wmid.Drop}), 2, "next: "},
		{"cut between rows", one(wmid.Fault{At: wmid.StepNext, After: 1, Do: wmid.Cut}), 1, "next: "},
		{"garbage at login", one(wmid.Fault{At: wmid.StepLogin, Do: wmid.Garbage}), 0, "login: "},
		{"dropped at bind", one(wmid.Fault{At: wmid.StepBind, Name: "resolver", Do: wmid.Drop}), 0, "bind exporter: "},
		{"cut at bind", one(wmid.Fault{At: wmid.StepBind, Name: "objects", Do: wmid.Cut}), 0, "bind objects: "},
		{"version refused", one(wmid.Fault{At: wmid.StepBind, Do: wmid.RPCFault, Code: wmid.NakVersion}), 0, "protocol version"},
		{"version fault", one(wmid.Fault{At: wmid.StepServerAlive, Do: wmid.RPCFault, Code: wmid.RPCVersionMismatch}), 0, "server alive: "},
		{"wrong password", func(h *wmid.Host) { h.Password += "x" }, 0, "server alive: "},
		{"another user", func(h *wmid.Host) { h.User = "guest" }, 0, "server alive: "},
		{"another domain", func(h *wmid.Host) { h.Domain = "FABRIKAM" }, 0, "server alive: "},
		{"the user in another case", func(h *wmid.Host) { h.Domain, h.User = "Contoso", "HEALTH" }, 3, ""},
		{"port blocked", func(h *wmid.Host) { h.Computer, h.DynamicPort = "localhost", blocked(t) }, 0, "bind objects: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := host()
			tt.host(&h)
			rows, err := ask(shared(t, testPassword), t, start(t, h))
			switch {
			case rows != tt.rows:
				t.Errorf("%d rows, want %d: %v", rows, tt.rows, err)
			case (err == nil) != (tt.err == ""), err != nil && !strings.Contains(err.Error(), tt.err):
				t.Errorf("got %v, want %q", err, tt.err)
			}
		})
	}
}

func one(f wmid.Fault) func(*wmid.Host) {
	return func(h *wmid.Host) { h.Faults = []wmid.Fault{f} }
}

// blocked is a port where nobody listens, as long as nobody takes it.
func blocked(t testing.TB) uint16 {
	t.Helper()
	ln := listen(t)
	defer func() { _ = ln.Close() }()
	_, text, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(port)
}

// A client that waits for an answer that does not come is let go by Close.
func TestHang(t *testing.T) {
	t.Parallel()
	steps := []struct {
		fault wmid.Fault
		after string // the last method that is recorded before
	}{
		{wmid.Fault{At: wmid.StepBind, Name: "objects"}, "RemoteActivation"},
		{wmid.Fault{At: wmid.StepServerAlive}, "ServerAlive2"},
		{wmid.Fault{At: wmid.StepActivate}, "RemoteActivation"},
		{wmid.Fault{At: wmid.StepLogin}, "NTLMLogin"},
		{wmid.Fault{At: wmid.StepQuery}, "ExecQuery"},
		{wmid.Fault{At: wmid.StepNext}, "Next"},
	}
	for _, tt := range steps {
		t.Run(string(tt.fault.At), func(t *testing.T) {
			t.Parallel()
			h := host()
			tt.fault.Do = wmid.Hang
			h.Faults = []wmid.Fault{tt.fault}
			s := start(t, h)
			ctx := shared(t, testPassword)
			var closed atomic.Bool
			done := make(chan error, 1)
			go func() {
				rows, err := ask(ctx, t, s)
				switch {
				case err == nil:
					err = fmt.Errorf("answered with %d rows", rows)
				case closed.Load():
					err = nil
				}
				done <- err
			}()
			last := func() string {
				ops := s.Operations()
				if len(ops) == 0 {
					return ""
				}
				return ops[len(ops)-1].Method
			}
			for last() != tt.after {
				select {
				case err := <-done:
					t.Fatalf("came back before %s: %v", tt.after, err)
				case <-time.After(time.Millisecond):
				}
			}
			closed.Store(true)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	class := func(typ wmid.Type, v any) wmid.Host {
		return wmid.Host{Classes: map[string]wmid.Class{"C": {
			Properties: []wmid.Property{{Name: "P", Type: typ}}, Instances: []wmid.Instance{{"P": v}},
		}}}
	}
	tests := map[string]wmid.Host{
		"too large":        class(wmid.Uint8, 256),
		"negative":         class(wmid.Uint32, -1),
		"too small":        class(wmid.Sint8, -129),
		"no string":        class(wmid.String, 1),
		"no bool":          class(wmid.Boolean, 1),
		"no array":         class(wmid.String|wmid.Array, "x"),
		"array of another": class(wmid.Uint8|wmid.Array, []string{"x"}),
		"no date":          class(wmid.DateTime, "2006-01-02"),
		"type":             class(99, 1),
		"property":         {Classes: map[string]wmid.Class{"C": {Instances: []wmid.Instance{{"P": 1}}}}},
		"hive":             {Registry: map[string]wmid.Values{`HKEY\X`: {}}},
		"value":            {Registry: map[string]wmid.Values{`HKLM\X`: {"a": 1}}},
	}
	for name, h := range tests {
		if _, err := wmid.New(h); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

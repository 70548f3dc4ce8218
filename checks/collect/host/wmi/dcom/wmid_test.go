package dcom

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/wmid"

	"github.com/google/go-cmp/cmp"
)

// served is a simulated host, and how to reach it.
type served struct {
	*wmid.Server
	cfg     Config
	objects string // address of the port that is named for WMI
}

// serve starts a host as it would be without the changes.
func serve(t *testing.T, changes ...func(*wmid.Host)) served {
	t.Helper()
	h := wmid.Host{
		Computer: "LCS01", Domain: "CONTOSO", User: "health", Password: "Pässwörd 1",
		Classes: map[string]wmid.Class{
			"Win32_Service": {
				Properties: []wmid.Property{{Name: "Name", Type: wmid.String, Key: true}, {Name: "State", Type: wmid.String}, {Name: "ProcessId", Type: wmid.Uint32}},
				Instances:  []wmid.Instance{{"Name": "rtcsrv", "State": "Running", "ProcessId": 1234}, {"Name": "Größe"}, {"Name": "MSSQL$RTC", "State": "Stopped"}},
			},
			"MSFT_SIPRoutingSetting": {
				Properties: []wmid.Property{{Name: "InstanceID", Type: wmid.String, Key: true}, {Name: "TLSCertSN", Type: wmid.Uint8 | wmid.Array}, {Name: "Names", Type: wmid.String | wmid.Array}},
				Instances:  []wmid.Instance{{"InstanceID": "{1}", "TLSCertSN": []byte{1, 0, 255}, "Names": []string{"a", "ß"}}},
			},
			"Empty": {Properties: []wmid.Property{{Name: "Name", Type: wmid.String, Key: true}}},
		},
		Registry: map[string]wmid.Values{
			`HKLM\SOFTWARE\Certificates\AB`: {"Blob": make([]byte, 20000)},
			`HKLM\SOFTWARE\Setup`:           {"Path": `C:\Größe`, "Version": uint32(2)},
			`HKLM\SECURITY\Policy`:          {},
		},
		RegistryDenied: []string{`HKLM\SECURITY`},
	}
	for _, change := range changes {
		change(&h)
	}
	s, err := wmid.New(h)
	if err != nil {
		t.Fatal(err)
	}
	var listeners [2]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(t.Context(), listeners[0], listeners[1]) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	_, port, err := net.SplitHostPort(listeners[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	cfg := configFor("127.0.0.1", port)
	cfg.Username = `contoso\health`
	cfg.Password = func(context.Context) (string, error) { return "Pässwörd 1", nil }
	return served{s, cfg, listeners[1].Addr().String()}
}

func (s served) dial(t *testing.T) wmi.Conn {
	t.Helper()
	conn, err := Dial(t.Context(), s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// query returns all rows.
func query(ctx context.Context, conn wmi.Conn, wql string) (rows []map[string]any, err error) {
	err = conn.Query(ctx, wql, func(properties map[string]any) error {
		rows = append(rows, properties)
		return nil
	})
	return rows, err
}

func TestQuery(t *testing.T) {
	t.Parallel()
	s := serve(t)
	conn := s.dial(t)
	for wql, want := range map[string][]map[string]any{
		"SELECT * FROM Win32_Service": {
			{"Name": "rtcsrv", "State": "Running", "ProcessId": uint32(1234)},
			{"Name": "Größe", "State": nil, "ProcessId": nil},
			{"Name": "MSSQL$RTC", "State": "Stopped", "ProcessId": nil},
		},
		"SELECT * FROM MSFT_SIPRoutingSetting":               {{"InstanceID": "{1}", "TLSCertSN": []byte{1, 0, 255}, "Names": []any{"a", "ß"}}},
		"SELECT * FROM Win32_Service WHERE Name = 'Größe'":   {{"Name": "Größe", "State": nil, "ProcessId": nil}},
		"SELECT * FROM Win32_Service WHERE Name = 'nothing'": nil,
		"SELECT * FROM Empty":                                nil,
	} {
		got, err := query(t.Context(), conn, wql)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", wql, diff)
		}
	}
	// A class that is not there is a status, and the connection lives on.
	for _, wql := range []string{"SELECT * FROM MSFT_SIPNothing", "SELECT nonsense"} {
		_, err := query(t.Context(), conn, wql)
		if _, ok := errors.AsType[*wmi.Status](err); !ok || errors.Is(err, wmi.ErrBroken) {
			t.Errorf("%s: %v", wql, err)
		}
	}
	if err := conn.Query(t.Context(), "SELECT * FROM Win32_Service", func(map[string]any) error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("an error of row: %v", err)
	}
	if got, err := query(t.Context(), conn, "SELECT * FROM Win32_Service"); err != nil || len(got) != 3 {
		t.Errorf("after all that: %d rows, %v", len(got), err)
	}
	_ = conn.Close()
	if _, err := query(t.Context(), conn, "SELECT * FROM Win32_Service"); !errors.Is(err, wmi.ErrBroken) {
		t.Errorf("after it was closed: %v", err)
	}
	released := 0
	for _, o := range s.Operations() {
		switch o.Method {
		case "ServerAlive2", "RemoteActivation", "NTLMLogin", "ExecQuery", "Next":
		case "RemRelease":
			released++
		default:
			t.Errorf("called %s", o)
		}
	}
	if released < 7 { // but that of the class that is not there, perhaps
		t.Errorf("released %d", released)
	}
}

// TestMany has more rows than come at once, in answers of many fragments.
func TestMany(t *testing.T) {
	t.Parallel()
	const many = 3*batch + 1
	s := serve(t, func(h *wmid.Host) {
		c := h.Classes["Win32_Service"]
		c.Instances = nil
		for i := range many {
			c.Instances = append(c.Instances, wmid.Instance{"Name": fmt.Sprint("service", i), "State": strings.Repeat("x", 1000)})
		}
		h.Classes["Win32_Service"] = c
	})
	got, err := query(t.Context(), s.dial(t), "SELECT * FROM Win32_Service")
	if err != nil || len(got) != many {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for i, r := range got {
		if r["Name"] != fmt.Sprint("service", i) || len(r["State"].(string)) != 1000 {
			t.Fatalf("row %d: %v", i, r)
		}
	}
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	s := serve(t)
	conn := s.dial(t)
	hklm := uint32(0x80000002)
	for _, test := range []struct {
		method string
		in     map[string]any
		want   map[string]any // some of what is to come
	}{
		{"EnumKey", map[string]any{"hDefKey": hklm, "sSubKeyName": `SOFTWARE\Certificates`}, map[string]any{"ReturnValue": uint32(0), "sNames": []any{"AB"}}},
		{"EnumKey", map[string]any{"hDefKey": hklm, "sSubKeyName": `SOFTWARE\Nothing`}, map[string]any{"ReturnValue": uint32(2)}},
		{"EnumKey", map[string]any{"hDefKey": hklm, "sSubKeyName": `SECURITY\Policy`}, map[string]any{"ReturnValue": uint32(5)}},
		{"GetBinaryValue", map[string]any{"hDefKey": hklm, "sSubKeyName": `SOFTWARE\Certificates\AB`, "sValueName": "Blob"}, map[string]any{"uValue": make([]byte, 20000)}},
		{"GetStringValue", map[string]any{"hDefKey": hklm, "sSubKeyName": `SOFTWARE\Setup`, "sValueName": "Path"}, map[string]any{"sValue": `C:\Größe`}},
		{"GetDWORDValue", map[string]any{"hDefKey": hklm, "sSubKeyName": `SOFTWARE\Setup`, "sValueName": "Version"}, map[string]any{"uValue": uint32(2)}},
		// A request of many fragments.
		{"EnumKey", map[string]any{"hDefKey": hklm, "sSubKeyName": strings.Repeat(`Long\`, 5000)}, map[string]any{"ReturnValue": uint32(2)}},
	} {
		got, err := conn.Registry(t.Context(), test.method, test.in)
		if err != nil {
			t.Fatalf("%s: %v", test.method, err)
		}
		for name, want := range test.want {
			if number, ok := got[name].(int32); ok {
				got[name] = uint32(number)
			}
			if diff := cmp.Diff(want, got[name]); diff != "" {
				t.Errorf("%s of %v: %s: %s", test.method, test.in["sSubKeyName"], name, diff)
			}
		}
	}
	before := len(s.Operations())
	if _, err := conn.Registry(t.Context(), "DeleteKey", map[string]any{"hDefKey": hklm, "sSubKeyName": "SOFTWARE"}); err == nil || !strings.Contains(err.Error(), "does not only read") {
		t.Errorf("DeleteKey: %v", err)
	}
	if after := len(s.Operations()); after != before {
		t.Errorf("DeleteKey was called: %v", s.Operations()[before:])
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"user@domain":      func(c *Config) { c.Username = "health@CONTOSO" },
		"a wrong password": func(c *Config) { c.Password = func(context.Context) (string, error) { return "wrong", nil } },
		"a wrong user":     func(c *Config) { c.Username = `CONTOSO\nobody` },
		"no password":      func(c *Config) { c.Password = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			change(&s.cfg)
			switch name {
			case "user@domain":
				s.dial(t)
			case "no password":
				expectFailure(t.Context(), t, s.cfg, facts.NotAsked, "no password is given", "give a password")
			default:
				expectFailure(t.Context(), t, s.cfg, facts.Rights, "access denied", "the password may be wrong")
			}
		})
	}
}

// TestFaults has what goes wrong on the way to WMI.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		fault   wmid.Fault
		class   facts.Class
		message string
		settle  string
	}{
		{"denied activation", wmid.Fault{At: wmid.StepActivate, Do: wmid.Status, Code: wmid.ActivationDenied}, facts.Rights, "activate WMI at 127.0.0.1", "dcomcnfg"},
		{"denied activation by a fault", wmid.Fault{At: wmid.StepActivate, Do: wmid.RPCFault, Code: wmid.RPCAccessDenied}, facts.Rights, "access denied", "Administrators"},
		{"denied namespace", wmid.Fault{At: wmid.StepLogin, Do: wmid.Status, Code: wmid.AccessDenied}, facts.Rights, `open root\cimv2`, "Remote Enable"},
		{"no WMI", wmid.Fault{At: wmid.StepActivate, Do: wmid.Status, Code: 0x80040154}, facts.Missing, "not registered", "winmgmt"},
		{"version", wmid.Fault{At: wmid.StepBind, Name: "resolver", Do: wmid.RPCFault, Code: wmid.NakVersion}, facts.Protocol, "another version of RPC", ""},
		{"version by a fault", wmid.Fault{At: wmid.StepServerAlive, Do: wmid.RPCFault, Code: wmid.RPCVersionMismatch}, facts.Protocol, "another version of RPC (fault", ""},
		{"hangs", wmid.Fault{At: wmid.StepActivate, Do: wmid.Hang}, facts.Timeout, "activate WMI", "not hanging"},
		{"drops", wmid.Fault{At: wmid.StepActivate, Do: wmid.Drop}, facts.Protocol, "closed the connection", ""},
		{"garbage", wmid.Fault{At: wmid.StepActivate, Do: wmid.Garbage}, facts.Protocol, "activate WMI", ""},
		{"cut", wmid.Fault{At: wmid.StepActivate, Do: wmid.Cut}, facts.Protocol, "octets of an answer", ""},
		{"objects drop the bind", wmid.Fault{At: wmid.StepBind, Name: "objects", Do: wmid.Drop}, facts.Protocol, "closed the connection", ""},
		{"objects hang", wmid.Fault{At: wmid.StepLogin, Do: wmid.Hang}, facts.Timeout, "open root", "not hanging"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(h *wmid.Host) { h.Faults = []wmid.Fault{test.fault} })
			s.cfg.CallTimeout = 300 * time.Millisecond
			expectFailure(t.Context(), t, s.cfg, test.class, test.message, test.settle)
		})
	}
}

// TestDynamicPort has a firewall that lets port 135 pass and nothing else.
func TestDynamicPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := uint16(l.Addr().(*net.TCPAddr).Port)
	_ = l.Close()
	s := serve(t, func(h *wmid.Host) { h.DynamicPort = closed })
	expectFailure(t.Context(), t, s.cfg, facts.Unreachable, fmt.Sprintf("answers and names port %d, which cannot be reached", closed), "dynamic RPC ports")
}

// TestQueryFaults has what goes wrong within a query, and whether the
// connection is of use afterwards.
func TestQueryFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		fault  wmid.Fault
		broken bool
		want   string
	}{
		{"denied", wmid.Fault{At: wmid.StepQuery, Do: wmid.Status, Code: wmid.AccessDenied}, false, "access denied by WMI"},
		{"denied rows", wmid.Fault{At: wmid.StepNext, Do: wmid.Status, Code: wmid.AccessDenied}, false, "access denied by WMI"},
		{"fault", wmid.Fault{At: wmid.StepNext, Do: wmid.RPCFault, Code: 0x80010108}, true, "no longer there"},
		{"drop", wmid.Fault{At: wmid.StepNext, Do: wmid.Drop}, true, "closed the connection"},
		{"garbage", wmid.Fault{At: wmid.StepNext, Do: wmid.Garbage}, true, ""},
		{"cut", wmid.Fault{At: wmid.StepNext, Do: wmid.Cut}, true, "octets of an answer"},
		{"hang", wmid.Fault{At: wmid.StepNext, Do: wmid.Hang}, true, "timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.fault.Name = "Win32_Service"
			s := serve(t, func(h *wmid.Host) { h.Faults = []wmid.Fault{test.fault} })
			s.cfg.CallTimeout = 500 * time.Millisecond
			conn := s.dial(t)
			_, err := query(t.Context(), conn, "SELECT * FROM Win32_Service")
			if err == nil || errors.Is(err, wmi.ErrBroken) != test.broken || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v", err)
			}
			_, err = query(t.Context(), conn, "SELECT * FROM MSFT_SIPRoutingSetting")
			if (err != nil) != test.broken {
				t.Errorf("and then: %v", err)
			}
		})
	}
}

// TestStillAtWork has a class whose rows never come, while the host says that
// it is at work: the question ends with the context, and the connection stays.
func TestStillAtWork(t *testing.T) {
	t.Parallel()
	s := serve(t, func(h *wmid.Host) {
		h.Faults = []wmid.Fault{{At: wmid.StepNext, Name: "Win32_Service", Do: wmid.Status, Code: wmid.TimedOut}}
	})
	conn := s.dial(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := query(ctx, conn, "SELECT * FROM Win32_Service"); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, wmi.ErrBroken) {
		t.Errorf("%v", err)
	}
	if got, err := query(t.Context(), conn, "SELECT * FROM MSFT_SIPRoutingSetting"); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

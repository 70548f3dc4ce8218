package rtcdb

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// reply frames the text of a browser's answer.
func reply(text string) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte{svrResp}, uint16(len(text))), text...)
}

const twoInstances = `ServerName;LCS01;InstanceName;RTC;IsClustered;No;Version;8.00.194;tcp;1533;np;\\LCS01\pipe\MSSQL$RTC\sql\query;;` +
	`ServerName;LCS01;InstanceName;PAYROLL;IsClustered;No;Version;8.00.194;np;\\LCS01\pipe\MSSQL$PAYROLL\sql\query;;`

// browser answers on a UDP port, after having let pass a number of questions.
// It returns the function that dials it.
func browser(t *testing.T, silent int, answer []byte) DialFunc {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 16)
		for asked := 0; ; asked++ {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			if n != 1 || b[0] != clntUcastEx {
				t.Errorf("asked with % x", b[:n])
			}
			if answer != nil && asked >= silent {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if network != "udp" || address != "lcs01:1434" {
			t.Errorf("dialled %s %s", network, address)
		}
		return (&net.Dialer{}).DialContext(ctx, network, conn.LocalAddr().String())
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		instance        string
		silent          int
		answer          []byte
		port            int
		class           facts.Class
		message, settle string
	}{
		{"known", "rtc", 0, reply(twoInstances), 1533, "", "", ""},
		{"the first packet is lost", "rtc", 1, reply(twoInstances), 1533, "", "", ""},
		{"no TCP", "payroll", 0, reply(twoInstances), 0, facts.Unreachable, "instance PAYROLL of lcs01 accepts no TCP connections", "svrnetcn.exe"},
		{"unknown", "lcs", 0, reply(twoInstances), 0, facts.Missing, "lcs01 has no running instance lcs: its browser names PAYROLL, RTC", "name one of these"},
		{"none", "rtc", 0, reply(""), 0, facts.Missing, "its browser names none", ""},
		{"silent", "rtc", 0, nil, 0, facts.Unreachable, "(UDP port 1434) does not tell the port of instance rtc: no answer to 3 questions", `give a fixed port, as in lcs01\rtc:1433`},
		{"not a browser", "rtc", 0, []byte("hello"), 0, facts.Unreachable, "the answer is not that of an instance browser", "give a fixed port"},
		{"cut short", "rtc", 0, reply(twoInstances)[:40], 0, facts.Unreachable, "the answer is cut short: 37 octets of", ""},
		{"impossible port", "rtc", 0, reply("InstanceName;RTC;tcp;99999;;"), 0, facts.Unreachable, `the answer has a port "99999"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := address{host: "lcs01", instance: tt.instance}
			got, err := a.resolve(t.Context(), browser(t, tt.silent, tt.answer))
			if tt.port != 0 {
				if err != nil || got != (address{"lcs01", tt.instance, tt.port}) {
					t.Errorf("resolve = %+v, %v; want port %d", got, err, tt.port)
				}
				return
			}
			if err == nil {
				t.Fatalf("resolve = %+v, want an error", got)
			}
			why := collect.Reason(err)
			if why.Class != tt.class || !strings.Contains(why.Message, tt.message) || !strings.Contains(why.Settle, tt.settle) {
				t.Errorf("%+v; want class %s, message %q, settle %q", why, tt.class, tt.message, tt.settle)
			}
		})
	}
}

func TestResolveAsksNobody(t *testing.T) {
	for _, s := range []string{"lcs01", "lcs01:1533", `lcs01\rtc:1533`} {
		a, err := parseAddress(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.resolve(t.Context(), nil); err != nil || got != a {
			t.Errorf("resolve(%s) = %+v, %v", s, got, err)
		}
	}
}

func TestResolveCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	dial := browser(t, 0, nil)
	asking := func(dialCtx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(dialCtx, network, address)
		cancel()
		return conn, err
	}
	a := address{host: "lcs01", instance: "rtc"}
	if got, err := a.resolve(ctx, asking); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("resolve = %+v, %v", got, err)
	}
}

func TestParseInstances(t *testing.T) {
	got, err := parseInstances(append(reply(twoInstances), "garbage behind"...))
	want := []instance{{"RTC", 1533}, {"PAYROLL", 0}}
	if err != nil || !cmp.Equal(got, want, cmp.AllowUnexported(instance{})) {
		t.Errorf("parseInstances = %+v, %v; want %+v", got, err, want)
	}
}

func FuzzParseInstances(f *testing.F) {
	f.Add(reply(twoInstances))
	f.Add(reply("InstanceName;RTC;tcp"))
	f.Add([]byte{svrResp, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		instances, err := parseInstances(b)
		for _, in := range instances {
			if err != nil || in.name == "" || in.port < 0 || in.port > 65535 {
				t.Fatalf("parseInstances(%q) = %+v, %v", b, instances, err)
			}
		}
	})
}

package tdsd

import (
	"net"
	"testing"
	"time"
)

func TestBrowser(t *testing.T) {
	t.Parallel()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		done <- ServeBrowser(conn, "LCS01", "8.00.194", Instance{"RTC", 1533}, Instance{"PAYROLL", 0})
	}()
	const rtc = "ServerName;LCS01;InstanceName;RTC;IsClustered;No;Version;8.00.194;tcp;1533;;"
	const payroll = "ServerName;LCS01;InstanceName;PAYROLL;IsClustered;No;Version;8.00.194;;"
	client, err := (&net.Dialer{}).DialContext(t.Context(), "udp", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, tt := range []struct{ name, request, want string }{
		{"all", "\x03", rtc + payroll},
		{"all, by broadcast", "\x02", rtc + payroll},
		{"one", "\x04rtc\x00", rtc},
		{"one without TCP", "\x04Payroll\x00", payroll},
	} {
		// What cannot be answered is passed over, and the next one is answered.
		for _, request := range []string{"", "\x09", "\x04", "\x04gone\x00", tt.request} {
			if _, err := client.Write([]byte(request)); err != nil {
				t.Fatal(err)
			}
		}
		answer := make([]byte, 1024)
		if err := client.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		n, err := client.Read(answer)
		if err != nil {
			t.Fatal(err)
		}
		if want := string([]byte{5, byte(len(tt.want)), byte(len(tt.want) >> 8)}) + tt.want; string(answer[:n]) != want {
			t.Errorf("%s: got %q, want %q", tt.name, answer[:n], want)
		}
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Errorf("after the close: %v", err)
	}
}

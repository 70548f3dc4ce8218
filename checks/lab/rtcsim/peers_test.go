package rtcsim_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/lab/peer"
	"lcshealth/checks/lab/tdsd"
)

// TestFreeTDS looks at the database as a person with tsql would, in both
// layouts of the protocol.
func TestFreeTDS(t *testing.T) {
	t.Parallel()
	program := peer.Program(t, "tsql")
	const (
		password = "secret"
		batches  = "select * from Resource\ngo\n" +
			"select r.UserAtHost, d.AdUserSid, d.AdUserGuid from Resource r left join ResourceDirectory d on d.ResourceId = r.ResourceId where r.UserAtHost like 'kim%'\ngo\n" +
			"select name, xtype from sysobjects where xtype = 'U' and name like 'Resource%' order by name\ngo\n" +
			"select count(*) from Resource\ngo\nselect * from Nowhere\ngo\n"
	)
	for layout, version := range map[tdsd.Layout]string{tdsd.TDS71: "7.1", tdsd.TDS74: "7.4"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			srv := tdsd.New(tdsd.Config{
				Handler: sample(t).Handle, Layout: layout, Databases: []string{"rtc"}, Logins: map[string]string{"reader": password},
			})
			served := make(chan error, 1)
			go func() { served <- srv.Serve(context.WithoutCancel(t.Context()), ln) }()
			defer func() {
				if err := srv.Close(); err != nil {
					t.Error(err)
				}
				if err := <-served; err != nil {
					t.Error(err)
				}
			}()
			at := ln.Addr().(*net.TCPAddr)
			conf := filepath.Join(t.TempDir(), "freetds.conf")
			text := fmt.Sprintf("[lab]\nhost = %s\nport = %d\ntds version = %s\nclient charset = UTF-8\n", at.IP, at.Port, version)
			if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, program, "-S", "lab", "-U", "reader", "-P", password, "-D", "rtc", "-o", "fhq", "-t", "|")
			cmd.Env = []string{"FREETDSCONF=" + conf, "LC_ALL=C.UTF-8", "HOME=" + t.TempDir()}
			cmd.Stdin = strings.NewReader(batches)
			out, err := cmd.CombinedOutput()
			lines := strings.Split(string(out), "\n")
			for _, want := range []string{
				"1|kim@contoso.com", "2|lee@contoso.com", "3|max@fabrikam.com",
				"kim@contoso.com|010100000000000512000000|" + kimGUID,
				"Resource|U ", "ResourceDirectory|U ", "3",
				"Msg 208 (severity 16, state 1) from localhost Line 1:",
			} {
				if !slices.Contains(lines, want) {
					t.Errorf("no line is %q; tsql ended with %v and said:\n%s", want, err, out)
				}
			}
		})
	}
}

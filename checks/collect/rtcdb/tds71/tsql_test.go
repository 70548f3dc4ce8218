package tds71_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/collect/rtcdb/tds71"
	"lcshealth/checks/lab/peer"
)

// translator listens on a loopback port and connects whoever comes to the
// server, through a translator.
func translator(t *testing.T, server *net.TCPAddr) *net.TCPAddr {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = ln.Close(); all.Wait() })
	all.Go(func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			conn, err := net.DialTCP("tcp", nil, server)
			if err != nil {
				t.Error(err)
				_ = client.Close()
				continue
			}
			c := tds71.Wrap(conn, tds71.Options{})
			all.Go(func() {
				defer func() { _ = client.Close() }()
				if _, err := io.Copy(client, c); err != nil && !errors.Is(err, net.ErrClosed) {
					t.Errorf("from the server: %v", err)
				}
			})
			all.Go(func() {
				defer func() { _ = c.Close() }()
				if _, err := io.Copy(c, client); err != nil && !errors.Is(err, net.ErrClosed) {
					t.Errorf("from the client: %v", err)
				}
			})
		}
	})
	return ln.Addr().(*net.TCPAddr)
}

// tsql returns what FreeTDS prints of the answers to statements.
func tsql(t *testing.T, program string, addr *net.TCPAddr, version, conf, user, password, statements string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "freetds.conf")
	text := fmt.Sprintf("[lab]\nhost = %s\nport = %d\ntds version = %s\nclient charset = UTF-8\n%s\n", addr.IP, addr.Port, version, conf)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-S", "lab", "-U", user, "-P", password, "-D", "rtc", "-o", "q", "-t", "|")
	cmd.Env = []string{"FREETDSCONF=" + file, "LC_ALL=C.UTF-8", "HOME=" + t.TempDir()}
	cmd.Stdin = strings.NewReader(statements)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return fmt.Sprintf("%s%v\n", out.String(), err)
}

// FreeTDS, which has its own idea of both layouts, prints the same for what is
// translated as for what SQL Server 2000 itself would send it.
func TestFreeTDS(t *testing.T) {
	t.Parallel()
	program := peer.Program(t, "tsql")
	const ask = "select values\ngo\nselect two results\ngo\nselect error\ngo\nselect error after rows\ngo\nselect message\ngo\nselect nothing\ngo\nselect some\ngo\n"
	logins := map[string]struct{ conf, user, password, want string }{
		"SQL login":      {"text size = 64512", testUser, testPassword, "Invalid object name 'missing'."},
		"small packets":  {"initial block size = 512", testUser, testPassword, "|user4999|"},
		"large packets":  {"initial block size = 32512", testUser, testPassword, "|user4999|"},
		"wrong password": {"", testUser, "wrong", "Login failed for user 'reader'."},
		"NTLM":           {"use ntlmv2 = yes", `CONTOSO\reader`, testPassword, "|user4999|"},
		"wrong NTLM":     {"use ntlmv2 = yes", `CONTOSO\reader`, "wrong", "Login failed for user"},
	}
	for name, tt := range logins {
		for _, product := range []string{"8.00.2039", "8.00.194"} {
			t.Run(name+" to "+product, func(t *testing.T) {
				t.Parallel()
				cfg := legacy()
				cfg.ProductVersion = product
				cfg.Logins = map[string]string{testUser: testPassword}
				cfg.NTLMUsers = map[string]string{`CONTOSO\reader`: testPassword}
				_, addr := start(t, cfg)
				want := tsql(t, program, addr, "7.1", tt.conf, tt.user, tt.password, ask)
				if !strings.Contains(want, tt.want) {
					t.Fatalf("7.1 directly printed %.2000s", want)
				}
				through := translator(t, addr)
				for _, version := range []string{"7.2", "7.3", "7.4"} {
					got := tsql(t, program, through, version, tt.conf, tt.user, tt.password, ask)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("(-7.1 directly, +%s translated):\n%.2000s", version, diff)
					}
				}
			})
		}
	}
}

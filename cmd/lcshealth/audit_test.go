package main

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/lab"
	"lcshealth/checks/lab/peer/pgtest"
	"lcshealth/config"
	"lcshealth/report/history"
	"lcshealth/report/notify"

	"github.com/rogpeppe/go-internal/testscript"
)

// receiver takes what webhooks post, and remembers how often each message came.
type receiver struct {
	mu  sync.Mutex
	got map[string]int // by Idempotency-Key
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	_, _ = io.Copy(io.Discard, request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got[request.Header.Get("Idempotency-Key")]++
}

// auditing is a lab as it is and as it is broken, with one history and one
// channel.
func auditing(t *testing.T, url string) (files []string, path string) {
	t.Helper()
	dir := t.TempDir()
	path = filepath.Join(dir, "history.db")
	t.Setenv("LCSHEALTH_TEST_HOOK", url)
	for i, faults := range [][]string{nil, {"user-not-enabled"}} {
		l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Users: 20, Faults: faults})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		cfg, err := config.Load(l.Config())
		if err != nil {
			t.Fatal(err)
		}
		cfg.History.Path = path
		cfg.Notify.Webhooks = []config.Webhook{{Name: "hook", URL: config.Secret{Env: "LCSHEALTH_TEST_HOOK"}}}
		file := filepath.Join(dir, []string{"sound.yaml", "broken.yaml"}[i])
		if err := writeConfig(file, cfg); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files, path
}

// Audits that are killed at any moment lose no run and no message, store no half
// run, and send nothing for ever.
func TestAuditKilled(t *testing.T) {
	hook := &receiver{got: map[string]int{}}
	server := httptest.NewServer(hook)
	defer server.Close()
	configs, path := auditing(t, server.URL)
	audit := func(file string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), "lcshealth", "audit", "--quiet", "-c", file)
		c.Stderr = os.Stderr
		return c
	}
	began := time.Now()
	_ = audit(configs[0]).Run() // the exit code tells of findings
	whole := time.Since(began)

	kills := 50
	if testing.Short() {
		kills = 10
	}
	killed := 0
	for i := range kills {
		c := audit(configs[i%2])
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		end := time.AfterFunc(rand.N(whole*5/4), func() { _ = c.Process.Kill() })
		_ = c.Wait()
		end.Stop()
		if !c.ProcessState.Exited() {
			killed++
		}
	}
	if killed == 0 {
		t.Fatal("every audit ended before it was killed, so this test shows nothing")
	}
	for _, file := range configs {
		_ = audit(file).Run()
	}

	store, err := history.Open(t.Context(), history.Options{DSN: path, MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Check(t.Context()); err != nil {
		t.Error(err)
	}
	deliverAll(t, store, configs[0])
	told := messagesByRun(t, store)
	runs, err := store.Runs(t.Context(), history.Filter{})
	if err != nil || len(runs) < 3 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	for i := range runs {
		r, err := store.Report(t.Context(), runs[i].ID)
		if err != nil || len(r.Findings) == 0 {
			t.Errorf("run %s: %v", runs[i].ID, err)
		}
		// Runs come last first. One that differs from the run before it has a message.
		if i+1 < len(runs) && runs[i].Config != runs[i+1].Config && told[runs[i].ID] == 0 {
			t.Errorf("run %s found something else than the one before, and no message tells it", runs[i].ID)
		}
	}
	t.Logf("%d of %d audits were killed; %d runs, %d messages", killed, kills, len(runs), len(hook.got))
	hook.mu.Lock()
	defer hook.mu.Unlock()
	for key, n := range hook.got {
		if n > 3 {
			t.Errorf("message %s was sent %d times", key, n)
		}
	}
}

// deliverAll delivers what is still in the outbox once nobody's lease holds it.
func deliverAll(t *testing.T, store *history.Store, file string) {
	t.Helper()
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAuditor(store, &cfg.Notify)
	if err != nil {
		t.Fatal(err)
	}
	a.Now = func() time.Time { return time.Now().Add(12 * time.Hour) }
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := a.Deliver(ctx); err != nil {
		t.Fatal(err)
	}
	pending, err := store.Pending(t.Context(), "")
	if err != nil || len(pending) > 0 {
		t.Errorf("%d messages were not delivered, %v", len(pending), err)
	}
}

// messagesByRun counts the messages of each run, all of which must have been
// sent.
func messagesByRun(t *testing.T, store *history.Store) map[string]int {
	t.Helper()
	messages, err := store.Messages(t.Context(), "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range messages {
		if m.State != history.Sent {
			t.Errorf("message %d is %s: %s", m.ID, m.State, m.LastError)
		}
		var n notify.Notification
		if err := json.Unmarshal(m.Payload, &n); err != nil {
			t.Error(err)
		}
		out[m.RunID]++
	}
	return out
}

// Of two audits of one scope at the same time, one runs and the other says so.
func TestAuditTwice(t *testing.T) {
	configs, _ := auditing(t, "http://127.0.0.1:1")
	cfg, err := config.Load(configs[0])
	if err != nil {
		t.Fatal(err)
	}
	_, release, err := holdScope(t.Context(), nil, cfg, "default")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "lcshealth", "audit", "--quiet", "-c", configs[0])
	out, _ := c.CombinedOutput()
	if want := "lcshealth: an audit of scope default is running since"; c.ProcessState.ExitCode() != 4 || len(out) < len(want) || string(out[:len(want)]) != want {
		t.Errorf("exit code %d, %s", c.ProcessState.ExitCode(), out)
	}
	release()
	c = exec.CommandContext(t.Context(), "lcshealth", "audit", "--quiet", "-c", configs[0])
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("after the other ended: %v\n%s", err, out)
	}
}

// Audits of several computers share one PostgreSQL database, whose address is a
// secret, and keep out of each other's way.
func TestAuditPostgres(t *testing.T) {
	dsn := pgtest.Start(t).Database(t, "audits")
	configs, _ := auditing(t, "http://127.0.0.1:1")
	cfg, err := config.Load(configs[0])
	if err != nil {
		t.Fatal(err)
	}
	cfg.Notify.Webhooks, cfg.History.Postgres = nil, config.Secret{Env: "LCSHEALTH_TEST_DSN"}
	t.Setenv("LCSHEALTH_TEST_DSN", dsn)
	if err := writeConfig(configs[0], cfg); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, int) {
		c := exec.CommandContext(t.Context(), "lcshealth", append(args, "-c", configs[0])...)
		out, _ := c.CombinedOutput()
		return string(out), c.ProcessState.ExitCode()
	}
	if out, code := run("audit", "--quiet"); code != 0 || !strings.HasPrefix(out, "default: first audit: nothing is present") {
		t.Fatalf("the first audit: exit code %d, %s", code, out)
	}
	store, err := openHistory(t.Context(), cfg, true)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	_, release, err := holdScope(t.Context(), store, cfg, "default")
	if err != nil {
		t.Fatal(err)
	}
	if out, code := run("audit", "--quiet"); code != 4 || !strings.Contains(out, "somebody else is at it") || strings.Contains(out, dsn) {
		t.Errorf("while the scope is audited elsewhere: exit code %d, %s", code, out)
	}
	release()
	if out, code := run("audit", "--quiet"); code != 0 || out != "" {
		t.Errorf("the second audit: exit code %d, %s", code, out)
	}
	if out, code := run("history", "list"); code != 0 || strings.Count(out, "  default  ") != 2 {
		t.Errorf("history list: exit code %d, %s", code, out)
	}
}

// The web page keeps its runs in PostgreSQL as it does in a file.
func TestServePostgres(t *testing.T) {
	dsn := pgtest.Start(t).Database(t, "served")
	t.Run("script", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Files: []string{filepath.Join("testdata", "serve.txtar")}, RequireExplicitExec: true, Cmds: commands,
			Setup: func(env *testscript.Env) error {
				env.Setenv("LCSHEALTH_HISTORY_POSTGRES_ENV", "LCSHEALTH_TEST_DSN")
				env.Setenv("LCSHEALTH_TEST_DSN", dsn)
				return nil
			},
		})
	})
	store, err := history.Open(t.Context(), history.Options{DSN: dsn, MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	runs, err := store.Runs(t.Context(), history.Filter{})
	if err != nil || len(runs) != 1 {
		t.Errorf("%d runs are in the database: %v", len(runs), err)
	}
}

package runner

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/notify"
)

// Audits that are missing are told to a channel once, by the real auditor and
// its history; an audit that ends again is told, too.
func TestTroubleIsTold(t *testing.T) {
	t.Parallel()
	r := reporttest.Sample()
	now := r.Run.FinishedAt
	clock := func() time.Time { return now }
	store, err := history.Open(t.Context(), history.Options{DSN: filepath.Join(t.TempDir(), "history.db"), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Save(t.Context(), history.Record{Scope: "default", Report: r}); err != nil {
		t.Fatal(err)
	}
	auditor := &audit.Auditor{Store: store, Rules: []notify.Rules{{Channel: "operators"}}, Now: clock}
	runner := New(Options{Scopes: []Scope{{"default", daily(t, "@daily")}}, History: store, Trouble: auditor.Trouble, Now: clock})
	for hours, want := range []int{0: 0, 52: 0, 53: 1, 54: 1} {
		if hours < 52 && hours > 0 {
			continue
		}
		now = r.Run.FinishedAt.Add(time.Duration(hours) * time.Hour)
		if err := runner.stale(t.Context()); err != nil {
			t.Fatal(err)
		}
		messages, err := store.Pending(t.Context(), "default")
		if err != nil || len(messages) != want {
			t.Fatalf("after %d hours %d messages wait, %v", hours, len(messages), err)
		}
		if want > 0 && !strings.Contains(string(messages[0].Payload), "audits-stale") {
			t.Errorf("%s", messages[0].Payload)
		}
	}
}

// lines is a log.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// What is done now and then goes on after it has failed, until the end.
func TestEvery(t *testing.T) {
	t.Parallel()
	log := &lines{}
	r := New(Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	times := make(chan struct{})
	r.every(ctx, time.Microsecond, "deliver messages", func(context.Context) error {
		times <- struct{}{}
		return errors.New("no route to host")
	})
	for range 3 {
		<-times
	}
	cancel()
	go func() {
		for range times { // one may be under way
		}
	}()
	r.ending.Wait()
	close(times)
	if !strings.Contains(log.b.String(), `msg="cannot deliver messages" error="no route to host"`) {
		t.Errorf("the log is %s", log.b.String())
	}
}

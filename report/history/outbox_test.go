package history_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report/history"
)

func init() {
	suite["messages reach somebody"] = func(t *testing.T, b backend) {
		s := b.open(t)
		ctx, now := t.Context(), day(1).Truncate(time.Microsecond)
		message := func(payload string, notBefore time.Time) history.Message {
			return history.Message{Channel: "mail", Payload: []byte(payload), CreatedAt: now, NotBefore: notBefore}
		}
		record := history.Record{Scope: "a", Report: night(0, finding(checks.Present)), Messages: []history.Message{message("now", now), message("later", now.Add(time.Hour)), message("too", time.Time{})}}
		if err := s.Save(ctx, record); err != nil {
			t.Fatal(err)
		}
		payloads := func(m []history.Message, err error) string {
			var out []string
			for _, m := range must[[]history.Message](t)(m, err) {
				out = append(out, string(m.Payload))
			}
			return strings.Join(out, " ")
		}
		first := must[[]history.Message](t)(s.Due(ctx, now, 1))
		if len(first) != 1 || first[0].Claim == "" {
			t.Fatalf("due: %+v", first)
		}
		m := first[0]
		m.ID, m.Claim = 0, ""
		same(t, "message", history.Message{Scope: "a", RunID: "run-0000", Channel: "mail", Payload: []byte("now"), CreatedAt: now, NotBefore: now, State: history.Pending}, m)
		second := must[[]history.Message](t)(s.Due(ctx, now, 0))
		same(t, "the rest", "too", payloads(second, nil))
		same(t, "leased", "", payloads(s.Due(ctx, now.Add(history.DefaultLease-time.Second), 0)))
		same(t, "pending", "now later too", payloads(s.Pending(ctx, "a")))

		if err := s.Retry(ctx, first[0], now.Add(time.Minute), "connection refused"); err != nil {
			t.Error(err)
		}
		same(t, "too early", "", payloads(s.Due(ctx, now.Add(59*time.Second), 0)))
		again := must[[]history.Message](t)(s.Due(ctx, now.Add(time.Minute), 0))
		if len(again) != 1 || again[0].Attempts != 1 || again[0].LastError != "connection refused" {
			t.Fatalf("again: %+v", again)
		}
		if err := s.Retry(ctx, first[0], now, "late"); !errors.Is(err, history.ErrLost) {
			t.Errorf("of an old claim: %v", err)
		}
		if err := s.Sent(ctx, again[0]); err != nil {
			t.Error(err)
		}
		// The process that has the other message dies; its lease runs out.
		after := now.Add(history.DefaultLease)
		taken := must[[]history.Message](t)(s.Due(ctx, after, 0))
		same(t, "after the lease", "too", payloads(taken, nil))
		if err := s.GiveUp(ctx, second[0], "late"); !errors.Is(err, history.ErrLost) {
			t.Errorf("of a lost claim: %v", err)
		}
		if err := s.GiveUp(ctx, taken[0], "no such channel"); err != nil {
			t.Error(err)
		}
		same(t, "never", "", payloads(s.Due(ctx, after, 0)))
		same(t, "sent", "now", payloads(s.Messages(ctx, "a", history.Sent, 0)))
		same(t, "given up", "too", payloads(s.Messages(ctx, "", history.GivenUp, 5)))
		same(t, "left", "later", payloads(s.Pending(ctx, "")))
		// It got through after all.
		if err := s.Sent(ctx, second[0]); err != nil {
			t.Error(err)
		}
		same(t, "sent", "now too", payloads(s.Messages(ctx, "a", history.Sent, 0)))
	}
	suite["no message goes to two"] = func(t *testing.T, b backend) {
		dsn := b.dsn(t)
		s := opened(t, history.Options{DSN: dsn})
		var messages []history.Message
		const all = 100
		for i := range all {
			messages = append(messages, history.Message{Channel: "mail", Payload: fmt.Append(nil, i)})
		}
		if err := s.Queue(t.Context(), "a", messages, nil); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		got := map[string]int{}
		var wait sync.WaitGroup
		for range 4 {
			claimer := opened(t, history.Options{DSN: dsn})
			wait.Go(func() {
				for {
					due, err := claimer.Due(t.Context(), day(0), 7)
					if err != nil {
						t.Error(err)
					}
					if len(due) == 0 {
						return
					}
					for _, m := range due {
						mu.Lock()
						got[string(m.Payload)]++
						mu.Unlock()
						if err := claimer.Sent(t.Context(), m); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wait.Wait()
		for payload, n := range got {
			if n != 1 {
				t.Errorf("message %s was handed out %d times", payload, n)
			}
		}
		if left := must[[]history.Message](t)(s.Pending(t.Context(), "")); len(got) != all || len(left) > 0 {
			t.Errorf("%d were handed out, %d are left", len(got), len(left))
		}
	}
	suite["locks"] = func(t *testing.T, b backend) {
		clock := day(0)
		s := opened(t, history.Options{DSN: b.dsn(t), Now: func() time.Time { return clock }})
		ctx := t.Context()
		lock := must[*history.Lock](t)(s.Lock(ctx, "a", "process 7 on audit01", time.Hour))
		_, err := s.Lock(ctx, "a", "another", time.Hour)
		if !errors.Is(err, history.ErrHeld) || !strings.Contains(err.Error(), "process 7 on audit01 since 2026-03-01T02:00:00Z, until 2026-03-01T03:00:00Z") {
			t.Errorf("held: %v", err)
		}
		if _, err := s.Lock(ctx, "b", "another", 0); err == nil {
			t.Error("a lease of nothing")
		}
		clock = clock.Add(59 * time.Minute)
		if err := lock.Renew(ctx, time.Hour); err != nil {
			t.Error(err)
		}
		clock = clock.Add(59 * time.Minute)
		if owner, until, ok, err := s.Holder(ctx, "a"); owner != "process 7 on audit01" || !ok || err != nil || !until.After(clock) {
			t.Error(owner, until, ok, err)
		}
		clock = clock.Add(time.Minute)
		next := must[*history.Lock](t)(s.Lock(ctx, "a", "another", time.Hour))
		if err := lock.Renew(ctx, time.Hour); !errors.Is(err, history.ErrLost) {
			t.Errorf("lost: %v", err)
		}
		for range 2 {
			if err := lock.Unlock(ctx); err != nil {
				t.Error(err)
			}
		}
		if owner, _, ok, err := s.Holder(ctx, "a"); owner != "another" || !ok || err != nil {
			t.Error(owner, ok, err)
		}
		if err := next.Unlock(ctx); err != nil {
			t.Error(err)
		}
		if _, _, ok, err := s.Holder(ctx, "a"); ok || err != nil {
			t.Error("still held", err)
		}
		var wait sync.WaitGroup
		won := make(chan *history.Lock, 8)
		for range cap(won) {
			wait.Go(func() {
				lock, err := s.Lock(ctx, "c", "one of many", time.Hour)
				if err == nil {
					won <- lock
				} else if !errors.Is(err, history.ErrHeld) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if len(won) != 1 {
			t.Errorf("%d hold the lock", len(won))
		}
	}
}

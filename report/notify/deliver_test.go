package notify_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/report/history"
	"lcshealth/report/notify"
)

// memory is an outbox that forgets everything when the test ends.
type memory struct {
	mu       sync.Mutex
	messages []history.Message
	broken   error // what it answers when it is told something
}

func (b *memory) add(t *testing.T, channel string, created time.Time) int64 {
	t.Helper()
	n := notify.TrialOf(created, channel, "contoso")
	m, err := notify.Planned{Channel: channel, Notification: n, NotBefore: created}.Message()
	if err != nil {
		t.Fatal(err)
	}
	m.ID = int64(len(b.messages) + 1)
	b.messages = append(b.messages, m)
	return m.ID
}

func (b *memory) Due(_ context.Context, now time.Time, limit int) ([]history.Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []history.Message
	for _, m := range b.messages {
		if m.State == history.Pending && !m.NotBefore.After(now) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b history.Message) int { return cmp.Compare(a.ID, b.ID) })
	return out[:min(len(out), limit)], nil
}

func (b *memory) set(ctx context.Context, id int64, change func(*history.Message)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.broken != nil {
		return b.broken
	}
	change(&b.messages[id-1])
	return nil
}

func (b *memory) Sent(ctx context.Context, sent history.Message) error {
	return b.set(ctx, sent.ID, func(m *history.Message) { m.State = history.Sent; m.Attempts++ })
}

func (b *memory) Retry(ctx context.Context, back history.Message, notBefore time.Time, why string) error {
	return b.set(ctx, back.ID, func(m *history.Message) { m.NotBefore, m.LastError = notBefore, why; m.Attempts++ })
}

func (b *memory) GiveUp(ctx context.Context, lost history.Message, why string) error {
	return b.set(ctx, lost.ID, func(m *history.Message) { m.State, m.LastError = history.GivenUp, why; m.Attempts++ })
}

// wire is a channel that does what a function says.
type wire struct {
	name string
	send func(context.Context, notify.Envelope) (string, error)
}

func (w *wire) Name() string { return w.name }
func (w *wire) Send(ctx context.Context, e notify.Envelope) (string, error) {
	return w.send(ctx, e)
}

// setting is a delivery whose clock stands still and whose chance is none.
func setting(now *time.Time) notify.Delivery {
	return notify.Delivery{Now: func() time.Time { return *now }, Jitter: func() float64 { return 0.5 }}
}

func TestDeliver(t *testing.T) {
	now, box, got := noon, &memory{}, []string{}
	box.add(t, "a", noon)
	box.add(t, "a", noon.Add(time.Second))
	box.add(t, "a", noon.Add(2*time.Hour)) // not due
	a := &wire{"a", func(_ context.Context, e notify.Envelope) (string, error) {
		got = append(got, fmt.Sprintf("%s attempt %d", e.Key, e.Attempt))
		return "ok\r\nX: y", nil
	}}
	now = now.Add(time.Minute)
	out, err := notify.Deliver(t.Context(), box, []notify.Channel{a}, setting(&now))
	if err != nil || len(out) != 2 || out[0].State != history.Sent || out[0].Reply != "ok X: y" || !out[0].Recorded {
		t.Errorf("%+v, %v", out, err)
	}
	if len(got) != 2 || got[0] == got[1] || !strings.HasPrefix(got[0], notify.Key(box.messages[0])) {
		t.Errorf("sent %v", got)
	}
	if out, err = notify.Deliver(t.Context(), box, []notify.Channel{a}, setting(&now)); err != nil || len(out) != 0 {
		t.Errorf("sent again: %+v, %v", out, err)
	}
}

func TestPauses(t *testing.T) {
	now, box := noon, &memory{}
	id := box.add(t, "a", noon)
	keys := map[string]bool{}
	failing := &wire{"a", func(_ context.Context, e notify.Envelope) (string, error) {
		keys[e.Key] = true
		if e.Attempt == 4 {
			return "", &notify.Refusal{After: 90 * time.Minute, Err: errors.New("later")}
		}
		return "", errors.New("down\x1b[31m")
	}}
	var pauses []time.Duration
	for box.messages[id-1].State == history.Pending {
		out, err := notify.Deliver(t.Context(), box, []notify.Channel{failing}, setting(&now))
		if err != nil || len(out) != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		if out[0].State == history.Pending {
			pauses = append(pauses, out[0].Next.Sub(now))
			now = out[0].Next.Add(-time.Second)
			if early, _ := notify.Deliver(t.Context(), box, []notify.Channel{failing}, setting(&now)); len(early) != 0 {
				t.Fatal("it is tried before its time")
			}
			now = out[0].Next
		}
	}
	want := []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 90 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour}
	if !slices.Equal(pauses[:len(want)], want) {
		t.Errorf("pauses %v", pauses)
	}
	if m := box.messages[id-1]; m.State != history.GivenUp || m.Attempts > 50 || now.Sub(noon) > 73*time.Hour+time.Minute || m.LastError != "down\ufffd" {
		t.Errorf("it ended %s after %d attempts and %s: %q", m.State, m.Attempts, now.Sub(noon), m.LastError)
	}
	if len(keys) != 1 {
		t.Errorf("its key changes: %v", keys)
	}
}

func TestGivesUp(t *testing.T) {
	now := noon
	run := func(d notify.Delivery, created time.Time, err error) history.State {
		box := &memory{}
		box.add(t, "a", created)
		a := &wire{"a", func(context.Context, notify.Envelope) (string, error) { return "", err }}
		if _, err := notify.Deliver(t.Context(), box, []notify.Channel{a}, d); err != nil {
			t.Fatal(err)
		}
		return box.messages[0].State
	}
	few := setting(&now)
	few.MaxAttempts = 1
	for name, tt := range map[string]struct {
		got, want history.State
	}{
		"for now":           {run(setting(&now), noon, errors.New("down")), history.Pending},
		"for good":          {run(setting(&now), noon, notify.Permanent("no such user")), history.GivenUp},
		"attempts":          {run(few, noon, errors.New("down")), history.GivenUp},
		"age":               {run(setting(&now), noon.Add(-73*time.Hour), errors.New("down")), history.GivenUp},
		"old, but it works": {run(setting(&now), noon.Add(-73*time.Hour), nil), history.Sent},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: it is %s", name, tt.got)
		}
	}
}

// A channel that hangs, one that panics and one that nobody knows hold up none
// of the others, however many messages wait for them.
func TestDeadChannels(t *testing.T) {
	now, box := noon, &memory{}
	for range 150 {
		box.add(t, "dead", noon)
		box.add(t, "unknown", noon)
	}
	box.add(t, "panics", noon)
	for range 3 {
		box.add(t, "well", noon)
	}
	tries, sent := 0, 0
	d := setting(&now)
	d.Timeout = time.Millisecond
	out, err := notify.Deliver(t.Context(), box, []notify.Channel{
		&wire{"dead", func(ctx context.Context, _ notify.Envelope) (string, error) {
			tries++
			<-ctx.Done()
			return "", ctx.Err()
		}},
		&wire{"panics", func(context.Context, notify.Envelope) (string, error) { panic("oh") }},
		&wire{"well", func(context.Context, notify.Envelope) (string, error) { sent++; return "", nil }},
	}, d)
	if err != nil || tries != 1 || sent != 3 || len(out) != 5 {
		t.Errorf("%d tries, %d sent, %d outcomes, %v", tries, sent, len(out), err)
	}
	for _, o := range out {
		want := map[string]string{"dead": "context deadline exceeded (no end within 1ms)", "panics": "send to channel panics: internal error: oh"}[o.Channel]
		if o.Why != want {
			t.Errorf("%s: %q", o.Channel, o.Why)
		}
	}
	now = now.Add(73 * time.Hour) // a channel that nobody configures any more
	out, _ = notify.Deliver(t.Context(), box, nil, d)
	if len(out) != 301 {
		t.Errorf("%d outcomes", len(out))
	}
	for _, o := range out {
		if o.State != history.GivenUp || o.Why != "the configuration has no channel "+o.Channel {
			t.Fatalf("%+v", o)
		}
	}
}

// What the outbox cannot be told is sent again, and what is broken off counts
// for nothing.
func TestAtLeastOnce(t *testing.T) {
	now, box := noon, &memory{broken: errors.New("disk full")}
	box.add(t, "a", noon)
	sent := 0
	a := &wire{"a", func(context.Context, notify.Envelope) (string, error) { sent++; return "", nil }}
	out, err := notify.Deliver(t.Context(), box, []notify.Channel{a}, setting(&now))
	if fmt.Sprint(err) != "note that message 1 to channel a is sent: disk full" || out[0].Recorded {
		t.Errorf("%+v, %v", out, err)
	}
	box.broken = nil
	ctx, cancel := context.WithCancel(t.Context())
	a.send = func(context.Context, notify.Envelope) (string, error) { sent++; cancel(); return "", nil }
	if _, err = notify.Deliver(ctx, box, []notify.Channel{a}, setting(&now)); err != nil || sent != 2 || box.messages[0].State != history.Sent {
		t.Errorf("sent %d times, %s, %v", sent, box.messages[0].State, err)
	}

	box.add(t, "a", noon)
	ctx, cancel = context.WithCancel(t.Context())
	a.send = func(ctx context.Context, _ notify.Envelope) (string, error) { cancel(); return "", ctx.Err() }
	if out, err = notify.Deliver(ctx, box, []notify.Channel{a}, setting(&now)); err != nil || len(out) != 0 || box.messages[1].Attempts != 0 {
		t.Errorf("%+v, %v", out, err)
	}

	box = &memory{messages: []history.Message{{ID: 1, Channel: "a", Payload: []byte("{"), CreatedAt: noon, State: history.Pending}}}
	if out, err = notify.Deliver(t.Context(), box, []notify.Channel{a}, setting(&now)); err != nil || out[0].State != history.GivenUp {
		t.Errorf("a message that cannot be read: %+v, %v", out, err)
	}
}

func TestTest(t *testing.T) {
	a := &wire{"a", func(_ context.Context, e notify.Envelope) (string, error) {
		e.Steps.Add("connected to %s", "mail\r\n1")
		if e.Notification.Occasion != notify.Trial || e.Report != nil {
			t.Errorf("%+v", e)
		}
		return "250 queued", nil
	}}
	steps, err := notify.Test(t.Context(), a, "contoso", noon)
	if err != nil || !slices.Equal(steps, []string{"connected to mail 1", "accepted: 250 queued"}) {
		t.Errorf("%q, %v", steps, err)
	}
	a.send = func(_ context.Context, e notify.Envelope) (string, error) {
		e.Steps.Add("connected")
		return "", errors.New("refused")
	}
	steps, err = notify.Test(t.Context(), a, "contoso", noon)
	if fmt.Sprint(err) != "test channel a: refused" || len(steps) != 1 {
		t.Errorf("%q, %v", steps, err)
	}
}

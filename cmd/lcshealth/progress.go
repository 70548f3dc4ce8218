package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"lcshealth/checks/facts"

	"golang.org/x/term"
)

// progress tells a waiting person what is going on, once a run takes longer
// than a second: on a terminal in one line that is written over, elsewhere as a
// line now and then.
type progress struct {
	out      io.Writer
	terminal bool
	every    time.Duration

	mu      sync.Mutex
	running map[string]*doing // by source and target
	drawn   bool
	done    chan struct{}
	ended   sync.WaitGroup
}

func newProgress(a *app) *progress {
	p := &progress{out: a.stderr, every: 10 * time.Second, running: map[string]*doing{}, done: make(chan struct{})}
	if f, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal, p.every = true, 250*time.Millisecond
	}
	if a.quiet {
		p.out = io.Discard
	}
	p.ended.Go(p.loop)
	return p
}

func (p *progress) loop() {
	select {
	case <-p.done:
		return
	case <-time.After(time.Second):
	}
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		p.draw()
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
	}
}

// doing is what a source is at.
type doing struct {
	since time.Time // when it began with this
	what  string    // "accounts"; empty if it counts nothing yet
	first int       // how many there were then
	n     int
}

// String gives it as ": 12000 accounts, 8000/s".
func (d *doing) String() string {
	if d.what == "" {
		return ""
	}
	text := fmt.Sprintf(": %d %s", d.n, d.what)
	if took := time.Since(d.since).Seconds(); took >= 1 {
		text += fmt.Sprintf(", %.0f/s", float64(d.n-d.first)/took)
	}
	return text
}

// step takes what a source is at.
func (p *progress) step(source, target, what string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := source + " " + target
	if p.running[key] == nil || p.running[key].what != what {
		p.running[key] = &doing{since: time.Now(), what: what, first: n}
	}
	p.running[key].n = n
}

// finished takes that a source is done.
func (p *progress) finished(s facts.Source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, s.Name+" "+s.Target)
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var parts []string
	for key, what := range p.running {
		parts = append(parts, key+what.String())
	}
	slices.SortFunc(parts, cmp.Compare)
	line := "reading: " + strings.Join(parts, " · ")
	if len(parts) == 0 {
		line = "working …"
	}
	if !p.terminal {
		fmt.Fprintln(p.out, "lcshealth:", line)
		return
	}
	const most = 100
	if runes := []rune(line); len(runes) > most {
		line = string(runes[:most]) + "…"
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
	p.drawn = true
}

// stop ends the progress and clears its line.
func (p *progress) stop() {
	close(p.done)
	p.ended.Wait()
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

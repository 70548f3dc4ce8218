package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lcshealth/checks/facts"
)

// Nothing is said of a run that is over within a second, and then what each
// source is at, with its rate.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&app{stderr: &out})
		p.step("directory", "dc1", "", 0)
		p.step("rtcdb", "lcs01", "", 0)
		p.step("host", "lcs01", "", 0)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		if out.Len() > 0 {
			t.Errorf("before the second is over: %q", out.String())
		}
		p.finished(facts.Source{Name: "host", Target: "lcs01"})
		p.step("directory", "dc1", "accounts", 1000)
		time.Sleep(2 * time.Second)
		p.step("directory", "dc1", "accounts", 9000)
		time.Sleep(2*time.Second + 9*time.Second)
		synctest.Wait()
		p.stop()
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if want := "lcshealth: reading: directory dc1: 1000 accounts · rtcdb lcs01"; lines[0] != want {
			t.Errorf("got %q, want %q", lines[0], want)
		}
		if want := "lcshealth: reading: directory dc1: 9000 accounts, 762/s · rtcdb lcs01"; len(lines) != 2 || lines[1] != want {
			t.Errorf("got %q, want %q", lines[1:], want)
		}
	})
}

func TestProgressQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&app{stderr: &out, quiet: true})
		time.Sleep(time.Minute)
		p.stop()
		if out.Len() > 0 {
			t.Errorf("%q", out.String())
		}
	})
}

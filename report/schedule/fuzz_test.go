package schedule

import (
	"strings"
	"testing"
	"time"
)

func FuzzParse(f *testing.F) {
	for _, s := range [][2]string{
		{"15 2 * * *", ""}, {"@daily", "Europe/Berlin"}, {"CRON_TZ=UTC */5 1-3 ? jan mon-7/2", ""}, {"TZ=", "x"}, {"TZ= 0 0 29 2 *", ""},
		{"0 0 31 2 *", "UTC"}, {"@every 1h", ""}, {"*-5 1,,2 * * *", ""}, {"0 0 1 * 0-7", "Asia/Tokyo"},
	} {
		f.Add(s[0], s[1])
	}
	from := time.Date(2026, 11, 22, 4, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr, zone string) {
		s, err := Parse(expr, zone)
		if err != nil {
			return
		}
		next := s.Next(from)
		if !next.After(from) || next.After(from.AddDate(9, 0, 0)) {
			t.Errorf("%q runs at %s", expr, next)
		}
		if missed, ok := s.Missed(from, next); !ok || !missed.Equal(next) {
			t.Errorf("%q: the run at %s is not missed then: %s", expr, next, missed)
		}
		if again := mustParse(t, s.String(), ""); !sameTimes(again, s) {
			t.Errorf("%q is another schedule as %q", expr, s)
		}
		if again := mustParse(t, s.crontab(), s.zone); !sameTimes(again, s) {
			t.Errorf("%q is another schedule as %q", expr, s.crontab())
		}
		if text := s.String() + strings.Join(s.OnCalendar(), ""); printable(text) != nil {
			t.Errorf("%q is written as %q", expr, text)
		}
	})
}

func FuzzQuote(f *testing.F) {
	for _, text := range awkward {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" || printable(text) != nil {
			return
		}
		if got := splitWindows("x " + windowsQuote(text) + " y"); len(got) != 3 || got[1] != text {
			t.Errorf("windows: %q is %q, which is %q", text, windowsQuote(text), got)
		}
		if m := variable.FindString(windowsQuote(text)); m != "" {
			t.Errorf("windows: %q in %q", m, windowsQuote(text))
		}
		if got := unquoteSystemd(systemdQuote(text, true)); got != text {
			t.Errorf("systemd: %q is %q, which is %q", text, systemdQuote(text, true), got)
		}
		for name, cron := range crons {
			if got := unquoteShell(cron(shellQuote(text) + " y")); got != text+" y" {
				t.Errorf("%s: %q is %q, which is %q", name, text, shellQuote(text), got)
			}
		}
	})
}

// unquoteSystemd reads a word of a command as systemd.syntax(7) says.
func unquoteSystemd(word string) string {
	if inner, ok := strings.CutPrefix(word, `"`); ok {
		word = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(strings.TrimSuffix(inner, `"`))
	}
	return strings.NewReplacer("%%", "%", "$$", "$").Replace(word)
}

// unquoteShell reads a word as sh does that only has quotes and backslashes.
func unquoteShell(word string) string {
	var out strings.Builder
	quote := byte(0)
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == c && c != 0:
			quote = 0
		case quote == 0 && c == '\\' && i+1 < len(word):
			i++
			out.WriteByte(word[i])
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func FuzzFileName(f *testing.F) {
	f.Add("default", "Default")
	f.Add("a b", "a-b")
	f.Fuzz(func(t *testing.T, a, b string) {
		if a != b && strings.EqualFold(fileName(a), fileName(b)) {
			t.Errorf("%q and %q share the name %q", a, b, fileName(a))
		}
	})
}

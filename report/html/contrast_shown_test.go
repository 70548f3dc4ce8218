package html

import "testing"

// What is drawn must be readable on the colours that it is drawn on (WCAG 2.2,
// 1.4.3), and lines must be seen (1.4.11).
func TestContrastOfDrawings(t *testing.T) {
	for i, colors := range themes(t) {
		check := func(front, back string, least float64) {
			t.Helper()
			if c := contrast(t, colors[front], colors[back]); c < least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want at least %.1f", [...]string{"light", "dark"}[i], front, back, c, least)
			}
		}
		for _, back := range []string{"critical-soft", "major-soft", "minor-soft", "info-soft", "unsure-soft"} {
			check("muted", back, 4.5)
			check("unsure", back, 4.5)
		}
		for _, back := range []string{"card", "soft"} {
			check("edge", back, 3)
			for _, front := range []string{"critical", "major", "minor", "info", "clear", "unsure"} {
				check(front, back, 3)
			}
		}
	}
}

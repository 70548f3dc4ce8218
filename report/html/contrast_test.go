package html

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

var variable = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)

// themes returns the colours of the light and the dark theme.
func themes(t *testing.T) [2]map[string]string {
	t.Helper()
	var out [2]map[string]string
	roots := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(style, -1)
	if len(roots) != 2 {
		t.Fatalf("found %d themes, want 2", len(roots))
	}
	for i, root := range roots {
		out[i] = map[string]string{}
		for _, v := range variable.FindAllStringSubmatch(root[1], -1) {
			out[i][v[1]] = v[2]
		}
	}
	return out
}

// Text must be readable: WCAG 2.2, success criterion 1.4.3, level AA.
func TestContrast(t *testing.T) {
	for i, colors := range themes(t) {
		theme := [...]string{"light", "dark"}[i]
		check := func(text, background string) {
			t.Helper()
			if colors[text] == "" || colors[background] == "" {
				t.Fatalf("%s: no colour %s or %s", theme, text, background)
			}
			if c := contrast(t, colors[text], colors[background]); c < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want at least 4.5", theme, text, background, c)
			}
		}
		for _, background := range []string{"page", "card", "soft"} {
			for _, text := range []string{"text", "muted", "link"} {
				check(text, background)
			}
		}
		for _, name := range []string{"critical", "major", "minor", "info", "clear", "unsure"} {
			check(name, name+"-soft")
			check(name, "card")
			check("text", name+"-soft")
		}
	}
}

// contrast is the ratio of WCAG 2.2's definition.
func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(shift int) float64 {
		c := float64(n>>shift&0xFF) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

package text

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name  string
		text  string
		width int
		want  []string
	}{
		{"empty", "", 10, []string{""}},
		{"fits", "one two", 7, []string{"one two"}},
		{"breaks at a space", "one two three", 8, []string{"one two", "three"}},
		{"keeps spaces within a line", "a  b", 10, []string{"a  b"}},
		{"drops them where it breaks", "aaaa  bbbb", 6, []string{"aaaa", "bbbb"}},
		{"breaks a long word", "ab 0123456789", 4, []string{"ab", "0123", "4567", "89"}},
		{"goes on after a long word", "012345 6", 5, []string{"01234", "5 6"}},
		{"wide characters take two cells", "山田太郎 張偉", 6, []string{"山田太", "郎", "張偉"}},
		{"a wide character does not fit half", "山田太", 5, []string{"山田", "太"}},
		{"combining marks take none", "e\u0301e\u0301e\u0301 e\u0301", 3, []string{"e\u0301e\u0301e\u0301", "e\u0301"}},
		{"an emoji stays whole", "a👩\u200d💻b", 3, []string{"a👩\u200d💻", "b"}},
		{"too narrow", "ab", 0, []string{"ab"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Wrap(tt.text, tt.width); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever the text, lines keep the width and nothing but spaces is lost.
func FuzzWrap(f *testing.F) {
	f.Add("one two  three", 8)
	f.Add("山田太郎@contoso.com", 5)
	f.Add("👩\u200d💻👩\u200d💻", 2)
	f.Add(strings.Repeat("x", 100), 7)
	f.Add("  00", 2)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if strings.ContainsAny(text, "\n\r") || width < 2 || width > 1000 {
			t.Skip("clean text has no line breaks")
		}
		lines := Wrap(text, width)
		for _, line := range lines {
			// A single character may be wider; there is no place to break it.
			if n := cells.StringWidth(line); n > width && cells.Truncate(line, width, "") != "" {
				t.Errorf("Wrap(%q, %d): %q is %d wide", text, width, line, n)
			}
		}
		lost := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := strings.Join(lines, ""); lost(got) != lost(text) {
			t.Errorf("Wrap(%q, %d) = %q lost something", text, width, lines)
		}
	})
}

package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unshown stands where [Clean] took something away, so that a reader sees that
// a name is not what it seems.
const unshown = utf8.RuneError

// Clean makes a string from outside safe to show on one line of a terminal or
// a page: line breaks become a space; escape sequences, control characters,
// characters that reorder or hide text, and bytes that are not UTF-8 become
// one U+FFFD. Names in any script, and the joiners that they need, stay.
// Clean(Clean(s)) is Clean(s).
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	var last rune
	for s != "" {
		n := sequence(s)
		r := unshown
		if n == 0 {
			r, n = utf8.DecodeRuneInString(s)
			if breaksLine(r) {
				r = ' '
				if last == ' ' {
					s = s[n:]
					continue
				}
			} else if hidden(r, last) {
				r = unshown
			}
		}
		s = s[n:]
		if r != unshown || last != unshown {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// plain reports whether s is printable ASCII, as nearly everything is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func breaksLine(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

// hidden reports whether r is invisible, or moves other characters about.
// Joiners and variation selectors shape the scripts and symbols outside ASCII;
// inside ASCII they only make two names look like one.
func hidden(r, last rune) bool {
	switch {
	case r == 0x200C, r == 0x200D, unicode.Is(unicode.Variation_Selector, r):
		return last < utf8.RuneSelf || last == unshown
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // visible, though in category Cf
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// sequence returns the length of the escape sequence (ECMA-48, section 5) that
// s begins with, or 0. Of one that does not end, only the introducer counts,
// so that it cannot swallow what follows.
func sequence(s string) int {
	kind, n := introducer(s)
	switch kind {
	case 0:
		return 0
	case '[':
		i := n + span(s[n:], 0x30, 0x3F)
		i += span(s[i:], 0x20, 0x2F)
		if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7E {
			return i + 1
		}
	case ']', 'P', 'X', '^', '_':
		for i, r := range s[n:] {
			switch rest := s[n+i:]; {
			case r == '\a':
				return n + i + 1
			case r == 0x9C:
				return n + i + 2
			case strings.HasPrefix(rest, "\x1b\\"):
				return n + i + 2
			case unicode.IsControl(r):
				return n
			}
		}
	case ' ': // intermediate bytes, then a final one
		i := 1 + span(s[1:], 0x20, 0x2F)
		if i < len(s) && s[i] >= 0x30 && s[i] <= 0x7E {
			return i + 1
		}
		return 1
	}
	return n
}

// introducer names the kind of sequence that s begins with by the byte that
// follows ESC in its 7-bit form, and how long its introducer is. The kind of
// those without an own rule is ' '.
func introducer(s string) (kind byte, n int) {
	if s[0] == 0x1B {
		if len(s) > 1 && strings.IndexByte("[]PX^_", s[1]) >= 0 {
			return s[1], 2
		}
		return ' ', 1
	}
	if len(s) > 1 && s[0] == 0xC2 { // U+0080 to U+009F, the 8-bit forms
		switch c := s[1] - 0x40; c {
		case '[', ']', 'P', 'X', '^', '_':
			return c, 2
		}
	}
	return 0, 0
}

// span counts the bytes at the start of s that are between low and high.
func span(s string, low, high byte) int {
	for i := range len(s) {
		if s[i] < low || s[i] > high {
			return i
		}
	}
	return len(s)
}

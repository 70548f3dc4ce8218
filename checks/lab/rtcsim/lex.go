package rtcsim

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenName             // plain or quoted identifier, or keyword
	tokenNumber           // digits
	tokenString           // the text without its quotes
	tokenSymbol           // one or two characters
)

type token struct {
	kind   tokenKind
	text   string
	quoted bool // an identifier in brackets or quotes, which is no keyword
}

// lex splits a statement into tokens. A character that it does not know
// becomes a symbol, for the parser to refuse.
func lex(s string) ([]token, bool) {
	var out []token
	for s != "" {
		switch c := s[0]; {
		case strings.HasPrefix(s, "--"):
			_, s, _ = strings.Cut(s, "\n")
		case strings.HasPrefix(s, "/*"):
			_, rest, closed := strings.Cut(s[2:], "*/")
			if !closed {
				return nil, false
			}
			s = rest
		case c == '\'' || c == '"' || c == '[':
			text, rest, ok := cutQuoted(s)
			if !ok {
				return nil, false
			}
			s = rest
			if c == '\'' {
				out = append(out, token{tokenString, text, false})
			} else {
				out = append(out, token{tokenName, text, true})
			}
		case (c == 'N' || c == 'n') && strings.HasPrefix(s[1:], "'"):
			s = s[1:]
		default:
			var t token
			t, s = next(s)
			if t.kind != tokenEnd {
				out = append(out, t)
			}
		}
	}
	return append(out, token{kind: tokenEnd}), true
}

// next takes an unquoted token. Space gives one of kind tokenEnd.
func next(s string) (token, string) {
	r, size := utf8.DecodeRuneInString(s)
	take := func(belongs func(rune) bool) (string, string) {
		end := strings.IndexFunc(s, func(r rune) bool { return !belongs(r) })
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:]
	}
	switch {
	case unicode.IsSpace(r):
		return token{}, s[size:]
	case '0' <= r && r <= '9':
		text, rest := take(func(r rune) bool { return '0' <= r && r <= '9' })
		return token{tokenNumber, text, false}, rest
	case unicode.IsLetter(r) || r == '_' || r == '@' || r == '#':
		text, rest := take(func(r rune) bool {
			return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '@' || r == '#' || r == '$'
		})
		return token{tokenName, text, false}, rest
	}
	for _, two := range []string{"<>", "!=", "<=", ">="} {
		if strings.HasPrefix(s, two) {
			return token{tokenSymbol, two, false}, s[2:]
		}
	}
	return token{tokenSymbol, s[:size], false}, s[size:]
}

// cutQuoted takes a string or a quoted name, whose closing quote is doubled
// where it stands for itself.
func cutQuoted(s string) (text, rest string, ok bool) {
	end := s[:1]
	if end == "[" {
		end = "]"
	}
	var b strings.Builder
	for s = s[1:]; ; {
		before, after, found := strings.Cut(s, end)
		if !found {
			return "", "", false
		}
		b.WriteString(before)
		if !strings.HasPrefix(after, end) {
			return b.String(), after, true
		}
		b.WriteString(end)
		s = after[1:]
	}
}

package redact

import (
	"strings"
	"unicode"
)

// value replaces whatever names somebody or something: an account, the common
// name of a certificate or of an object in the directory, a display name. It
// finds out what it is, so that LCS01, CN=lcs01 and lcs01.contoso.com have one
// pseudonym.
func (r *Redactor) value(s string) string {
	text := strings.TrimSpace(s)
	if text == "" {
		return s
	}
	i := strings.Index(s, text)
	return s[:i] + r.trimmed(text) + s[i+len(text):]
}

func (r *Redactor) trimmed(s string) string {
	if publicWords[strings.ToLower(s)] {
		return s
	}
	if out, ok := r.guidText(s); ok {
		return out
	}
	if out, ok := r.ipText(s); ok {
		return out
	}
	switch {
	case isSID(s):
		return r.sid(s)
	case strings.ContainsRune(s, '@') && !strings.ContainsFunc(s, unicode.IsSpace):
		return r.uri(s)
	case strings.ContainsAny(s, `\/`):
		return runs(s, func(c rune) bool { return c != '\\' && c != '/' }, func(run, _ string) string { return r.value(run) })
	case !strings.ContainsFunc(s, func(c rune) bool { return !isHost(c) }):
		return r.host(s)
	}
	if r.learning {
		r.known.addWords(s, r.label)
	}
	return r.name(s)
}

// path replaces a path, part by part. Parts that every Windows has stay, and
// the endings of files.
func (r *Redactor) path(s string) string {
	return runs(s, func(c rune) bool { return c != '\\' && c != '/' && c != '"' }, func(run, _ string) string {
		text := strings.TrimSpace(run)
		lower := strings.ToLower(text)
		if text == "" || publicWords[lower] || publicFolders[lower] || len(text) == 2 && text[1] == ':' || strings.Trim(text, ".") == "" {
			return run
		}
		base, ending := lower, ""
		if i := strings.LastIndexByte(lower, '.'); i > 0 && publicEndings[lower[i+1:]] {
			base, ending = lower[:i], text[i:]
		}
		return strings.Replace(run, text, r.value(base)+ending, 1)
	})
}

// program keeps the name of a program, service or the like, unless a name of
// the deployment is part of it.
func (r *Redactor) program(s string) string {
	lower := strings.ToLower(s)
	if publicWords[lower] || s == "" {
		return s
	}
	base, ending := lower, ""
	if i := strings.LastIndexByte(lower, '.'); i > 0 && publicEndings[lower[i+1:]] {
		base, ending = lower[:i], s[i:]
	}
	if strings.ContainsAny(s, `@\`) || strings.Contains(base, ".") && !isVersion(base) || r.known.within(lower) {
		return r.value(s[:len(base)]) + ending
	}
	return s
}

// isVersion reports product versions such as RTC/2.0 or 5.2.3790, which look
// like the name of a host.
func isVersion(s string) bool {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	for part := range strings.SplitSeq(s, ".") {
		if !isNumber(part) {
			return false
		}
	}
	return strings.Count(s, ".") < 3
}

// product replaces what a program calls itself, word by word: RTC/2.0.
func (r *Redactor) product(s string) string {
	return runs(s, func(c rune) bool { return !unicode.IsSpace(c) && c != '(' && c != ')' }, func(run, _ string) string { return r.program(run) })
}

package redact

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Texts in prose are searched from left to right for what looks like a name;
// of several ways to read a place the first counts.
const (
	aSID     = `(?i:S-1-[0-9]+(?:-[0-9]+)+)`
	aGUID    = `\{?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}?`
	octets   = `0[xX][0-9A-Fa-f]{12,}`
	aType    = `(?i:\b(?:CN|OU|DC|O|C|L|ST|STREET|UID|E|SN|SERIALNUMBER))=`
	aDN      = `(?:` + aType + `(?:\\.|[^,\\\n])*,\s*)*` + aType + `(?:\\.|[^,;:"'()\\\n])*`
	aURL     = `(?i:\b[a-z][a-z0-9+.-]*)://[^\s"'<>]+`
	aQuoted  = `"[^"\n]*"|“[^”\n]*”`
	anUser   = `[^\s"<>()\[\],;:=@/\\]+@[^\s"'<>()\[\],;:=@/\\]+`
	aPath    = `(?:\b[A-Za-z]:)?[\\/][^\s"'<>,;:|][^"<>,;:|\n]*`
	isPlain  = `[^\s"'<>(),;:=\\/]+`
	anOwner  = isPlain + `(?:[\\/]` + isPlain + `)+`
	anIPv6   = `\[?(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f.]*(?:%[0-9A-Za-z]+)?\]?`
	aDotted  = `[\p{L}\p{M}\p{N}_*$-]+(?:\.[\p{L}\p{M}\p{N}_$-]+)+`
	aWord    = `[\p{L}\p{M}\p{N}_$-]+`
	maxProse = 64 << 10 // octets of a text that are looked at
)

var prose = func() *regexp.Regexp {
	var all []string
	for _, p := range []string{aSID, aGUID, octets, aDN, aURL, aQuoted, anUser, anIPv6, aPath, anOwner, aDotted, aWord} {
		all = append(all, "("+p+")")
	}
	return regexp.MustCompile(strings.Join(all, "|"))
}()

// Text replaces the names in prose: those that are known, and whatever looks
// like one. What it does not know and what looks like a plain word stays.
func (r *Redactor) Text(s string) string {
	if s == "" || r.learning {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	if len(s) > maxProse {
		return removed(s)
	}
	ways := []func(string) string{
		r.sid, r.guid, r.sid, r.dn, r.url, r.quoted, r.person, r.maybeIP, r.filePath, r.owner, r.dotted, r.word,
	}
	s = r.accounts(r.known.replacePhrases(s))
	var b strings.Builder
	last := 0
	for _, at := range prose.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[last:at[0]])
		for i, way := range ways {
			if at[2*i+2] >= 0 {
				b.WriteString(way(s[at[0]:at[1]]))
				break
			}
		}
		last = at[1]
	}
	return b.String() + s[last:]
}

func (r *Redactor) url(s string) string {
	scheme, rest, _ := strings.Cut(s, "://")
	host, path, found := strings.Cut(rest, "/")
	if strings.Contains(host, "@") {
		host = r.address(host)
	} else {
		host = r.host(host)
	}
	out := strings.ToLower(scheme) + "://" + host
	if !found {
		return out
	}
	return out + "/" + r.path(path)
}

// quoted replaces what stands between quotes, where programs put names that
// may be anything.
func (r *Redactor) quoted(s string) string {
	opening := len(`"`)
	if !strings.HasPrefix(s, `"`) {
		opening = len("“")
	}
	inner := s[opening : len(s)-opening]
	switch {
	case isSentence(inner):
		inner = r.Text(inner)
	case strings.Contains(inner, "="):
		inner = r.dn(inner)
	default:
		inner = r.value(inner)
	}
	return s[:opening] + inner + s[len(s)-opening:]
}

// isSentence reports several words in lower case, which are no name.
func isSentence(s string) bool {
	words := strings.Fields(s)
	return len(words) > 3 && !strings.ContainsFunc(strings.Join(words[1:], ""), unicode.IsUpper)
}

// person replaces user@domain. A quote before it is no part of it.
func (r *Redactor) person(s string) string {
	bare := strings.TrimRight(strings.TrimLeft(s, "'`"), ".'`")
	i := strings.Index(s, bare)
	return s[:i] + r.address(bare) + s[i+len(bare):]
}

func (r *Redactor) maybeIP(s string) string {
	if out, ok := r.ipText(s); ok {
		return out
	}
	for _, trimmed := range []string{strings.TrimRight(s, ".:"), strings.TrimSuffix(s, "]")} { // the end of a sentence
		if out, ok := r.ipText(trimmed); ok {
			return out + s[len(trimmed):]
		}
	}
	return runs(s, isHost, func(run, _ string) string { return r.word(run) }) // 10:00:00, or a word before a colon
}

// filePath replaces a path up to where it may end.
func (r *Redactor) filePath(s string) string { return r.path(s) }

// owner replaces DOMAIN\user, host\instance and paths that are not absolute.
func (r *Redactor) owner(s string) string {
	if publicPairs[strings.ToLower(s)] || isProduct(s) && !r.known.within(strings.ToLower(s)) {
		return s
	}
	return r.path(r.value(s))
}

// isProduct reports NAME/1.0.
func isProduct(s string) bool {
	name, version, found := strings.Cut(s, "/")
	return found && name != "" && isVersion(version) && !strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsLetter(c) })
}

// dotted replaces a name with dots, unless it is a version, a file of the
// product, a column of a database or a key of the configuration.
func (r *Redactor) dotted(s string) string {
	lower := strings.ToLower(s)
	if out, ok := r.known.find(s); ok {
		return out
	}
	if out, ok := r.ipText(s); ok {
		return out
	}
	if isVersion(s) || publicDotted.MatchString(lower) || r.seen.columns[lower] && !r.known.within(lower) {
		return s
	}
	if _, ending, _ := cutLast(lower, "."); publicEndings[ending] {
		return r.program(s)
	}
	return r.host(s)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// word replaces a word that is a known name, or holds one.
func (r *Redactor) word(s string) string {
	lower := strings.ToLower(s)
	bare := strings.TrimRight(lower, "$")
	switch {
	case isPseudonym(lower) || publicWords[lower] || common[lower]:
		return s
	case bare != "" && r.known.words[bare] != "":
		return r.known.words[bare] + lower[len(bare):]
	case r.known.within(lower):
		return r.label(lower)
	}
	return s
}

package redact

import (
	"slices"
	"strings"
	"unicode"
)

// dictionary holds the names of a deployment that are looked for in prose, in
// lower case, with what stands for each.
type dictionary struct {
	words   map[string]string
	phrases []phrase // names of several words, the longest first
	parts   []string // words of at least four letters, which may be part of another
}

type phrase struct{ name, pseudonym string }

func newDictionary() dictionary { return dictionary{words: map[string]string{}} }

// shortest is how many letters a word has that is looked for within others.
const shortest = 4

// add adds a name. What every deployment calls something, or a word of prose,
// is none.
func (d *dictionary) add(name, pseudonym string) {
	if len(name) < 2 || isNumber(name) || common[name] || publicWords[name] || publicLabels[name] || containers[name] || d.words[name] != "" {
		return
	}
	if strings.ContainsFunc(name, func(c rune) bool { return !isToken(c) }) {
		i, found := slices.BinarySearchFunc(d.phrases, name, func(p phrase, name string) int {
			if len(p.name) != len(name) {
				return len(name) - len(p.name)
			}
			return strings.Compare(p.name, name)
		})
		if !found {
			d.phrases = slices.Insert(d.phrases, i, phrase{name, pseudonym})
		}
		return
	}
	d.words[name] = pseudonym
	if len(name) >= shortest {
		d.parts = append(d.parts, name)
	}
}

// addWords adds the words of a name that are long enough to be names of their
// own.
func (d *dictionary) addWords(name string, pseudonym func(string) string) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(name), func(c rune) bool { return !isWord(c) || strings.ContainsRune("._-", c) }) {
		if len(word) > 2 {
			d.add(word, pseudonym(word))
		}
	}
}

// isToken reports the characters of a word in prose.
func isToken(c rune) bool {
	return unicode.In(c, unicode.L, unicode.M, unicode.N) || c == '_' || c == '$' || c == '-' || c == '.'
}

// find returns the pseudonym of a word, whatever its case.
func (d *dictionary) find(word string) (string, bool) {
	out, ok := d.words[strings.ToLower(word)]
	return out, ok
}

// within reports whether a text in lower case holds a name, also as a part of a
// word.
func (d *dictionary) within(lower string) bool {
	if _, ok := d.words[lower]; ok {
		return true
	}
	for word := range strings.FieldsFuncSeq(lower, func(c rune) bool { return !isWord(c) || strings.ContainsRune("._-", c) }) {
		if _, ok := d.words[word]; ok {
			return true
		}
	}
	return slices.ContainsFunc(d.parts, func(p string) bool { return strings.Contains(lower, p) }) ||
		slices.ContainsFunc(d.phrases, func(p phrase) bool { return strings.Contains(lower, p.name) })
}

// replacePhrases replaces names of several words, whatever their case.
func (d *dictionary) replacePhrases(s string) string {
	for _, p := range d.phrases {
		s = replaceFold(s, p.name, p.pseudonym)
	}
	return s
}

// replaceFold replaces a name in lower case where it stands in any case.
func replaceFold(s, name, by string) string {
	lower := strings.ToLower(s)
	if len(lower) != len(s) { // letters that change their length
		if !strings.Contains(lower, name) {
			return s
		}
		return strings.ReplaceAll(lower, name, by)
	}
	var b strings.Builder
	for {
		i := strings.Index(lower, name)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i] + by)
		s, lower = s[i+len(name):], lower[i+len(name):]
	}
}

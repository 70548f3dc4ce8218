package html

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
)

//go:embed script/*.js
var scripts embed.FS

// script is what the page runs: the files of the folder, one after the other,
// in a scope of their own. Their names are of functions and variables that are
// not used before the page has been read, so that their order does not matter.
var script = sync.OnceValues(func() (string, error) {
	entries, err := scripts.ReadDir("script")
	if err != nil {
		return "", fmt.Errorf("read the page's scripts: %w", err)
	}
	var b strings.Builder
	b.WriteString("(() => {\n\"use strict\";\n")
	for _, entry := range entries {
		text, err := scripts.ReadFile("script/" + entry.Name())
		if err != nil {
			return "", fmt.Errorf("read the page's scripts: %w", err)
		}
		b.Write(text)
	}
	b.WriteString("})();\n")
	return b.String(), nil
})

// policy allows a page its own style and, if it has one, its own script, and
// nothing else.
func policy(style, script string) string {
	allowed := "default-src 'none'; "
	if script != "" {
		allowed += "script-src " + digest(script) + "; "
	}
	return allowed + "style-src " + digest(style) + "; base-uri 'none'; form-action 'none'"
}

// digest is how a policy names a text (Content Security Policy Level 3, 2.3.1).
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os"
	"regexp"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/redact/redacttest"

	"github.com/rogpeppe/go-internal/testscript"
)

// nameless wants none of the names of stored facts in other files, be they
// reports or facts:
//
//	nameless named.lcsfacts redacted.lcsfacts report.html stdout
func nameless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: nameless FACTS FILE...")
	}
	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	in, err := facts.NewReader(file)
	ts.Check(err)
	var users []*facts.SignIn
	for u, err := range in.SignIns() {
		ts.Check(err)
		users = append(users, u)
	}
	names := redacttest.Of(in.Deployment, users)
	if names.Len() < 500 {
		ts.Fatalf("%s has only %d names", args[0], names.Len())
	}
	if len(names.In(wholeText(ts, args[0]))) < 200 {
		ts.Fatalf("the names of %s are not found in itself", args[0])
	}
	for _, path := range args[1:] {
		text := wholeText(ts, path)
		text = pageCode.ReplaceAllString(text, "")
		text = strings.ReplaceAll(text, "such as *.contoso.com", "") // the catalogue's own example
		if len(text) < 50 {
			ts.Fatalf("%s holds hardly anything", path)
		}
		for _, encoded := range regexp.MustCompile(`[0-9A-Za-z+/]{24,}={0,2}`).FindAllString(text, -1) {
			if raw, err := base64.StdEncoding.DecodeString(encoded); err == nil {
				if found := names.InOctets(raw); len(found) > 0 {
					ts.Fatalf("octets of %s hold %q: %s", path, found, encoded)
				}
				text = strings.Replace(text, encoded, "", 1)
			}
		}
		for line := range strings.Lines(text) {
			if found := names.In(line); len(found) > 0 {
				ts.Fatalf("%s holds %q in: %.2000s", path, found, line)
			}
		}
	}
}

// pageCode are the parts of a page that are the same for every report.
var pageCode = regexp.MustCompile(`(?s)<script>.*?</script>|<style>.*?</style>`)

// wholeText reads a file, which may be compressed.
func wholeText(ts *testscript.TestScript, path string) string {
	text := ts.ReadFile(path)
	zip, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		return text
	}
	var out bytes.Buffer
	_, err = io.Copy(&out, zip)
	ts.Check(err)
	return out.String()
}

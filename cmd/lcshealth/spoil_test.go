package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/config"
	"lcshealth/report"

	"github.com/rogpeppe/go-internal/testscript"
)

// source wants a source of a report in JSON to have a status, a class and a
// message in one line:
//
//	source stdout directory failed rights 'wrong user name'
func source(ts *testscript.TestScript, _ bool, args []string) {
	var r report.Report
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	message := regexp.MustCompile(args[4])
	if !slices.ContainsFunc(r.Sources, func(s facts.Source) bool {
		return s.Name == args[1] && s.Status == facts.Status(args[2]) && s.Class == facts.Class(args[3]) &&
			message.MatchString(s.Message) && !strings.Contains(s.Message, "\n")
	}) {
		ts.Fatalf("no source is as wanted: %+v", r.Sources)
	}
}

// spoil does something to a server's host file: it makes a certificate of the
// MY store something else, breaks a line, puts another server's file in its
// place, or removes it.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	cfg, err := config.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	file := func(name string) string {
		return cfg.Servers[slices.IndexFunc(cfg.Servers, func(s config.Server) bool { return s.Name == name })].HostFile
	}
	path := file(args[1])
	if args[2] == "remove" {
		ts.Check(os.Remove(path))
		return
	}
	text, err := os.ReadFile(path)
	ts.Check(err)
	lines := bytes.Split(text, []byte("\n"))
	switch args[2] {
	case "certificate":
		// One more certificate, and one more in the count of its store.
		end := slices.IndexFunc(lines, func(l []byte) bool {
			return bytes.Contains(l, []byte(`"kind":"end"`)) && bytes.Contains(l, []byte(`MY`))
		})
		first := slices.IndexFunc(lines, func(l []byte) bool {
			return bytes.Contains(l, []byte(`"kind":"certificate"`)) && bytes.Contains(l, []byte(`MY`))
		})
		junk := regexp.MustCompile(`"der":"[^"]*"`).ReplaceAll(lines[first], []byte(`"der":"`+base64.StdEncoding.EncodeToString([]byte("no certificate"))+`"`))
		lines[end] = regexp.MustCompile(`"count":\d+`).ReplaceAllFunc(lines[end], func(count []byte) []byte {
			return []byte(`"count":` + string(count[len(count)-1]+1))
		})
		lines = slices.Insert(lines, end, junk)
		trailer := slices.IndexFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte(`"kind":"trailer"`)) })
		lines[trailer] = regexp.MustCompile(`"lines":\d+`).ReplaceAll(lines[trailer], []byte(`"lines":`+strconv.Itoa(trailer)))
		text = bytes.Join(lines, []byte("\n"))
	case "line":
		lines[len(lines)/2] = []byte(`{"kind":"wmi","class":`)
		text = bytes.Join(lines, []byte("\n"))
	case "swap":
		text, err = os.ReadFile(file("fe01.contoso.com"))
		ts.Check(err)
	default:
		ts.Fatalf("spoil what?")
	}
	ts.Check(os.WriteFile(path, text, 0o600))
}

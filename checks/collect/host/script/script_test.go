package script_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/host/script"
)

// The text is what Windows Script Host reads without knowing a code page.
func TestText(t *testing.T) {
	text := script.Text("v1.2\r\n\"quit")
	if strings.Contains(text, "@VERSION@") || strings.Count(text, `v1.2quit`) != 2 {
		t.Error("the version is not in its two places")
	}
	for i, line := range strings.SplitAfter(text, "\n") {
		if strings.ContainsFunc(line, func(r rune) bool { return r > '~' || r < ' ' && r != '\r' && r != '\n' }) {
			t.Errorf("line %d is not plain ASCII: %q", i+1, line)
		}
		if line != "" && !strings.HasSuffix(line, "\r\n") {
			t.Errorf("line %d ends with %q", i+1, line)
		}
		if len(line) > 140 {
			t.Errorf("line %d has %d characters", i+1, len(line))
		}
	}
}

// The script asks what every other way into a host asks.
func TestQuestions(t *testing.T) {
	text := script.Text("test")
	var want, got []string
	for _, q := range host.Questions(time.Now()) {
		want = append(want, q.Class)
		for _, condition := range q.Where {
			// The time from which on events are asked for is the script's own.
			_, fixed, _ := strings.Cut(condition, "' AND ")
			if fixed == "" {
				fixed = condition
			}
			if !strings.Contains(text, `"`+fixed+`"`) {
				t.Errorf("it does not ask for %s where %s", q.Class, fixed)
			}
		}
	}
	for _, m := range regexp.MustCompile(`"((?:Win32_|MS(?:FT|TF)_)\w+)"`).FindAllStringSubmatch(text, -1) {
		got = append(got, m[1])
	}
	slices.Sort(got)
	slices.Sort(want)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("it asks for %q, not %q", got, want)
	}
}

// The script has no means to change anything but to create its output.
func TestReadOnly(t *testing.T) {
	text := script.Text("test")
	for _, word := range []string{
		"RegWrite", "RegDelete", "Put_", "Delete_", "ExecMethod", "StartService", "StopService", "Terminate",
		"CreateKey", "SetStringValue", "SetDWORDValue", "SetBinaryValue", "DeleteKey", "DeleteValue",
		"INSERT ", "UPDATE ", "DELETE ", "DROP ", "EXEC ", "AddNew", "DeleteFile", "MoveFile", "CopyFile", "OpenTextFile",
		"SendKeys", "shell.Run", "net start", "sc.exe",
	} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
			t.Errorf("it has %q", word)
		}
	}
	objects := regexp.MustCompile(`CreateObject\("([^"]+)"\)`).FindAllStringSubmatch(text, -1)
	allowed := []string{"WScript.Shell", "Scripting.FileSystemObject", "Scripting.Dictionary", "ADODB.Connection"}
	for _, o := range objects {
		if !slices.Contains(allowed, o[1]) {
			t.Errorf("it creates a %s", o[1])
		}
	}
	programs := regexp.MustCompile(`CommandOutput\("(\S+) `).FindAllStringSubmatch(text, -1)
	for _, p := range programs {
		if p[1] != "reg.exe" && p[1] != "netstat.exe" {
			t.Errorf("it runs %s", p[1])
		}
	}
	if len(programs) != 2 {
		t.Errorf("it runs %d programs", len(programs))
	}
}

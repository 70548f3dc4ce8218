package waiver_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/report/waiver"

	"github.com/google/go-cmp/cmp"
)

const file = `# Agreed with the service desk.
waivers:
  - cause: clock-skew # id
    subject: lcs01.contoso.com
    reason: >
      it is replaced
      in December
    owner: Kim Akers
    until: 2026-12-31

  # For everyone who has left.
  - cause: user-not-enabled
    subject: "*"
    shape: disabled
    reason: they have left
    owner: Pat
    until: "2027-06-30"
    fingerprint: sha256:0123456789abcdef0123456789abcdef
`

func parsed() []waiver.Waiver {
	return []waiver.Waiver{
		{Cause: "clock-skew", Subject: "lcs01.contoso.com", Reason: "it is replaced in December", Owner: "Kim Akers", Until: "2026-12-31", Line: 3},
		{Cause: "user-not-enabled", Subject: "*", Shape: "disabled", Reason: "they have left", Owner: "Pat", Until: "2027-06-30", Fingerprint: "sha256:0123456789abcdef0123456789abcdef", Line: 12},
	}
}

func TestParse(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want []waiver.Waiver
	}{
		"empty":          {"", nil},
		"comments":       {"# nothing yet\n", nil},
		"no list":        {"waivers:\n", nil},
		"an empty list":  {"waivers: []\n", nil},
		"two":            {file, parsed()},
		"Windows' lines": {strings.ReplaceAll(file, "\n", "\r\n"), parsed()},
		"flow style":     {`{waivers: [{cause: c, subject: s, reason: r, owner: o, until: 2026-12-31}]}`, []waiver.Waiver{{Cause: "c", Subject: "s", Reason: "r", Owner: "o", Until: "2026-12-31", Line: 1}}},
	} {
		got, err := waiver.Parse([]byte(tt.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const keys = "cause, subject, shape, reason, owner, until, fingerprint"
	entry := func(lines string) string {
		return "waivers:\n  - cause: c\n    subject: s\n    reason: r\n    owner: o\n    until: 2026-12-31\n" + lines
	}
	long := strings.Repeat("- x\n", 20)
	for name, tt := range map[string]struct{ in, want string }{
		"no YAML":            {"waivers: [", "line 1: did not find expected node content"},
		"not a mapping":      {"- cause: c", "line 1: the file is no mapping with the key waivers"},
		"unknown top key":    {"waivers:\nwaiver: []\n", `line 2: unknown key "waiver"; there is only waivers`},
		"the list twice":     {"waivers: []\nwaivers: []\n", "line 2: waivers is there twice"},
		"no list":            {"waivers: yes", "line 1: waivers is no list"},
		"two documents":      {"waivers: []\n---\nwaivers: []\n", "the file goes on after its first document"},
		"an entry of text":   {"waivers:\n  - c\n", "line 2: a waiver is a mapping with the keys " + keys},
		"an alias":           {"waivers:\n  - &a {cause: c, subject: s, reason: r, owner: o, until: 2026-12-31}\n  - *a\n", "line 3: a waiver is a mapping with the keys " + keys},
		"a merge":            {entry("    <<: {owner: x}\n"), `line 7: unknown key "<<"; there are ` + keys},
		"unknown key":        {entry("    ower: x\n"), `line 7: unknown key "ower"; there are ` + keys},
		"a key twice":        {entry("    owner: x\n"), "line 7: owner is there twice"},
		"a list as a value":  {entry("    shape: [x]\n"), "line 7: shape is no text"},
		"missing":            {"waivers:\n  - cause: c\n    subject: s\n    reason:\n    until: 2026-12-31\n", "line 2: reason is missing\nline 2: owner is missing"},
		"a day that is none": {strings.Replace(entry(""), "2026-12-31", "2026-02-30", 1), `line 2: until is "2026-02-30"; write a day as YYYY-MM-DD`},
		"another order":      {strings.Replace(entry(""), "2026-12-31", "31.12.2026", 1), `line 2: until is "31.12.2026"; write a day as YYYY-MM-DD`},
		"a fingerprint":      {entry("    fingerprint: abc\n"), `line 2: fingerprint is "abc"; it is sha256: and 32 hexadecimal digits`},
		"hidden characters":  {entry("    shape: \"a\\u202Eb\"\n"), `line 2: shape holds characters that cannot be shown: "a�b"`},
		"the same twice":     {entry("  - {cause: c, subject: S, reason: r, owner: o, until: 2027-12-31}\n"), "line 7: it waives the same as line 2"},
		"many errors":        {"waivers:\n" + long, "and 10 more errors"},
		"too large":          {"#" + strings.Repeat("x", waiver.MaxSize), "the file has more than 1024 KiB"},
	} {
		_, err := waiver.Parse([]byte(tt.in))
		got := fmt.Sprint(err)
		if name == "many errors" {
			got = got[strings.LastIndexByte(got, '\n')+1:]
		}
		if got != tt.want {
			t.Errorf("%s: error is\n%s, want\n%s", name, got, tt.want)
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "waivers.yaml")
	if _, err := waiver.File(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
	if err := os.WriteFile(path, []byte("waivers: 1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := waiver.File(path); fmt.Sprint(err) != path+": line 1: waivers is no list" {
		t.Errorf("error is %v", err)
	}
}

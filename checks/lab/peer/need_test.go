package peer

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// verdict records how a test was ended.
type verdict struct {
	testing.TB
	skipped, failed string
}

func (v *verdict) Helper() {}

func (v *verdict) Skipf(format string, args ...any) {
	v.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (v *verdict) Fatalf(format string, args ...any) {
	v.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func judge(need func(testing.TB)) *verdict {
	v := new(verdict)
	done := make(chan struct{})
	go func() {
		defer close(done)
		need(v)
	}()
	<-done
	return v
}

func TestNeed(t *testing.T) {
	const missing = "no-such-program-here"
	installed, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, ci     string
		programs     []string
		skip, failed bool
	}{
		{name: "installed", programs: []string{installed}},
		{name: "installed in CI", ci: "true", programs: []string{installed}},
		{name: "missing", programs: []string{installed, missing}, skip: true},
		{name: "missing in CI", ci: "true", programs: []string{missing, installed}, failed: true},
		{name: "nothing needed", ci: "true"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("CI", tt.ci)
			v := judge(func(tb testing.TB) { Need(tb, tt.programs...) })
			if got := v.skipped != ""; got != tt.skip {
				t.Errorf("skipped = %q, want skipped: %v", v.skipped, tt.skip)
			}
			if got := v.failed != ""; got != tt.failed {
				t.Errorf("failed = %q, want failed: %v", v.failed, tt.failed)
			}
			if said := v.skipped + v.failed; (tt.skip || tt.failed) && (!strings.Contains(said, missing) || strings.Contains(said, installed)) {
				t.Errorf("said %q, want exactly the missing program named", said)
			}
		})
	}
}

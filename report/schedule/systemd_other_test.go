//go:build !linux

package schedule

import "testing"

func commandLines(t *testing.T, _ string) map[string]string {
	t.Helper()
	t.Skip("TEST NOT RUN: there is no systemd but on Linux")
	return nil
}

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"lcshealth/checks"
)

// EvidenceKey is what two observations have in common if they say the same,
// whenever and in whatever order they were made. It leaves out
//
//   - the time of the observation;
//   - within the words, what passes by itself: points in time, durations,
//     numbers of days to go, and numbers of processes; days of the calendar,
//     such as a certificate's last, stay;
//   - which domain controller or DNS server an answer of the directory or the
//     network came from, since any of them may answer; what it is about is in
//     the words.
//
// Names of hosts are compared without regard to case, as DNS does.
func EvidenceKey(e *checks.Evidence) string {
	host := strings.ToLower(e.Host)
	if e.Source == "directory" || e.Source == "wire" {
		host = ""
	}
	return join(e.Source, host, steady(e.Observed), steady(e.Expected))
}

// passing are the words that differ from run to run though nothing has changed.
var passing = regexp.MustCompile(strings.Join([]string{
	`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d| UTC)?`,
	`\b(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ms|µs|ns|s)\b`, // as time.Duration writes them
	`\b(?:in|within|for) \d+ (?:seconds?|minutes?|hours?|days?)\b`,
	`\bin less than a day\b`,
	`\bprocess \d+\b`,
}, "|"))

func steady(s string) string { return passing.ReplaceAllLiteralString(s, "\x00") }

// SubjectKey names the subject of a finding, the same in every run.
func SubjectKey(s checks.Subject) string {
	return join(string(s.Kind), strings.ToLower(s.Name), strings.ToLower(s.Server))
}

// Fingerprint is a digest of a finding: its cause, subject, shape and evidence.
// It stays the same from run to run until one of these changes. Severity and
// affected users are not part of it, though a finding of users shows the first
// of them as evidence.
func Fingerprint(f *checks.Finding) string {
	evidence := make([]string, len(f.Evidence))
	for i := range f.Evidence {
		evidence[i] = EvidenceKey(&f.Evidence[i])
	}
	slices.Sort(evidence)
	parts := append([]string{f.Cause, SubjectKey(f.Subject), f.Shape}, evidence...)
	sum := sha256.Sum256([]byte(join(parts...)))
	return "sha256:" + hex.EncodeToString(sum[:16])
}

// join puts strings together so that different ones stay different.
func join(parts ...string) string {
	encoded, _ := json.Marshal(parts) // strings always encode
	return string(encoded)
}

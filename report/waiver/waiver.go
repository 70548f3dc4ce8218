// Package waiver reads the file in which people accept findings for a time, and
// marks these findings in a report. A waived finding stays in the report, with
// who accepted it, why and until when; it only does not count for the exit
// code. The report also tells of waivers that have expired or match nothing.
//
// The file is YAML, with one list:
//
//	waivers:
//	  - cause: clock-skew              # id of the cause
//	    subject: lcs01.contoso.com     # name of the findings' subject, or *
//	    reason: replaced in December   # why this is bearable
//	    owner: Kim Akers               # who says so
//	    until: 2026-12-31              # the last day
//
// An entry may also have a shape, to waive one way in which the cause shows
// itself, and a fingerprint ([report.Fingerprint]), to waive a finding only as
// long as its evidence is what was accepted. Anything else is refused, with
// the number of its line.
package waiver

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"lcshealth/report"
)

// Waiver accepts the findings of one cause for one subject until a day.
type Waiver struct {
	Cause       string
	Subject     string // server's FQDN, name of users ("users of lcs01.contoso.com"), "deployment", or * for all
	Shape       string // optional
	Reason      string
	Owner       string
	Until       string // YYYY-MM-DD; the waiver holds on this day and not on the next
	Fingerprint string // optional; see [report.Fingerprint]
	Line        int    // of the file that it was read from
}

// Everything is the subject of a waiver for all subjects of its cause.
const Everything = "*"

var fingerprint = regexp.MustCompile(`^sha256:[0-9a-f]{32}$`)

// Validate refuses a waiver that does not say what it is for, who accepts it,
// why, or until when. All that is wrong is told, each on a line of its own.
func (w *Waiver) Validate() error {
	var wrong []error
	for _, key := range keys {
		value := *w.field(key)
		switch {
		case value == "" && required(key):
			wrong = append(wrong, fmt.Errorf("%s is missing", key))
		case value == "":
		case report.Clean(value) != value:
			wrong = append(wrong, fmt.Errorf("%s holds characters that cannot be shown: %q", key, report.Clean(value)))
		case key == "until" && !isDay(value):
			wrong = append(wrong, fmt.Errorf("until is %q; write a day as YYYY-MM-DD", value))
		case key == "fingerprint" && !fingerprint.MatchString(value):
			wrong = append(wrong, fmt.Errorf("fingerprint is %q; it is sha256: and 32 hexadecimal digits", value))
		}
	}
	return errors.Join(wrong...)
}

// keys are those of an entry, in the order in which they are written.
var keys = []string{"cause", "subject", "shape", "reason", "owner", "until", "fingerprint"}

func required(key string) bool { return key != "shape" && key != "fingerprint" }

// field returns the field of a key, or nil if there is none.
func (w *Waiver) field(key string) *string {
	switch key {
	case "cause":
		return &w.Cause
	case "subject":
		return &w.Subject
	case "shape":
		return &w.Shape
	case "reason":
		return &w.Reason
	case "owner":
		return &w.Owner
	case "until":
		return &w.Until
	case "fingerprint":
		return &w.Fingerprint
	}
	return nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// same reports whether two waivers are for the same findings.
func (w *Waiver) same(other *Waiver) bool {
	return cmp.Or(
		strings.Compare(w.Cause, other.Cause), strings.Compare(strings.ToLower(w.Subject), strings.ToLower(other.Subject)),
		strings.Compare(w.Shape, other.Shape), strings.Compare(w.Fingerprint, other.Fingerprint),
	) == 0
}

package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
)

// decode reads a report in its JSON form. Fields that it does not know are from
// a newer version, and ignored.
func decode(data []byte) (*report.Report, error) {
	if len(data) == 0 || data[0] != '{' {
		return nil, fmt.Errorf("%w: it begins neither as JSON, nor as a page, nor as stored facts", ErrNotReport)
	}
	var parts struct {
		Run      *json.RawMessage `json:"run"`
		Findings *json.RawMessage `json:"findings"`
	}
	if err := json.Unmarshal(data, &parts); err != nil {
		return nil, refuse(err)
	}
	if parts.Run == nil || parts.Findings == nil {
		return nil, fmt.Errorf("%w: it has no run or no findings", ErrNotReport)
	}
	var r report.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, refuse(err)
	}
	for i := range r.Findings {
		if err := check(&r.Findings[i]); err != nil {
			return nil, fmt.Errorf("%w: finding %d: %w", ErrNotReport, i+1, err)
		}
	}
	return &r, nil
}

// check refuses a finding that does not say what it is about or how it was
// judged.
func check(f *checks.Finding) error {
	switch {
	case f.ID == "":
		return errors.New("it has no id")
	case f.Cause == "":
		return errors.New("it has no cause")
	case !slices.Contains(checks.Verdicts(), f.Verdict):
		return fmt.Errorf("unknown verdict %q", short(string(f.Verdict)))
	case !slices.Contains(checks.Severities(), f.Severity):
		return fmt.Errorf("unknown severity %q", short(string(f.Severity)))
	case f.Affected != nil && f.Affected.Count < 0:
		return errors.New("it affects fewer than no users")
	case f.Waived != nil:
		if _, err := time.Parse(time.DateOnly, f.Waived.Until); err != nil {
			return fmt.Errorf("it is waived until %q, which is no day", short(f.Waived.Until))
		}
	}
	return nil
}

func refuse(err error) error { return fmt.Errorf("%w: %s", ErrNotReport, short(err.Error())) }

// short keeps what is told of a hostile file on one line of bearable length.
func short(s string) string {
	const most = 160
	runes := []rune(report.Clean(s))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}

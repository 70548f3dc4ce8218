package sarif

import (
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"

	"github.com/google/uuid"
)

// invoke describes the run. Sources that did not tell everything, and the
// warnings of the others, are its notifications.
func invoke(r *report.Report) invocation {
	code := checks.ExitCode(r.Run.ExitCode)
	out := invocation{
		Start: stamp(r.Run.StartedAt), End: stamp(r.Run.FinishedAt), ExitCode: r.Run.ExitCode,
		Successful:    code != checks.ExitUsage && code != checks.ExitInternal,
		Notifications: []notification{},
		Properties:    invocationProperties{Collected: stamp(r.Run.CollectedAt), Sources: []source{}},
	}
	for i := range r.Sources {
		s := &r.Sources[i]
		out.Properties.Sources = append(out.Properties.Sources, source{
			Name: report.Clean(s.Name), Target: report.Clean(s.Target), Status: report.Clean(string(s.Status)),
			Class: report.Clean(string(s.Class)), DurationMs: s.DurationMs,
		})
		notify := func(level, words string) {
			out.Notifications = append(out.Notifications, notification{level, text([]string{report.Clean(words)})})
		}
		name := s.Name
		if s.Target != "" {
			name += " " + s.Target
		}
		if s.Status != facts.OK {
			words := name + ": " + string(s.Status)
			if s.Message != "" {
				words += ": " + s.Message
			}
			notify(notificationLevel(s.Status), words)
		}
		for _, warning := range s.Warnings {
			notify("warning", name+": "+warning)
		}
	}
	return out
}

func notificationLevel(s facts.Status) string {
	switch s {
	case facts.Failed:
		return "error"
	case facts.Skipped:
		return "note"
	default:
		return "warning"
	}
}

// automation names the run among the runs of lcshealth.
func automation(id string) *automationRef {
	if id == "" {
		return nil
	}
	out := &automationRef{ID: "lcshealth/" + report.Clean(id)}
	// The schema takes only versions 1 to 5, and these variants, of RFC 4122.
	if parsed, err := uuid.Parse(id); err == nil && parsed.Variant() == uuid.RFC4122 && parsed.Version() >= 1 && parsed.Version() <= 5 {
		out.GUID = parsed.String()
	}
	return out
}

// stamp writes a point in time as 3.9 asks for.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

package web

import (
	"net/http"
	"strconv"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// metrics writes how things stand in Prometheus' text format. Everything is
// counted anew from the last run of each scope, but for the requests. Nothing
// is a label that changes from run to run.
func (s *Server) metrics(w http.ResponseWriter, req *http.Request) error {
	states, err := s.scopeStates(req.Context())
	if err != nil {
		return err
	}
	m := newMetrics()
	m.family("build_info", "Always 1, with the version of lcshealth.").set(1, "version", s.o.Version)
	for i := range states {
		m.scope(&states[i], s.o.Now().Unix())
	}
	requests := m.counter("http_requests_total", "Requests to the web page and its API, by method and status.")
	s.requests.each(func(kind requestKind, n int) {
		requests.set(float64(n), "code", strconv.Itoa(kind.status), "method", kind.method)
	})
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	return send(w, m.text())
}

// scope adds the metrics of one scope.
func (m *metrics) scope(state *scopeState, now int64) {
	name := state.Name
	m.family("messages_pending", "Messages that have not arrived yet.").set(float64(state.Waiting), "scope", name)
	active := 0.0
	if state.Active != nil {
		active = 1
	}
	m.family("audit_running", "Whether this server audits the scope at the moment, or is about to.").set(active, "scope", name)
	if !state.Next.IsZero() {
		m.family("next_audit_timestamp_seconds", "When the next audit begins, in seconds since 1970.").set(float64(state.Next.Unix()), "scope", name)
	}
	m.family("runs", "Runs in the history.").set(float64(state.Runs), "scope", name)
	if state.Last == nil {
		return
	}
	run := &state.Last.Run
	m.family("run_timestamp_seconds", "When the last run finished, in seconds since 1970.").set(float64(run.FinishedAt.Unix()), "scope", name)
	m.family("run_age_seconds", "How long ago the last run finished.").set(float64(max(now-run.FinishedAt.Unix(), 0)), "scope", name)
	m.family("run_duration_seconds", "How long the last run took.").set(max(run.FinishedAt.Sub(run.StartedAt).Seconds(), 0), "scope", name)
	m.family("run_exit_code", "Exit code of the last run: 0 nothing present, 1 a cause is present, 3 incomplete.").set(float64(run.ExitCode), "scope", name)
	for _, severity := range checks.Severities() {
		m.family("present", "Findings of the last run that are present, by severity; with those that are waived.").set(float64(run.Summary.Severities[severity]), "scope", name, "severity", string(severity))
	}
	m.family("waived", "Findings of the last run that are present and waived.").set(float64(run.Summary.Waived), "scope", name)
	m.report(state.Last, name)
}

// report adds what only the whole report of a run tells.
func (m *metrics) report(last *standing, scope string) {
	if last.Report == nil {
		return
	}
	findings := m.family("findings", "Findings of the last run by cause, severity and verdict.")
	for i := range last.Report.Findings {
		f := &last.Report.Findings[i]
		findings.add(1, "scope", scope, "cause", f.Cause, "severity", string(f.Severity), "verdict", string(f.Verdict))
	}
	up := m.family("source_up", "Whether a source answered in the last run: 1, also if it could not tell everything, or 0. Sources that were not asked are left out.")
	status := m.family("source_status", "Always 1, with the status of a source in the last run: ok, partial, failed or skipped.")
	for _, source := range last.Report.Sources {
		switch source.Status {
		case facts.OK, facts.Partial:
			up.lower(1, "scope", scope, "source", source.Name, "target", source.Target)
		case facts.Failed:
			up.lower(0, "scope", scope, "source", source.Name, "target", source.Target)
		}
		status.set(1, "scope", scope, "source", source.Name, "target", source.Target, "status", string(source.Status))
	}
}

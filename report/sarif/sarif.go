// Package sarif writes a report as SARIF 2.1.0, the OASIS format for results
// of analysis tools. Causes are its rules, findings its results:
//
//	present         kind fail, with a level by severity: critical and major
//	                error, minor warning, info note
//	undetermined    kind open
//	not applicable  kind notApplicable
//	absent          kind pass
//
// A finding is about a deployment, a server or a set of users, so that it has
// a logical location and never a file. What is waived is a suppression that is
// accepted.
package sarif

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"lcshealth/checks"
	"lcshealth/report"
)

// Options say what the report itself does not hold.
type Options struct {
	// Causes are the causes of the catalogue. Rules take their descriptions
	// and help from them; a cause that is not among them has its title only.
	Causes []checks.Cause
}

// Write writes the report as SARIF, indented.
func Write(w io.Writer, r *report.Report, o Options) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // <, > and & are for people to read
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(convert(r, o)); err != nil {
		return fmt.Errorf("encode the report as SARIF: %w", err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write the report as SARIF: %w", err)
	}
	return nil
}

func convert(r *report.Report, o Options) document {
	rules, index := rules(r, o.Causes)
	results := make([]result, len(r.Findings))
	for i := range r.Findings {
		f := &r.Findings[i]
		results[i] = toResult(f, index[f.Cause])
	}
	return document{
		Schema: schema, Version: "2.1.0",
		Runs: []run{{
			Tool:        tool{Driver: driver{Name: "lcshealth", Version: report.Clean(r.Run.Version), Rules: rules}},
			Invocations: []invocation{invoke(r)},
			Automation:  automation(r.Run.ID),
			Results:     results,
			Properties: runProperties{
				Catalog: report.Clean(r.Run.Catalog), Config: report.Clean(r.Run.Config), Redacted: report.Clean(r.Run.Redacted), Scope: scope(r.Run.Scope), Summary: r.Summary,
			},
		}},
	}
}

func scope(s report.Scope) report.Scope {
	return report.Scope{Codes: s.Codes, Causes: cleanAll(s.Causes), Servers: cleanAll(s.Servers), User: report.Clean(s.User)}
}

func cleanAll(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, report.Clean(s))
	}
	return out
}

package diagnosis

import (
	"fmt"
	"strings"

	"lcshealth/checks/sip/signin"
	"lcshealth/report/view"
)

// rows are what is known of the failure, with labels.
func (d *Diagnosis) rows() (out []view.Row) {
	add := func(label, value string) {
		if value != "" {
			out = append(out, view.Row{Label: label, Value: value})
		}
	}
	f := &d.Failure
	add("User", f.User)
	server := f.Server
	if f.Peer != "" && !strings.HasPrefix(f.Peer, f.Server+":") {
		server = strings.TrimSpace(server + " (" + f.Peer + ")")
		if f.Server == "" {
			server = f.Peer
		}
	}
	if f.Transport != "" && server != "" {
		server += " over " + f.Transport
	}
	add("Server", server)
	if f.Code != 0 {
		add("Code", code(f.Code, f.Phrase))
	}
	add("When", f.At.String())
	if steps := d.steps(); len(steps) > 0 {
		last := steps[len(steps)-1]
		add("In the log", fmt.Sprintf("%s, line %d", last.File, last.Line))
	}
	if f.Attempt > 0 {
		a := &d.Log.Attempts[f.Attempt-1]
		add("Client", a.Client)
		add("Product", a.Server)
		add("Offered", strings.Join(a.Schemes, ", "))
		add("Used", a.Scheme)
		for _, w := range a.Warnings {
			add("Warning", w)
		}
		for _, w := range a.Diagnostics {
			add("Diagnosis", w)
		}
	}
	for _, c := range logClocks(d.Log) {
		add("Clock", c.Words)
	}
	for _, s := range d.Basis.Sections {
		if s.Article != "" {
			add("Article", s.Article)
		}
	}
	return out
}

// steps are the messages of what failed.
func (d *Diagnosis) steps() []signin.Step {
	switch f := &d.Failure; {
	case f.Attempt > 0:
		return d.Log.Attempts[f.Attempt-1].Steps
	case f.Observation > 0:
		return d.Log.Observations[f.Observation-1].Steps
	}
	return nil
}

// ladder is the exchange of what failed.
func (d *Diagnosis) ladder() *signin.Ladder {
	switch f := &d.Failure; {
	case f.Attempt > 0:
		return &d.Log.Attempts[f.Attempt-1].Ladder
	case f.Observation > 0:
		return &d.Log.Observations[f.Observation-1].Ladder
	}
	return nil
}

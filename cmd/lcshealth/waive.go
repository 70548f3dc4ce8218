package main

import (
	"fmt"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/report"
	"lcshealth/report/waiver"

	"github.com/spf13/cobra"
)

// waiveOptions are the flags of waive.
type waiveOptions struct {
	file, report         string
	reason, owner, until string
	loose                bool
}

func newWaive(a *app) *cobra.Command {
	var o waiveOptions
	c := &cobra.Command{
		Use:   "waive FINDING",
		Short: "Accept a finding until a day, and say why",
		Long: `waive adds a waiver to a file that check, analyze and demo take with --waivers. The
finding is named by its id, as reports have it, and looked up in a report. It
stays in every report, marked with who accepted it, why and until when, but does
not count for the exit code. The waiver ends after its day, and when the evidence
becomes another than it was in the report, unless --loose is given.`,
		Example: `  lcshealth waive static-route-invalid/lcs01.contoso.com --report health.json \\
      --reason 'the gateway is replaced in March' --owner kim --until 2027-03-31
  lcshealth check --waivers waivers.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := readReport(c.Context(), o.report)
			if err != nil {
				return err
			}
			return runWaive(a, &o, r, args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&o.file, "waivers", "waivers.yaml", "`file` to add to")
	f.StringVar(&o.report, "report", "", "`file` with the finding: a report in JSON or HTML, or stored facts")
	f.StringVar(&o.reason, "reason", "", "why it is accepted (`text`)")
	f.StringVar(&o.owner, "owner", "", "`who` accepts it")
	f.StringVar(&o.until, "until", "", "the last `day` of the waiver: YYYY-MM-DD")
	f.BoolVar(&o.loose, "loose", false, "go on when the evidence changes")
	for _, name := range []string{"report", "reason", "owner", "until"} {
		must(c.MarkFlagRequired(name))
	}
	return c
}

func runWaive(a *app, o *waiveOptions, r *report.Report, id string) error {
	i := slices.IndexFunc(r.Findings, func(f checks.Finding) bool { return f.ID == id && f.Verdict == checks.Present })
	if i < 0 {
		return usagef("%s: %s has no such finding that is present", id, o.report)
	}
	f := r.Findings[i]
	w := waiver.Waiver{Cause: f.Cause, Subject: f.Subject.Name, Shape: f.Shape, Reason: o.reason, Owner: o.owner, Until: o.until}
	if !o.loose {
		w.Fingerprint = report.Fingerprint(&f)
	}
	if err := w.Validate(); err != nil {
		return usage(err)
	}
	if err := waiver.Append(o.file, w); err != nil {
		return usage(err)
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %s is waived until %s\n", o.file, id, o.until)
	return err
}

// readWaivers reads a file of waivers, if there is one.
func readWaivers(path string) ([]waiver.Waiver, error) {
	if path == "" {
		return nil, nil
	}
	list, err := waiver.File(path)
	if err != nil {
		return nil, usage(err)
	}
	for _, w := range list {
		if !slices.ContainsFunc(catalog.All(), func(c checks.Cause) bool { return c.ID == w.Cause }) {
			return nil, usagef("%s:%d: there is no cause %q%s", path, w.Line, w.Cause, nearCause(w.Cause))
		}
	}
	return list, nil
}

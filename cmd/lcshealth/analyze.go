package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/config"

	"github.com/spf13/cobra"
)

func newAnalyze(a *app) *cobra.Command {
	var s scope
	var o output
	c := &cobra.Command{
		Use:   "analyze FILE",
		Short: "Judge stored facts and report which causes are present",
		Long: `analyze judges facts that collect stored, and gives the findings that check would
have given then. It contacts nobody.

` + exitCodes,
		Example: `  lcshealth analyze contoso.lcsfacts
  lcshealth analyze contoso.lcsfacts --user sip:kim@contoso.com --format json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return runAnalyze(c.Context(), a, args[0], &s, &o)
		},
	}
	s.addFlags(c)
	o.addFlags(c)
	return c
}

func runAnalyze(ctx context.Context, a *app, path string, s *scope, o *output) error {
	options, err := s.options()
	if err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	r, err := o.redact.redactor(ctx, config.Secret{})
	if err != nil {
		return err
	}
	return analyze(path, func(j judgement) error {
		j.options, j.scope, j.output, j.redactor = options, s.report(), o, r
		return judge(ctx, a, j)
	})
}

// analyze reads stored facts and has them judged.
func analyze(path string, then func(judgement) error) error {
	started := time.Now()
	file, err := os.Open(path)
	if err != nil {
		return usagef("read the facts: %w", err)
	}
	defer file.Close() //nolint:errcheck // only read
	in, err := facts.NewReader(file)
	if err != nil {
		return refuse(path, err)
	}
	return refuse(path, then(judgement{started: started, config: in.Header.Config, deployment: in.Deployment, users: in.SignIns()}))
}

// refuse names the file that cannot be relied on.
func refuse(path string, err error) error {
	for _, cause := range []error{facts.ErrNotFacts, facts.ErrNewer, facts.ErrTruncated, facts.ErrDamaged} {
		if errors.Is(err, cause) {
			return usage(fmt.Errorf("%s: %w", path, err))
		}
	}
	return err
}

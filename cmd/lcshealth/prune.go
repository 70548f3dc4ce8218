package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"lcshealth/config"
	"lcshealth/report/history"
)

// pruned counts what was removed.
type pruned struct {
	history.Pruned
	files int
}

// prune removes what the configuration does not keep. The file of a run's facts
// goes with its report; no other file is touched.
func prune(ctx context.Context, store *history.Store, keep *config.History) (out pruned, err error) {
	before, err := factsOf(ctx, store)
	if err != nil {
		return out, err
	}
	out.Pruned, err = store.Prune(ctx, history.Policy{
		KeepAge: keep.KeepAge, KeepRuns: keep.KeepRuns, KeepReports: keep.KeepReports, KeepSpans: keep.KeepAge,
	})
	if err != nil || len(before) == 0 {
		return out, err
	}
	after, err := factsOf(ctx, store)
	if err != nil {
		return out, err
	}
	for file := range before {
		if after[file] {
			continue
		}
		switch err := os.Remove(file); {
		case err == nil:
			out.files++
		case !errors.Is(err, fs.ErrNotExist):
			return out, fmt.Errorf("remove the facts of a run that is no longer kept: %w", err)
		}
	}
	return out, nil
}

// factsOf are the files of facts of the runs whose reports are kept.
func factsOf(ctx context.Context, store *history.Store) (map[string]bool, error) {
	runs, err := store.Runs(ctx, history.Filter{})
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i := range runs {
		if runs[i].HasReport() && runs[i].FactsFile != "" {
			out[runs[i].FactsFile] = true
		}
	}
	return out, nil
}

package history

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// exported is a line of an export. Fields are only ever added.
type exported struct {
	Kind   string          `json:"kind"`             // history, run or end
	Format int             `json:"format,omitempty"` // of history
	Run    *Run            `json:"run,omitempty"`
	Report json.RawMessage `json:"report,omitempty"` // as report.schema.json has it; missing if it was removed
	Runs   *int            `json:"runs,omitempty"`   // of end: how many there are
}

// Export writes runs with their reports, the last one saved first, as lines of
// JSON (NDJSON). The first line is of kind history; the last, of kind end,
// shows that nothing is missing.
func (s *Store) Export(ctx context.Context, w io.Writer, f Filter) error {
	out := bufio.NewWriter(w)
	err := s.export(ctx, json.NewEncoder(out), f)
	if err == nil {
		err = out.Flush()
	}
	return s.failed("export the runs", err)
}

// exportPage is how many runs are in memory at once, without their reports.
const exportPage = 100

func (s *Store) export(ctx context.Context, to *json.Encoder, f Filter) error {
	to.SetEscapeHTML(false)
	if err := to.Encode(exported{Kind: "history", Format: 1}); err != nil {
		return err
	}
	n, left := 0, f.Limit
	for {
		if f.Limit = exportPage; left > 0 {
			f.Limit = min(exportPage, left-n)
		}
		var page []Run
		var err error
		if f.Limit > 0 {
			page, err = s.runs(ctx, f, " ORDER BY r.seq DESC")
		}
		if err != nil {
			return err
		}
		for i := range page {
			line := exported{Kind: "run", Run: &page[i]}
			if line.Report, err = s.rawReport(ctx, page[i].Seq); err != nil {
				return fmt.Errorf("run %s: %w", page[i].ID, err)
			}
			if err := to.Encode(line); err != nil {
				return err
			}
			n, f.Before = n+1, page[i].Seq
		}
		if len(page) < exportPage {
			return to.Encode(exported{Kind: "end", Runs: &n})
		}
	}
}

// rawReport returns the JSON of a report, or nil if it was removed.
func (s *Store) rawReport(ctx context.Context, seq int64) (json.RawMessage, error) {
	var body []byte
	switch err := s.row(ctx, "SELECT body FROM reports WHERE run = ?", seq).Scan(&body); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	}
	encoded, err := unpack(body)
	if err != nil {
		return nil, err
	}
	if !json.Valid(encoded) {
		return nil, errors.Join(ErrDamaged, errors.New("it is not JSON"))
	}
	return encoded, nil
}

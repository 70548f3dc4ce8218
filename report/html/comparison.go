package html

import (
	"fmt"
	"io"

	"lcshealth/report/compare"
	"lcshealth/report/view/changes"
)

// WriteComparison writes what has changed between two reports as an HTML page,
// held to itself like that of [Write].
func WriteComparison(w io.Writer, c *compare.Comparison) error {
	v := changes.Of(c)
	page, err := fill("comparison.gohtml", struct {
		*changes.View
		Frame Frame
		Runs  []labelled
	}{v, Frame{Title: v.Headline, Of: "comparison", At: v.After.At, Style: style}, []labelled{{"Before", v.Before}, {"Now", v.After}}})
	if err != nil {
		return err
	}
	if _, err := w.Write(page); err != nil {
		return fmt.Errorf("write the comparison as HTML: %w", err)
	}
	return nil
}

// labelled is one of the two reports under its label.
type labelled struct {
	Label string
	Run   changes.Run
}

// kindly is a change with its kind.
type kindly struct {
	changes.Change
	Kind compare.Kind
}

func inKind(kind compare.Kind, c changes.Change) kindly { return kindly{c, kind} }

package web

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/history"
	"lcshealth/report/view"
)

// The size of a trend, in its own units.
const (
	trendBars   = 90
	trendWidth  = 720
	trendHeight = 96
)

// trend is a picture of how many findings of a cause were present over time.
type trend struct {
	Width, Height int
	Bars          []bar
	Most          int
	From, To      string // days
	Words         string // the same for those who do not see it
}

// bar sums up one run, or several that follow each other.
type bar struct {
	X, Width      float64
	Y, Height     float64 // of what is present
	State         string
	Open          bool    // something could not be decided
	OpenY, OpenTo float64 // of the mark for that
	Title         string
}

// drawTrend draws the points, or returns nil if there are none.
func drawTrend(points []history.TrendPoint) *trend {
	if len(points) == 0 {
		return nil
	}
	n := min(len(points), trendBars)
	out := &trend{Width: trendWidth, Height: trendHeight, From: day(points[0]), To: day(points[len(points)-1])}
	present := 0
	for _, p := range points {
		out.Most = max(out.Most, p.Verdicts.Present)
		if p.Verdicts.Present > 0 {
			present++
		}
	}
	step := float64(trendWidth) / float64(n)
	for i := range n {
		part := points[i*len(points)/n : (i+1)*len(points)/n]
		out.Bars = append(out.Bars, barOf(part, float64(i)*step, step, out.Most))
	}
	last := points[len(points)-1]
	out.Words = fmt.Sprintf("Present in %d of %s from %s to %s, at most %s at once; in the last run %s.", present, view.Count(len(points), "run", "runs"),
		out.From, out.To, view.Count(out.Most, "finding", "findings"), inWords(last))
	return out
}

func day(p history.TrendPoint) string { return p.At.UTC().Format("2006-01-02") }

func inWords(p history.TrendPoint) string {
	words := []string{fmt.Sprintf("%d present", p.Verdicts.Present)}
	if p.Waived > 0 {
		words = append(words, fmt.Sprintf("%d of them waived", p.Waived))
	}
	if p.Verdicts.Undetermined > 0 {
		words = append(words, fmt.Sprintf("%d undetermined", p.Verdicts.Undetermined))
	}
	return strings.Join(words, ", ")
}

// barOf sums runs up by the worst of them.
func barOf(points []history.TrendPoint, x, step float64, most int) bar {
	const foot, gap = 4.0, 1.0
	worst := points[0]
	out := bar{X: x, Width: step - min(gap, step/4), State: "clear"}
	for _, p := range points {
		if p.Verdicts.Present > worst.Verdicts.Present {
			worst = p
		}
		out.Open = out.Open || p.Verdicts.Undetermined > 0
	}
	if worst.Verdicts.Present > 0 {
		out.State = string(worst.Worst)
		if worst.Worst == "" {
			out.State = string(checks.Info)
		}
		out.Height = float64(trendHeight-12) * float64(worst.Verdicts.Present) / float64(most)
	}
	out.Height = max(out.Height, foot)
	out.Y = trendHeight - out.Height
	out.OpenY, out.OpenTo = max(out.Y-6, 0), max(out.Y-2, 4)
	out.Title = worst.At.UTC().Format("2006-01-02 15:04 UTC") + ": " + inWords(worst)
	if len(points) > 1 {
		out.Title = fmt.Sprintf("%d runs until %s, at most %s", len(points), points[len(points)-1].At.UTC().Format("2006-01-02 15:04 UTC"), inWords(worst))
	}
	return out
}

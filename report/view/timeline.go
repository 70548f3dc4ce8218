package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lcshealth/report"
)

// mostDates is how many dated facts a timeline shows.
const mostDates = 40

// day is that of a calendar that knows no summer time.
const day = 24 * time.Hour

// expiresSoon is from when on a date is near, as for the cause
// certificate-expiring.
const expiresSoon = 30 * day

// Timeline shows how long dated facts hold. Places on it are permille of its
// width. It reaches from a year before the facts were gathered to five years
// after, and is stretched around that moment, so that days can be seen there.
type Timeline struct {
	At     string // when the facts were gathered
	Ticks  []Tick
	Now    int // its place
	Groups []DatedGroup
	Rest   string // what is not shown, or ""
}

// Tick is a mark of the axis.
type Tick struct {
	At    int
	Label string
	Now   bool
	Minor bool // it may be left out where there is little room
}

// DatedGroup are the dated facts of one host.
type DatedGroup struct {
	Title string // "" if its only row has the name of the host
	Rows  []DatedRow
}

// DatedRow is a dated fact.
type DatedRow struct {
	Name   string
	Full   string // the name in full, if it is longer
	Detail string // what it is used for
	State  DateState
	Words  string // "expires in 12 days"
	When   string // "on 2026-03-16"
	// From and To are the places of its beginning and end; Before and After
	// say that these are beyond the axis.
	From, To      int
	Before, After bool
	Anchor        string // of a finding that names it, or ""
	sort          time.Time
	host          string
}

// DateState is how a dated fact stands.
type DateState string

// The states of dated facts, the most urgent first.
const (
	DateExpired DateState = "expired"
	DateNotYet  DateState = "not yet valid"
	DateSoon    DateState = "soon"
	DateOld     DateState = "old" // what a host told long ago
	DateUnused  DateState = "not used"
	DateValid   DateState = "valid"
)

// Class is the state as one word for CSS.
func (s DateState) Class() string { return strings.ReplaceAll(string(s), " ", "-") }

// Shape is the shape that goes with a state.
func (s DateState) Shape() string {
	switch s {
	case DateExpired:
		return ShapeFailed
	case DateNotYet, DateSoon:
		return ShapeMajor
	case DateOld:
		return ShapeMinor
	case DateUnused:
		return ShapeNone
	default:
		return ShapeClear
	}
}

// timeline puts dated facts and waivers on an axis. It returns nil if there are
// none.
func timeline(r *report.Report, findings []*Finding) *Timeline {
	now := r.Run.CollectedAt
	var rows []DatedRow
	omitted := 0
	if r.Dates != nil {
		now = r.Dates.At
		omitted = r.Dates.Omitted
		for i := range r.Dates.List {
			rows = append(rows, datedRow(&r.Dates.List[i], now, findings))
		}
	}
	for i := range r.Waivers {
		if row, ok := waiverRow(&r.Waivers[i], now); ok {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	rank := func(s DateState) int {
		return slices.Index([]DateState{DateExpired, DateNotYet, DateSoon, DateOld, DateValid, DateUnused}, s)
	}
	slices.SortStableFunc(rows, func(a, b DatedRow) int {
		return cmp.Or(cmp.Compare(rank(a.State), rank(b.State)), a.sort.Compare(b.sort), cmp.Compare(a.Name, b.Name))
	})
	t := &Timeline{At: Stamp(now), Ticks: ticks(), Now: place(0)}
	t.Rest = restOf(rows[min(len(rows), mostDates):], omitted)
	for _, row := range rows[:min(len(rows), mostDates)] {
		i := slices.IndexFunc(t.Groups, func(g DatedGroup) bool { return g.Title == row.host })
		if i < 0 {
			i = len(t.Groups)
			t.Groups = append(t.Groups, DatedGroup{Title: row.host})
		}
		t.Groups[i].Rows = append(t.Groups[i].Rows, row)
	}
	for i := range t.Groups {
		if g := &t.Groups[i]; len(g.Rows) == 1 && strings.EqualFold(g.Title, g.Rows[0].Name) {
			g.Title = "" // it would say the same twice
		}
	}
	return t
}

// datedRow puts a dated fact on the axis.
func datedRow(d *report.Dated, now time.Time, findings []*Finding) DatedRow {
	clean := report.Clean
	row := DatedRow{Name: clean(d.Name), sort: d.NotAfter}
	if short := commonName(row.Name); short != row.Name {
		row.Name, row.Full = short, row.Name
	}
	hosts := cleanAll(d.Hosts)
	switch {
	case d.HostCount > 1:
		row.host = "More than one host"
		named := hosts[:min(len(hosts), 2)]
		row.Detail = "on " + strings.Join(named, ", ")
		if n := d.HostCount - len(named); n > 0 {
			row.Detail += fmt.Sprintf(" and %d more", n)
		}
	case len(hosts) == 1:
		row.host = hosts[0]
	default:
		row.host = "Host not known"
	}
	var uses []string
	if d.Authority {
		uses = append(uses, "authority")
	}
	uses = append(uses, usesOf(cleanAll(d.Uses))...)
	if row.Detail != "" {
		uses = append(uses, row.Detail)
	}
	if d.Kind == report.DateFacts {
		row.State, row.sort = DateOld, d.NotBefore
		row.Words, row.When = "told "+days(now.Sub(d.NotBefore))+" before", "on "+date(d.NotBefore)
		row.span(d.NotBefore, now, now)
		return row
	}
	row.State, row.Words, row.When = validity(d.NotBefore, d.NotAfter, now)
	if !d.InUse {
		uses = append([]string{"issued to the server, not selected for anything"}, uses...)
		if row.State == DateValid {
			row.State = DateUnused
		}
	}
	row.Detail = strings.Join(uses, ", ")
	row.span(d.NotBefore, d.NotAfter, now)
	if d.Serial != "" {
		row.Anchor = naming("serial number "+clean(d.Serial), findings)
	}
	return row
}

// waiverRow puts a waiver on the axis. It holds through its last day.
func waiverRow(w *report.Waiver, now time.Time) (DatedRow, bool) {
	until, err := time.Parse(time.DateOnly, w.Until)
	if err != nil {
		return DatedRow{}, false
	}
	end := until.Add(day)
	row := DatedRow{Name: report.Clean(WaiverSubject(*w)), Detail: report.Clean("accepted by " + w.Owner), host: "Waivers", sort: end}
	row.State, row.Words, _ = validity(time.Time{}, end, now)
	if w.State == report.WaiverExpired && row.State != DateExpired { // by the day of the run, which is later than that of the facts
		row.State, row.Words = DateExpired, "expired"
	}
	row.When = "until " + date(until)
	from := now // since when it holds is not told
	if end.Before(from) {
		from = end
	}
	row.span(from, end, now)
	return row, true
}

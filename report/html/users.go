package html

import (
	"lcshealth/checks"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// firstUsers are named at once: as many as a check keeps unless it is asked
// for more. The others that the report names are shown when they are asked for.
const firstUsers = 20

// affected are the users whom a finding concerns, as the page shows them.
type affected struct {
	Count int
	First []string
	Named int // those whom the report names
	Held  int // those of them who are not among the first, and in the page's JSON
	Rest  int // all the others
}

// users arranges affected users. held tells whether the page holds the report,
// so that those beyond the first can be shown when they are asked for.
func users(a *checks.Affected, held bool) *affected {
	if a == nil {
		return nil
	}
	out := &affected{Count: a.Count, Named: len(a.Users), First: a.Users[:min(len(a.Users), firstUsers)]}
	if held {
		out.Held = out.Named - len(out.First)
	}
	out.Rest = max(a.Count-len(out.First)-out.Held, 0)
	return out
}

// grouped writes a number with its thousands apart: "4,312".
func grouped(n int) string { return message.NewPrinter(language.English).Sprintf("%d", n) }

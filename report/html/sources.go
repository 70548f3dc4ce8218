package html

import "lcshealth/checks/facts"

// mostFine are the sources that ended well and have a row of their own. If there
// are more, the rows are those that have something to tell.
const mostFine = 40

// toldSources are sources as the page shows them.
type toldSources struct {
	Rows []facts.Source
	Fine []facts.Source // ended well, with nothing to tell
}

func told(sources []facts.Source) *toldSources {
	if len(sources) == 0 {
		return nil
	}
	out := &toldSources{}
	for _, s := range sources {
		if s.Status == facts.OK && s.Message == "" && len(s.Warnings) == 0 && len(s.Details) == 0 {
			out.Fine = append(out.Fine, s)
		} else {
			out.Rows = append(out.Rows, s)
		}
	}
	if len(out.Fine) <= mostFine {
		out.Rows, out.Fine = sources, nil
	}
	return out
}

package web

import (
	"net/http"

	"lcshealth/checks/facts"
	"lcshealth/report/format"
	"lcshealth/report/history"
	"lcshealth/report/view"
)

// runPage is a run with what is to be done about it.
type runPage struct {
	*standing
	Previous *history.Run
	News     *news
	Failing  []facts.Source
	Present  []*view.Finding // with those that follow from others
	Formats  []format.Format
	Waives   bool // findings can be waived here
}

func (s *Server) showRun(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	run, err := s.o.Store.Run(ctx, req.PathValue("id"))
	if err != nil {
		return err
	}
	body := runPage{Formats: format.All(), Waives: s.o.Waivers != ""}
	if body.standing, err = s.standing(ctx, &run); err != nil {
		return err
	}
	if body.Previous, err = s.before(ctx, &run); err != nil {
		return err
	}
	if body.Previous != nil {
		if body.News, err = s.compared(ctx, body.Previous, &run); err != nil {
			return err
		}
	}
	if body.View != nil {
		body.Failing = failing(body.View.Sources)
		for f := range view.All(body.View.Present) {
			body.Present = append(body.Present, f)
		}
	}
	return s.show(w, req, http.StatusOK, "run.gohtml", page{Title: "Run " + short(run.ID), Nav: "/runs", Body: body})
}

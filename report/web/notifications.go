package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/notify"
)

// mostMessages is how many messages of a state are listed.
const mostMessages = 100

// testTime is how long the test of a channel may take.
const testTime = 40 * time.Second

type notificationsPage struct {
	Channels []string
	Pending  []messageRow
	GivenUp  []messageRow
	Tested   string // the channel that was tried out
	Steps    []string
	Failed   string
}

// messageRow is a message as it is shown. Its JSON form only ever gains fields.
type messageRow struct {
	ID        int64         `json:"id"`
	Scope     string        `json:"scope"`
	RunID     string        `json:"runId,omitempty"`
	Channel   string        `json:"channel"`
	Subject   string        `json:"subject,omitempty"`
	State     history.State `json:"state"`
	CreatedAt time.Time     `json:"createdAt"`
	NotBefore time.Time     `json:"notBefore,omitzero"`
	Attempts  int           `json:"attempts"`
	LastError string        `json:"lastError,omitempty"`
}

func messageOf(m *history.Message) messageRow {
	row := messageRow{
		ID: m.ID, Scope: m.Scope, RunID: m.RunID, Channel: m.Channel, State: m.State, CreatedAt: m.CreatedAt, NotBefore: m.NotBefore,
		Attempts: m.Attempts, LastError: report.Clean(m.LastError),
	}
	if n, err := notify.Parse(m.Payload); err == nil {
		row.Subject = report.Clean(n.Subject)
	}
	return row
}

func (s *Server) messages(ctx context.Context, scope string, state history.State, limit int) ([]messageRow, error) {
	list, err := s.o.Store.Messages(ctx, scope, state, limit)
	rows := make([]messageRow, 0, len(list))
	for i := range list {
		rows = append(rows, messageOf(&list[i]))
	}
	return rows, err
}

func (s *Server) channels() []string {
	names := make([]string, 0, len(s.o.Auditor.Channels))
	for _, c := range s.o.Auditor.Channels {
		names = append(names, c.Name())
	}
	return names
}

func (s *Server) listMessages(w http.ResponseWriter, req *http.Request) error {
	return s.showMessages(w, req, notificationsPage{})
}

func (s *Server) showMessages(w http.ResponseWriter, req *http.Request, body notificationsPage) (err error) {
	body.Channels = s.channels()
	if body.Pending, err = s.messages(req.Context(), "", history.Pending, mostMessages); err != nil {
		return err
	}
	if body.GivenUp, err = s.messages(req.Context(), "", history.GivenUp, mostMessages); err != nil {
		return err
	}
	return s.show(w, req, http.StatusOK, "notifications.gohtml", page{Title: "Notifications", Nav: "/notifications", Body: body})
}

func (s *Server) tryChannel(w http.ResponseWriter, req *http.Request) error {
	body := notificationsPage{Tested: req.PostFormValue("channel")}
	steps, failed, err := s.test(req.Context(), body.Tested)
	if err != nil {
		return err
	}
	body.Steps, body.Failed = steps, failed
	return s.showMessages(w, req, body)
}

// test tries a channel out. failed says why it did not work; an error, that it
// could not be tried.
func (s *Server) test(ctx context.Context, channel string) (steps []string, failed string, err error) {
	if s.o.NotifyTest == nil || !slices.Contains(s.channels(), channel) {
		return nil, "", notFound("there is no such channel")
	}
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	steps, err = s.o.NotifyTest(ctx, channel)
	if err != nil {
		failed = report.Clean(err.Error())
	}
	return append([]string{}, steps...), failed, nil
}

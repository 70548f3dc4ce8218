package mail

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"lcshealth/report"
	"lcshealth/report/html"
	"lcshealth/report/jsonreport"
	"lcshealth/report/notify"
	"lcshealth/report/notify/render"
)

// compose writes the mail. Its Message-ID is the same at each attempt, so that
// who gets it twice can tell.
func (c *channel) compose(ctx context.Context, e notify.Envelope) (*gomail.Msg, error) {
	n := e.Notification
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	for _, set := range []error{m.From(c.o.From), m.To(c.o.To...), m.Cc(c.o.Cc...)} {
		if set != nil {
			return nil, notify.Permanent("address the mail: %w", set)
		}
	}
	from, err := address(c.o.From)
	if err != nil {
		return nil, notify.Permanent("address the mail: %w", err)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	m.SetMessageIDWithValue("lcshealth." + e.Key + "@" + domain)
	m.SetDateWithValue(e.Now)
	m.Subject(report.Clean(n.Subject))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers of machines
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetGenHeader("X-Mailer", "lcshealth")
	m.SetGenHeader("X-Lcshealth-Scope", report.Clean(n.Scope))
	m.SetGenHeader("X-Lcshealth-Occasion", report.Clean(string(n.Occasion)))
	if n.Severity != "" {
		m.SetGenHeader("X-Lcshealth-Severity", report.Clean(string(n.Severity)))
	}
	notes, err := c.attach(ctx, m, e)
	if err != nil {
		return nil, err
	}
	page, err := render.HTML(n, notes...)
	if err != nil {
		return nil, notify.Permanent("%w", err)
	}
	m.SetBodyString(gomail.TypeTextPlain, render.Text(n, notes...))
	m.AddAlternativeString(gomail.TypeTextHTML, page)
	return m, nil
}

// attach attaches the report as asked for, and says what it could not attach.
// A mail without its report is better than none.
func (c *channel) attach(ctx context.Context, m *gomail.Msg, e notify.Envelope) (notes []string, err error) {
	if len(c.o.Attach) == 0 || e.Report == nil || e.Notification.Run == nil {
		return nil, nil
	}
	r, err := e.Report(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("read the report of run %s: %w", e.Notification.Run.ID, ctx.Err())
	case err != nil || r == nil:
		return []string{"The report could not be attached, as it could not be read."}, nil //nolint:nilerr // the mail says so
	}
	most := c.o.MostAttached
	if most == 0 {
		most = 10 << 20
	}
	for _, format := range c.o.Attach {
		var out bytes.Buffer
		name, kind, write := "lcshealth-report.html", gomail.ContentType("text/html"), html.Write
		if format == "json" {
			name, kind, write = "lcshealth-report.json", gomail.ContentType("application/json"), jsonreport.Write
		}
		if err := write(&out, r); err != nil {
			return nil, notify.Permanent("attach the report: %w", err)
		}
		if out.Len() > most {
			notes = append(notes, fmt.Sprintf("The report as %s is not attached, as it is larger than %d KiB.", strings.ToUpper(format), most>>10))
			continue
		}
		if err := m.AttachReader(name, &out, gomail.WithFileContentType(kind)); err != nil {
			return nil, fmt.Errorf("attach the report: %w", err)
		}
	}
	return notes, nil
}

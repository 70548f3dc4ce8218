package web

import (
	"mime"
	"net/http"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/format"
	"lcshealth/report/text"
)

// formatOf returns a format by its name.
func formatOf(name string) (format.Format, error) {
	f, ok := format.Of(name)
	if !ok {
		return f, notFound("there is no such format")
	}
	return f, nil
}

// formatOptions are those of reports that are downloaded.
func (s *Server) formatOptions() format.Options {
	return format.Options{Text: text.Options{Width: 100}, FailOn: checks.Minor, Causes: s.o.Causes}
}

// attached makes of an answer a file to be kept. Names of files say nothing of
// what stands in an id but letters and digits.
func attached(h http.Header, id, extension string) {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, id)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "lcshealth-" + plain + extension}))
}

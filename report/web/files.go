package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"

	"lcshealth/report/html"
)

//go:embed static
var static embed.FS

// file is a style or a script. Its digest is part of its address, so that
// browsers may keep it for ever.
type file struct {
	kind   string
	data   []byte
	digest string
}

// files are the styles and scripts by name. The first style is that of the
// report's own page, so that both look alike.
var files = sync.OnceValues(func() (map[string]file, error) {
	out := map[string]file{}
	add := func(name, kind string, data []byte) {
		sum := sha256.Sum256(data)
		out[name] = file{kind, data, hex.EncodeToString(sum[:8])}
	}
	add("report.css", "text/css; charset=utf-8", []byte(html.Sheet()))
	for name, kind := range map[string]string{
		"web.css": "text/css; charset=utf-8", "web.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
	} {
		data, err := static.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("read the page's files: %w", err)
		}
		add(name, kind, data)
	}
	return out, nil
})

// address is where a file is found.
func address(name string) (string, error) {
	all, err := files()
	if err != nil {
		return "", err
	}
	f, ok := all[name]
	if !ok {
		return "", fmt.Errorf("there is no file %q", name)
	}
	return "/static/" + name + "?" + f.digest, nil
}

func (s *Server) serveFile(w http.ResponseWriter, req *http.Request) error {
	all, err := files()
	if err != nil {
		return err
	}
	f, ok := all[req.PathValue("file")]
	if !ok {
		return notFound("there is no such file")
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "no-cache")
	if req.URL.RawQuery == f.digest {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	return send(w, f.data)
}

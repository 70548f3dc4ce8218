package guard

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

func TestCrossSiteRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim, lee := s.signIn("kim"), s.signIn("lee")
	form := "csrf=" + kim.csrf
	for what, test := range map[string]struct {
		path, body string
		headers    []string
		want       int
	}{
		"own form":                  {"/runs", form, []string{"Sec-Fetch-Site", "same-origin", "Origin", "null"}, 200}, // as Referrer-Policy makes it
		"own form, old browser":     {"/runs", form, []string{"Origin", s.url}, 200},
		"neither header":            {"/runs", form, nil, 200},
		"cross-site form":           {"/runs", form, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"other name of the site":    {"/runs", form, []string{"Sec-Fetch-Site", "same-site"}, 403},
		"claims both":               {"/runs", form, []string{"Sec-Fetch-Site", "cross-site", "Origin", s.url}, 403},
		"wrong Origin":              {"/runs", form, []string{"Origin", "https://www.fabrikam.com"}, 403},
		"other port":                {"/runs", form, []string{"Origin", "http://127.0.0.1:1"}, 403},
		"Origin null":               {"/runs", form, []string{"Origin", "null"}, 403},
		"no token":                  {"/runs", "a=b", nil, 403},
		"nothing":                   {"/runs", "", nil, 403},
		"empty token":               {"/runs", "csrf=", nil, 403},
		"another's token":           {"/runs", "csrf=" + lee.csrf, nil, 403},
		"token in the query":        {"/runs?" + form, "a=b", nil, 403},
		"second token":              {"/runs", "csrf=x&" + form, nil, 403},
		"token in the header":       {"/runs", "a=b", []string{"X-CSRF-Token", kim.csrf}, 200},
		"API by session":            {"/api/runs", `{}`, []string{"X-CSRF-Token", kim.csrf}, 200},
		"API, no token":             {"/api/runs", `{}`, nil, 403},
		"API, token in a form":      {"/api/runs", form, nil, 403},
		"sign-in from another site": {"/sign-in", "name=lee&password=correct+horse+battery", []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		s.do("POST", test.path, test.body, append(test.headers, "Cookie", kim.cookie)...).want(t, what, test.want)
	}
	token := []string{"Authorization", "Bearer " + s.tokens["kim-run"]}
	s.do("POST", "/api/runs", `{}`, token...).want(t, "API token", 200)
	s.do("POST", "/api/runs", `{}`, append(token, "Sec-Fetch-Site", "cross-site")...).want(t, "API token in a page of another site", 403)
	s.do("GET", "/", "", "Cookie", kim.cookie, "Sec-Fetch-Site", "cross-site").want(t, "link from another site", 200)
}

func TestForms(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	own := []string{"Cookie", kim.cookie, "X-CSRF-Token", kim.csrf}
	tenMB := strings.Repeat("a", 10<<20)
	s.do("POST", "/runs", "a="+tenMB, own...).want(t, "10 MB", 413)
	s.do("POST", "/api/runs", tenMB, own...).want(t, "10 MB to the API", 413)
	s.do("POST", "/runs", "a="+tenMB).want(t, "10 MB of nobody", 401)
	s.do("POST", "/sign-in", "name=kim&password="+tenMB[:20<<10]).want(t, "a long password", 413)
	s.do("POST", "/runs", strings.Repeat("a=&", 1000), own...).want(t, "1000 fields", 413)
	s.do("POST", "/runs", "a="+tenMB[:1<<20-2], own...).want(t, "1 MB", 200)
	s.do("POST", "/runs", "a=%zz", own...).want(t, "no form", 400)
	s.do("POST", "/runs", "{}", append(own, "Content-Type", "application/json")...).want(t, "JSON for a page", 415)

	// Without a length beforehand.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/runs", io.MultiReader(strings.NewReader("a="), strings.NewReader(tenMB[:2<<20])))
	s.check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", kim.cookie)
	if resp, err := s.client.Do(req); err == nil { // else the connection was closed while sending
		resp.Body.Close()
		answer{resp, ""}.want(t, "2 MB in chunks", 413)
	}

	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	s.check(m.WriteField("csrf", kim.csrf))
	s.check(m.Close())
	s.do("POST", "/runs", b.String(), append(own, "Content-Type", m.FormDataContentType())...).want(t, "a file", 415)
}

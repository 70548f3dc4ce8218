package diagnosis_test

import (
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/report/diagnosis"
)

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		code   int
		phrase string
		want   string // labels
		exact  bool
	}{
		{400, "Invalid Contact information", "Invalid contact information", true},
		{400, "INVALID CONTACT", "Invalid contact information", true},
		{400, "Missing correct VIA header", "Missing correct VIA header", true},
		{400, "Missing/incorrect Via header", "Missing correct VIA header", true},
		{400, "Malformed Via", "Invalid contact information|Missing correct VIA header", false},
		{400, "Bad Request", "Invalid contact information|Missing correct VIA header", false},
		{400, "", "Invalid contact information|Missing correct VIA header", false},
		{504, "Cannot locate the next server", "Gateway Timeout", true},
		{504, "", "Gateway Timeout", true},
		{404, "User Not Found", "Not Found", true},
		{401, "Unauthorized", "Unauthorized", true},
		{418, "I'm a teapot", "", false},
	} {
		b := diagnosis.Lookup(c.code, c.phrase)
		var labels []string
		for _, s := range b.Sections {
			labels = append(labels, s.Label)
			if s.Article == "" || s.Means == "" {
				t.Errorf("%d %q: %+v", c.code, c.phrase, s)
			}
		}
		if c.code == 401 != b.Partial {
			t.Errorf("%d: partial is %t", c.code, b.Partial)
		}
		if got := strings.Join(labels, "|"); got != c.want || b.Exact != c.exact || c.exact == (len(b.Notes) > 0) && !b.Partial && c.want != "" {
			t.Errorf("%d %q: %q, exact %t, notes %q", c.code, c.phrase, got, b.Exact, b.Notes)
		}
	}
}

// The index knows the catalogue: every cause of it is found by its code and one
// of the phrases, and nothing is found by a code that it does not have.
func TestIndexIsTheCatalogues(t *testing.T) {
	phrases := map[int][]string{400: {"Invalid contact information", "Missing correct VIA header"}}
	for _, c := range catalog.All() {
		for _, code := range c.Codes {
			found := false
			for _, phrase := range append(phrases[code], "") {
				found = found || slices.Contains(listed(code, phrase), c.ID)
			}
			if !found {
				t.Errorf("%s is not found by %d", c.ID, code)
			}
			for _, phrase := range phrases[code] {
				if all := listed(code, ""); !slices.Contains(all, c.ID) {
					t.Errorf("%s is not among all of %d, by %q", c.ID, code, phrase)
				}
			}
		}
	}
	for _, code := range catalog.Codes() {
		if len(diagnosis.Lookup(code.Code, "").Sections) == 0 {
			t.Errorf("nothing is known of %d", code.Code)
		}
		for _, phrase := range append(phrases[code.Code], "", "whatever") {
			for _, id := range listed(code.Code, phrase) {
				i := slices.IndexFunc(catalog.All(), func(c checks.Cause) bool { return c.ID == id })
				if i < 0 || !slices.Contains(catalog.All()[i].Codes, code.Code) {
					t.Errorf("%d %q lists %s, which has not the code", code.Code, phrase, id)
				}
			}
		}
		for _, s := range diagnosis.Lookup(code.Code, "").Sections {
			if !slices.Contains(code.Labels, s.Label) {
				t.Errorf("the catalogue has no label %q of %d", s.Label, code.Code)
			}
		}
	}
}

func listed(code int, phrase string) (ids []string) {
	for _, c := range diagnosis.Of(diagnosis.Question{Code: code, Phrase: phrase, Causes: catalog.All()}).Causes {
		ids = append(ids, c.ID)
	}
	return ids
}

// The two phrases of 400 share no cause.
func TestPhrasesOf400(t *testing.T) {
	contact, via := listed(400, "Invalid Contact information"), listed(400, "Missing/incorrect Via header")
	if !slices.Equal(contact, []string{"no-tls-listener"}) || slices.ContainsFunc(via, func(id string) bool { return slices.Contains(contact, id) }) || len(via) < 2 {
		t.Errorf("contact: %v, via: %v", contact, via)
	}
}

package html_test

import (
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/view"

	"github.com/PuerkitoBio/goquery"
)

// The matrix has the report's counts, and every cell leads to its findings.
func TestMatrix(t *testing.T) {
	r := reporttest.Sample()
	doc := document(t, render(t, r))
	want(t, doc, "#answer ~ #matrix", 1)
	for code, n := range r.Summary.Codes {
		if got := words(doc.Find(`#matrix td[data-code="` + code + `"]`)); got != strconv.Itoa(n) {
			t.Errorf("%s: the matrix says %q, the summary %d", code, got, n)
		}
	}
	cell := doc.Find(`#matrix tr[data-server="lcs02.contoso.com"] td.is-major a`)
	if cell.Length() != 2 {
		t.Fatalf("lcs02 has %d major cells, want 2", cell.Length())
	}
	list := doc.Find(cell.First().AttrOr("href", "#none"))
	if goquery.NodeName(list) != "li" || list.Find("a").Length() != 2 {
		t.Errorf("the cell of two findings leads to a %s with %d links", goquery.NodeName(list), list.Find("a").Length())
	}
	one := doc.Find(`#matrix tr[data-server="lcs01.contoso.com"] td.is-critical a`)
	if id := doc.Find(one.AttrOr("href", "#none")).AttrOr("data-finding", ""); id != "sql-service-stopped/lcs01.contoso.com" {
		t.Errorf("the cell of one finding leads to %q", id)
	}
	if label := words(one.Children().Not("[aria-hidden]")); label != "1 present, critical" {
		t.Errorf("the cell is called %q", label)
	}
}

// A picture has a name, a description and the same content as a list.
func TestPicture(t *testing.T) {
	doc := document(t, render(t, reporttest.Sample()))
	svg := want(t, doc, "#deployment svg[role=group]", 1)
	for _, id := range strings.Fields(svg.AttrOr("aria-labelledby", "")) {
		if words(svg.Find("#"+id)) == "" {
			t.Errorf("#%s says nothing", id)
		}
	}
	want(t, doc, "#deployment svg a:not([tabindex='-1'])", 0)
	list := doc.Find("#deployment details").Text()
	for _, n := range view.Of(reporttest.Sample()).Picture.Nodes {
		if !strings.Contains(list, n.Name) {
			t.Errorf("%s is not in the list", n.Name)
		}
	}
	svg.Find("a").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		if doc.Find("#deployment details a[href='"+href+"']").Length() == 0 {
			t.Errorf("%s is in the picture and not in the list", href)
		}
	})
}

func TestTimelineAndSignIns(t *testing.T) {
	doc := document(t, render(t, reporttest.Sample()))
	want(t, doc, "#dates svg[role=img]", 1)
	want(t, doc, "#dates .bar", 5)
	if got := words(doc.Find("#dates .date-expired .stands")); got != "✗ Expired 12 days ago on 2026-02-20" {
		t.Errorf("the expired certificate: %q", got)
	}
	want(t, doc, "#sign-ins > ul > li", 3)
	refused := want(t, doc, "#sign-ins [data-sign-in=refused][data-answer='403']", 1)
	if got := words(refused); !strings.Contains(got, "Present among its causes: user-sid-invalid, stale-user-entry") || !strings.Contains(got, reporttest.Script) {
		t.Errorf("the sign-in says %q", got)
	}
	want(t, doc, "#sign-ins a[href='#f-user-sid-invalid_2fusers_20of_20lcs02_2econtoso_2ecom_2fforeign-sid']", 1)
}

// A report without them has none of these parts.
func TestNothingShown(t *testing.T) {
	doc := document(t, render(t, &report.Report{}))
	want(t, doc, "#matrix, #deployment, #dates, #sign-ins", 0)
	none := document(t, render(t, report.New(report.Run{}, []checks.Finding{{ID: "x", Verdict: checks.Absent}}, nil)))
	want(t, none, "#matrix details", 0)
}

// Of two hundred servers the page stays one that people can read.
func TestManyServers(t *testing.T) {
	doc := document(t, render(t, reporttest.Large(200)))
	if n := doc.Find("#matrix tbody tr").Length(); n > 30 {
		t.Errorf("the matrix has %d rows", n)
	}
	if got := words(doc.Find("#matrix .quiet")); got != "✓ 183 servers: nothing found" {
		t.Errorf("the servers without findings: %q", got)
	}
	if n := doc.Find("#deployment svg .node").Length(); n > 40 {
		t.Errorf("the picture has %d nodes", n)
	}
	want(t, doc, "#dates .bar", 40)
}

package diagnosis_test

import (
	"os"
	"testing"

	"lcshealth/report/diagnosis"
	"lcshealth/report/internal/reporttest"

	"github.com/chromedp/chromedp"
)

var browser reporttest.Browser

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// Programs that look for what keeps people from reading find nothing, and the
// page is no wider than its screen: the drawing scrolls by itself.
func TestAxe(t *testing.T) {
	axe := reporttest.Axe(t)
	t.Parallel()
	for name, before := range map[string][]chromedp.Action[chromedp.Void]{
		"desktop":    {reporttest.Screen(1280, 900, false), reporttest.Medium("screen", "light")},
		"dark phone": {reporttest.Screen(320, 640, true), reporttest.Medium("screen", "dark")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, d := range []*diagnosis.Diagnosis{sample(t), unchecked(t)} {
				tab := browser.Open(t, outputs(t, d)["html"], "", before...)
				reporttest.Eval[any](tab, "document.querySelectorAll('details').forEach(d => d.open = true)")
				for _, v := range tab.Violations(axe) {
					t.Error(v)
				}
				if width := reporttest.Eval[int](tab, "document.documentElement.scrollWidth - innerWidth"); width > 0 {
					t.Errorf("the page is %d wider than its screen", width)
				}
			}
		})
	}
}

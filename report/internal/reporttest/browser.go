package reporttest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Browser is one real browser for all tests of a test binary, each of which has
// a tab of its own in it. It starts when the first test asks for it, and ends
// after the last:
//
//	var browser reporttest.Browser
//
//	func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }
//
// Without a browser tests are skipped, or fail where the environment says
// CI=true.
type Browser struct {
	mu      sync.Mutex
	running context.Context // the handle that chromedp gives of a browser
	cancel  context.CancelFunc
	err     error
	main    bool
}

// patience is how long anything in a browser may take, on a machine that is
// busy with other tests.
const patience = 4 * time.Minute

// Main runs the tests, ends the browser if one of them started it, and returns
// the exit code.
func (b *Browser) Main(m *testing.M) int {
	b.mu.Lock()
	b.main = true
	b.mu.Unlock()
	code := m.Run()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running != nil {
		if err := chromedp.Cancel(b.running); err != nil && !errors.Is(err, context.Canceled) {
			fmt.Fprintln(os.Stderr, "end the browser:", err)
			code = max(code, 1)
		}
		b.cancel()
	}
	return code
}

// get returns the running browser.
func (b *Browser) get(t testing.TB) context.Context {
	t.Helper()
	path := chromium(t)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.main {
		t.Fatal("nothing would end the browser: TestMain must call Main")
	}
	if b.running == nil && b.err == nil {
		options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless}
		for _, flag := range quietly {
			options = append(options, chromedp.Flag(flag, true))
		}
		// The browser outlives the test that happens to come first.
		allocator, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
		running, stop := chromedp.NewContext(allocator)
		b.cancel = func() { stop(); cancel() }
		if b.err = chromedp.Do(running); b.err == nil {
			b.running = running
		} else {
			b.cancel()
		}
	}
	if b.err != nil {
		t.Fatalf("start %s: %v", path, b.err)
	}
	return b.running
}

// Open writes a page to a file and opens it in a new tab, with what is appended
// to its address, such as "#part". The actions are done before.
func (b *Browser) Open(t testing.TB, page []byte, anchor string, before ...chromedp.Action[chromedp.Void]) *Tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	return b.open(t, (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String(), anchor, before)
}

package reporttest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab is a page in a browser. Its methods end the test if they fail.
type Tab struct {
	Address string // without an anchor

	t   testing.TB
	ctx context.Context // the handle that chromedp gives of a tab

	mu       sync.Mutex
	requests []string
	console  []string
	dialogs  []string
}

func (b *Browser) open(t testing.TB, address, anchor string, before []chromedp.Action[chromedp.Void]) *Tab {
	t.Helper()
	parent := b.get(t)
	tab := &Tab{t: t, Address: address}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(), chromedp.WithListener(tab.note))
	tab.ctx = ctx
	t.Cleanup(func() {
		// The browser may be gone already, if it broke down.
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // opens the tab, whose life is that of ctx
		t.Fatalf("open a tab: %v", err)
	}
	tab.Do(Command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	tab.Do(before...)
	tab.Do(chromedp.Navigate(address + anchor))
	return tab
}

// note takes down what the tests ask about.
func (tab *Tab) note(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		tab.requests = append(tab.requests, e.Request.URL)
	case *network.EventWebSocketCreated:
		tab.requests = append(tab.requests, e.URL)
	case *log.EventEntryAdded:
		tab.console = append(tab.console, e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		tab.console = append(tab.console, fmt.Sprintf("%s: %v", e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		tab.console = append(tab.console, e.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		tab.dialogs = append(tab.dialogs, e.Message)
	}
}

// Requests are the addresses that the page asked for, itself among them.
func (tab *Tab) Requests() []string { return tab.noted(&tab.requests) }

// Console is what the browser wrote to its console: messages of scripts,
// exceptions, violations of the page's policy.
func (tab *Tab) Console() []string { return tab.noted(&tab.console) }

// Dialogs are the messages of dialogs that the page opened.
func (tab *Tab) Dialogs() []string { return tab.noted(&tab.dialogs) }

func (tab *Tab) noted(list *[]string) []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return slices.Clone(*list)
}

// Command is an action of one command of the DevTools protocol without result.
func Command[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// limited returns a context of the tab that ends with the test, and in time.
func (tab *Tab) limited() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	stop := context.AfterFunc(tab.t.Context(), cancel)
	return ctx, func() { stop(); cancel() }
}

// Do does actions one after the other.
func (tab *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := tab.limited()
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		tab.t.Fatal(err)
	}
}

// Run does an action and returns what comes of it.
func Run[T any](tab *Tab, action chromedp.Action[T]) T {
	tab.t.Helper()
	ctx, cancel := tab.limited()
	defer cancel()
	out, err := chromedp.Run(ctx, action)
	if err != nil {
		tab.t.Fatal(err)
	}
	return out
}

// Eval returns the value of an expression of the page. It is a promise's if it
// is one.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := tab.limited()
	defer cancel()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// Text is what people see of the first element that a selector finds, with
// white space as one space.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return strings.Join(strings.Fields(Eval[string](tab, fmt.Sprintf("document.querySelector(%q)?.innerText ?? 'no such element'", selector))), " ")
}

// Attribute is an attribute of the first element that a selector finds.
func (tab *Tab) Attribute(selector, name string) string {
	tab.t.Helper()
	return Eval[string](tab, fmt.Sprintf("document.querySelector(%q)?.getAttribute(%q) ?? 'no such attribute'", selector, name))
}

// Count is how many elements a selector finds that people can see, if they
// unfold what is folded.
func (tab *Tab) Count(selector string) int {
	tab.t.Helper()
	return Eval[int](tab, fmt.Sprintf("[...document.querySelectorAll(%q)].filter(e => !e.closest('[hidden]')).length", selector))
}

// Until waits for an expression to be truthy.
func (tab *Tab) Until(expression string) {
	tab.t.Helper()
	ctx, cancel := tab.limited()
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience)))
		switch {
		case err == nil:
			return
		case ctx.Err() == nil && isBetweenPages(err):
			continue
		}
		tab.t.Fatalf("wait for %s: %v\nconsole: %q", expression, err, tab.Console())
	}
}

// isBetweenPages reports whether an expression could not be evaluated because
// its page has given way to the next one.
func isBetweenPages(err error) bool {
	text := err.Error()
	return strings.Contains(text, "Cannot find context with specified id") || strings.Contains(text, "Execution context was destroyed") ||
		strings.Contains(text, "Inspected target navigated")
}

// UntilText waits for what people see of an element.
func (tab *Tab) UntilText(selector, text string) {
	tab.t.Helper()
	tab.Until(fmt.Sprintf("document.querySelector(%q)?.innerText === %q", selector, text))
}

// Click clicks the first element that a selector finds with the mouse.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Press types keys into what has the focus. As of a real keyboard, a key that
// the page takes for itself types no character.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	for _, key := range keys {
		events := kb.Encode(key)
		down, up := *events[0], *events[len(events)-1]
		if len(events) == 3 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		down.Type = input.DispatchKeyEventTypeKeyDown
		tab.Do(Command(input.DispatchKeyEvent, down), Command(input.DispatchKeyEvent, up))
	}
}

// Insert puts a text into what has the focus, as pasting does.
func (tab *Tab) Insert(text string) {
	tab.t.Helper()
	tab.Do(Command(input.InsertText, input.InsertTextParams{Text: text}))
}

// Choose chooses an option of a list as people do, so that the page learns it.
func (tab *Tab) Choose(selector, value string) {
	tab.t.Helper()
	Eval[bool](tab, fmt.Sprintf("(list => { list.value = %q; return list.dispatchEvent(new Event('change', {bubbles: true})); })(document.querySelector(%q))", value, selector))
}

package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A tab is one tab of a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // the URLs
	console  []string // errors
	failed   []string // errors of the network, which some tests provoke
}

// openTab starts a browser.
func openTab(t *testing.T) *tab {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("there is no chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.WSURLReadTimeout(2*time.Minute), // a busy machine
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, b.notice)
	if err := chromedp.Run(ctx); err != nil { // the browser ends with this context
		t.Fatalf("start browser: %v", err)
	}
	b.do("listen", network.Enable(), log.Enable(), runtime.Enable())
	b.size(1280, 900)
	return b
}

// notice records what the browser says.
func (b *tab) notice(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.console = append(b.console, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			b.console = append(b.console, fmt.Sprint(e.Args))
		}
	case *log.EventEntryAdded:
		text := fmt.Sprint(e.Entry.Source, ": ", e.Entry.Text, " ", e.Entry.URL)
		switch {
		case e.Entry.Source == log.SourceNetwork:
			b.failed = append(b.failed, text)
		case e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning:
			b.console = append(b.console, text)
		}
	}
}

// patience is how long a condition may take to become true on a busy machine.
const patience = 2 * time.Minute

// do runs actions, and fails the test if they fail.
func (b *tab) do(what string, actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v\n%s", what, err, b.state())
	}
}

// state describes what the page shows, for messages.
func (b *tab) state() string {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	var text string
	err := chromedp.Run(ctx, chromedp.Evaluate(`location.href + "\n" + document.body.innerText`, &text))
	b.mu.Lock()
	defer b.mu.Unlock()
	return fmt.Sprintf("%s\n%v\nconsole: %q\nnetwork: %q", text, err, b.console, b.failed)
}

// open goes to the page, and signs in.
func (b *tab) open(url string) {
	b.t.Helper()
	b.do("open", chromedp.Navigate(url))
	b.shows("Sign in")
	b.do("sign in", chromedp.SendKeys(`input[name=token]`, token+"\r", chromedp.ByQuery))
	b.until("signed in", `!document.querySelector("nav").hidden && document.querySelector("h1").textContent !== "Sign in"`)
}

// until waits for a condition in JavaScript. While it cannot be evaluated, it is false.
func (b *tab) until(what, condition string) {
	b.t.Helper()
	condition = "(() => { try { return " + condition + "; } catch { return false; } })()"
	b.do(what, chromedp.Poll(condition, nil, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience)))
}

// shows waits until the page shows a text.
func (b *tab) shows(text string) {
	b.t.Helper()
	b.until("shows "+text, fmt.Sprintf(`document.querySelector("main").innerText.includes(%q) && !document.querySelector("main").hasAttribute("aria-busy")`, text))
}

// press presses the button or link with a text, once there is one that can be pressed.
func (b *tab) press(text string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("button, a, summary")].find((e) => (e.getAttribute("aria-label") ?? e.innerText.trim()) === %q && !e.disabled)`, text)
	b.until("has "+text, find+` !== undefined`)
	b.do("press "+text, chromedp.Evaluate(find+`.click()`, nil))
}

// visit shows what the part of the URL after "#" says.
func (b *tab) visit(hash, title string) {
	b.t.Helper()
	b.do("visit "+hash, chromedp.Evaluate(fmt.Sprintf(`location.hash = %q`, hash), nil))
	b.until(hash+" is shown", fmt.Sprintf(`document.querySelector("h1")?.textContent === %q && !document.querySelector("main").hasAttribute("aria-busy")`, title))
}

// fill writes into the input with a label.
func (b *tab) fill(label, text string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("label")].find((e) => e.innerText.trim() === %q)?.control`, label)
	b.until("has the field "+label, "!!"+find)
	b.do("fill "+label, chromedp.Evaluate(find+`.select?.(), `+find+`.focus()`, nil), chromedp.KeyEvent(text))
}

func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.do("size", emulation.SetDeviceMetricsOverride(width, height, 1, width < 600))
}

func (b *tab) scheme(name string) {
	b.t.Helper()
	b.do("scheme", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}))
}

// shoot wants what is shown to be no wider than the screen, on a desk and on a phone. If
// PACK_SCREENSHOTS names a directory, it takes pictures, light and dark.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("PACK_SCREENSHOTS")
	for _, width := range []int64{1280, 390} {
		b.size(width, 900)
		b.until(fmt.Sprint(name, " fits ", width), `document.documentElement.scrollWidth <= innerWidth`)
		for _, scheme := range []string{"light", "dark"} {
			if dir == "" {
				continue
			}
			b.scheme(scheme)
			var png []byte
			b.do("screenshot", chromedp.FullScreenshot(&png, 100))
			err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), png, 0o600)
			if err != nil {
				b.t.Fatal(err)
			}
		}
	}
	b.size(1280, 900)
	b.scheme("light")
}

// clean fails the test if the browser complained, if it asked anything of others than p, or
// if the page, an address or the log shows a secret.
func (b *tab) clean(p *packd, networkToo bool) {
	b.t.Helper()
	var page string
	b.do("read page", chromedp.Evaluate(`document.documentElement.outerHTML`, &page))
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.console) > 0 {
		b.t.Errorf("the console has errors: %q", b.console)
	}
	if networkToo && len(b.failed) > 0 {
		b.t.Errorf("requests failed: %q", b.failed)
	}
	for _, url := range b.requests {
		if !strings.HasPrefix(url, p.url+"/") {
			b.t.Errorf("the page asked %s", url)
		}
	}
	for _, canary := range []string{token, secret} {
		for where, text := range map[string]string{"page": page, "addresses": strings.Join(b.requests, "\n"), "log": p.log.String()} {
			if strings.Contains(text, canary) {
				b.t.Errorf("the %s shows the secret %s", where, canary)
			}
		}
	}
}

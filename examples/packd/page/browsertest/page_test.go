package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestInstallation searches, plans, approves, watches to the end, and looks at what is
// there then; edits a configuration, upgrades, and rolls back.
func TestInstallation(t *testing.T) {
	t.Parallel()
	p := startPackd(t)
	b := openTab(t)
	b.open(p.url)
	b.shows("No pack is installed")
	b.press("Search")
	b.shows("3 packs found")
	b.fill("Search the indices", "reports\r")
	b.shows("1 pack found")
	b.shoot("search")
	b.press("Plan installation of reports")
	b.shows("2 packs: 2 to install")
	b.shows("mailer.run")
	b.shoot("plan")
	b.press("Approve and apply")
	b.shows("installed")
	b.until("it is over", `document.querySelector("main").innerText.includes("completed")`)
	b.shoot("change")

	b.press("Packs")
	b.shows("2 packs")
	b.press("reports")
	b.shows("Generations")
	b.shoot("pack")
	b.visit("#/graph", "Graph")
	b.until("has a picture", `document.querySelectorAll("svg .node").length === 2 && document.querySelectorAll("svg .edge").length === 1`)
	b.shoot("graph")
	b.visit("#/operations", "Operations")
	b.shoot("operations")
	b.visit("#/changes", "Changes")
	b.shows("person")
	b.shoot("changes")
	b.clean(p, true)
}

// TestConfiguration edits a configuration with a secret.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	p := startPackd(t)
	p.register(p.pack("mailer", "1.0.0", settings))
	p.call("PUT", "/api/v1/packs/mailer/config", map[string]any{"channel": "ops", "password": secret})
	b := openTab(t)
	b.open(p.url)
	b.press("mailer")
	b.press("Edit configuration")
	b.shows("Where messages go")
	b.shoot("configuration")
	b.fill("retries", "5")
	b.press("Save configuration")
	b.until("it is saved", `document.getElementById("notice").innerText === "The configuration is saved."`)
	b.clean(p, true)
	got := string(p.call("GET", "/api/v1/packs/mailer/config?secrets=true", nil))
	for _, want := range []string{`"retries":5`, secret, `"channel":"ops"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	b.fill("password", secret+"-2")
	b.press("Save configuration")
	b.until("it is saved again", `document.querySelector("input[type=password]")?.value === ""`)
	b.clean(p, true)
	if got := string(p.call("GET", "/api/v1/packs/mailer/config?secrets=true", nil)); !strings.Contains(got, secret+"-2") {
		t.Errorf("the secret was not replaced: %s", got)
	}
}

// TestUpgradeAndRollBack plans both, and a removal.
func TestUpgradeAndRollBack(t *testing.T) {
	t.Parallel()
	p := startPackd(t)
	p.register(p.pack("mailer", "1.0.0", settings))
	b := openTab(t)
	b.open(p.url)
	b.press("Plan 1 upgrade")
	b.shows("1.0.0 → 1.1.0")
	b.press("Approve and apply")
	b.shows("upgraded")
	b.visit("#/pack/mailer", "mailer")
	b.shoot("generations")
	b.press("Plan rollback to 1.0.0")
	b.shows("1 to roll back")
	b.press("Approve and apply")
	b.shows("Rolled back")
	b.visit("#/pack/mailer", "mailer")
	b.press("Verify")
	b.shows("no differences")
	b.press("Plan removal")
	b.shows("1 to remove")
	b.press("Approve and apply")
	b.shows("Removed")
	b.visit("#/packs", "Installed packs")
	b.shows("No pack is installed")
	b.clean(p, true)
}

// TestStrangers signs in with a wrong token, and out.
func TestStrangers(t *testing.T) {
	t.Parallel()
	p := startPackd(t)
	b := openTab(t)
	b.do("open", chromedp.Navigate(p.url+"/#/changes"))
	b.shows("Sign in")
	b.shoot("sign-in")
	b.do("wrong token", chromedp.SendKeys(`input[name=token]`, "wrong-"+secret+"\r", chromedp.ByQuery))
	b.until("it is refused", `document.getElementById("notice").innerText.includes("not valid")`)
	b.do("token", chromedp.SendKeys(`input[name=token]`, token+"\r", chromedp.ByQuery))
	b.until("the page asked for is shown", `document.querySelector("h1").textContent === "Changes"`)
	b.do("reload", chromedp.Reload())
	b.until("it is signed in after that", `document.querySelector("h1")?.textContent === "Changes"`)
	b.press("Sign out")
	b.shows("Sign in")
	b.until("the token is forgotten", `sessionStorage.length === 0 && localStorage.length === 0 && document.cookie === ""`)
	b.clean(p, false)
}

// TestManyPacks finds one of 1,000 packs, and reads the list in parts.
func TestManyPacks(t *testing.T) {
	t.Parallel()
	p := startPackd(t)
	var paths []string
	for i := range 1000 {
		ref, more := fmt.Sprintf("pack%03d", i), ""
		if i%10 != 0 {
			more = fmt.Sprintf("dependencies: [pack%03d]\n", i-i%10)
		}
		paths = append(paths, p.pack(ref, "1.0.0", more))
	}
	p.register(paths...)
	b := openTab(t)
	b.open(p.url)
	b.shows("1000 packs")
	b.until("shows a part", `document.querySelectorAll("tbody tr").length === 100`)
	b.press("Next packs")
	b.shows("pack100")
	b.fill("Find a pack", "pack77")
	b.shows("10 packs chosen")
	b.press("pack770")
	b.shows("Generations")
	b.press("Show graph")
	b.until("has a picture", `document.querySelectorAll("svg .node").length === 10`)
	b.visit("#/graph", "Graph")
	b.shows("150 of 1000 packs")
	b.shoot("graph-many")
	b.visit("#/packs", "Installed packs")
	b.shoot("packs-many")
	b.clean(p, true)
}

// TestLostConnection ends the service while a change is under way, and starts it again.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	p := startPackd(t)
	gate := filepath.Join(p.dir, "gate")
	slow := p.pack("slow", "1.0.0", "testing:\n  enabled: true\n  runners:\n    wait: {type: script, entry_point: tests/run.sh, timeout: 600}\n  result_format: simple\n")
	writeFile(t, filepath.Join(slow, "tests", "run.sh"), "#!/bin/sh\nwhile ! test -e '"+gate+"'; do sleep 0.1; done\necho '1 passed'\n")
	b := openTab(t)
	b.open(p.url)
	b.visit("#/search", "Search")
	b.fill("Other sources", slow)
	b.press("Plan installation")
	b.shows("1 to install")
	b.press("Approve and apply")
	b.until("the tests run", `document.querySelector("#progress").innerText.includes("tests")`)
	b.shoot("progress")
	p.stop()
	b.until("it says so", `document.querySelector("#connection").innerText.includes("Trying again")`)
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.restart()
	b.until("it is over", `document.querySelector("#outcome").innerText.includes("installed")`)
	b.clean(p, false)
}

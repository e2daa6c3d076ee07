package host_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/internal/testkit/archivetest"
)

// release writes a wheel that requires others.
func release(t *testing.T, dir, name, version string, requires ...string) {
	t.Helper()
	info := name + "-" + version + ".dist-info/"
	metadata := fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)
	for _, r := range requires {
		metadata += "Requires-Dist: " + r + "\n"
	}
	entries := []archivetest.Entry{
		{Name: name + ".py", Content: "version = '" + version + "'\n"},
		{Name: info + "METADATA", Content: metadata},
		{Name: info + "WHEEL", Content: "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
	}
	record := ""
	for _, e := range entries {
		sum := sha256.Sum256([]byte(e.Content))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", e.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(e.Content))
	}
	entries = append(entries, archivetest.Entry{Name: info + "RECORD", Content: record + info + "RECORD,,\n"})
	file := filepath.Join(dir, name+"-"+version+"-py3-none-any.whl")
	if err := os.WriteFile(file, archivetest.ZipOf(entries...), 0o644); err != nil {
		t.Fatal(err)
	}
}

// openPythonShop returns a shop whose app has packages, and a configuration for a root with
// Python and these packages.
func openPythonShop(t *testing.T) (*shop, func(t *testing.T) host.Config, string) {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import os, sys; print(os.path.realpath(sys.executable))").Output()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s, wheels := openShop(t), t.TempDir()
	s.python["app@1.0.0"], s.python["app@2.0.0"], s.python["log@1.1.0"] = "web>=1\n", "web>=2\n", "kit\n"
	release(t, wheels, "web", "1.0", "kit>=1")
	release(t, wheels, "kit", "1.0")
	return s, func(t *testing.T) host.Config {
		t.Helper()
		c := s.config(t.TempDir())
		c.SearchPath, c.FindLinks = []string{strings.TrimSpace(string(out))}, []string{wheels}
		if uv, err := exec.LookPath("uv"); err == nil { // it is faster
			c.SearchPath = append(c.SearchPath, uv)
		}
		return c
	}, wheels
}

// packages are those in the environments of the installed packs.
func packages(t *testing.T, h *host.Host) map[pack.Ref]string {
	t.Helper()
	list, err := h.Store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[pack.Ref]string{}
	for i := range list {
		for _, e := range list[i].Active.Environments {
			files, err := filepath.Glob(filepath.Join(e.Path, "lib", "python*", "site-packages", "*.dist-info"))
			if err != nil {
				t.Fatal(err)
			}
			for j := range files {
				files[j] = strings.TrimSuffix(filepath.Base(files[j]), ".dist-info")
			}
			all[list[i].Ref] = strings.Join(files, " ")
		}
	}
	return all
}

func wantPackages(t *testing.T, h *host.Host, want map[pack.Ref]string) {
	t.Helper()
	if diff := cmp.Diff(want, packages(t, h)); diff != "" {
		t.Errorf("packages (-want +got)\n%s", diff)
	}
}

// TestSyncLocksEnvironments: a lock makes the same environments on another root, although
// the index has newer releases, and in a root that has others.
func TestSyncLocksEnvironments(t *testing.T) {
	t.Parallel()
	_, config, wheels := openPythonShop(t)
	wants := wanted(t, "app@^1")
	h := openHost(t, config(t))
	first := mustSync(t, h, host.SyncRequest{Wants: wants})
	old := map[pack.Ref]string{"app": "kit-1.0 web-1.0", "log": "kit-1.0"}
	wantPackages(t, h, old)
	if text := string(first.Lock.Bytes()); !strings.Contains(text, "  want web>=1\n") || strings.Count(text, " kit 1.0 sha256:") != 2 {
		t.Fatalf("got\n%s", text)
	}
	release(t, wheels, "web", "2.0", "kit>=1")
	release(t, wheels, "kit", "2.0")

	again := mustSync(t, h, host.SyncRequest{Wants: wants, Lock: first.Lock})
	wantSteps(t, again, "keep app", "keep log")
	if diff := cmp.Diff(string(first.Lock.Bytes()), string(again.Lock.Bytes())); diff != "" {
		t.Errorf("the lock changed (-want +got)\n%s", diff)
	}
	for _, locked := range []bool{true, false} {
		other := openHost(t, config(t))
		mustSync(t, other, host.SyncRequest{Wants: wants, Lock: first.Lock, Locked: locked})
		wantPackages(t, other, old)
	}
	unlocked := openHost(t, config(t))
	latest := mustSync(t, unlocked, host.SyncRequest{Wants: wants})
	now := map[pack.Ref]string{"app": "kit-2.0 web-2.0", "log": "kit-2.0"}
	wantPackages(t, unlocked, now)
	plan := mustSync(t, unlocked, host.SyncRequest{Wants: wants, Lock: first.Lock, Locked: true, Plan: true})
	wantSteps(t, plan, "rebuild app, not done", "rebuild log, not done")
	wantSteps(t, mustSync(t, unlocked, host.SyncRequest{Wants: wants, Lock: first.Lock, Locked: true}), "rebuild app", "rebuild log")
	wantPackages(t, unlocked, old)
	updated := mustSync(t, unlocked, host.SyncRequest{Wants: wants, Lock: first.Lock, Update: []pack.Ref{"app"}})
	wantSteps(t, updated, "rebuild app", "keep log")
	wantPackages(t, unlocked, map[pack.Ref]string{"app": "kit-2.0 web-2.0", "log": "kit-1.0"})
	if got := string(latest.Lock.Bytes()); got == string(first.Lock.Bytes()) {
		t.Errorf("got\n%s", got)
	}
}

// TestDirectoriesAreLockedWithTheirEnvironments: a directory whose digest is known before it
// is downloaded has its packages in the lock all the same, which then installs it.
func TestDirectoriesAreLockedWithTheirEnvironments(t *testing.T) {
	t.Parallel()
	_, config, _ := openPythonShop(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"pack.yaml": "ref: mine\nversion: 1.0.0\nlabel: L\ndescription: D\n", "requirements.txt": "kit\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wants := []lock.Want{{Ref: "mine", From: dir}}
	made := mustSync(t, openHost(t, config(t)), host.SyncRequest{Wants: wants, Plan: true}).Lock
	if made.Find("mine").Environments[pack.RuntimePython] == "" {
		t.Fatalf("got\n%s", made.Bytes())
	}
	h := openHost(t, config(t))
	mustSync(t, h, host.SyncRequest{Wants: wants, Lock: made, Locked: true})
	wantPackages(t, h, map[pack.Ref]string{"mine": "kit-1.0"})
}

// TestLockedSyncRefusesOtherEnvironments: what the lock does not state, or states
// otherwise, changes nothing.
func TestLockedSyncRefusesOtherEnvironments(t *testing.T) {
	t.Parallel()
	_, config, _ := openPythonShop(t)
	wants := wanted(t, "app@^1")
	first := mustSync(t, openHost(t, config(t)), host.SyncRequest{Wants: wants, Plan: true})
	text := string(first.Lock.Bytes())
	id := first.Lock.Find("app").Environments[pack.RuntimePython]
	block := text[strings.Index(text, "env "+id):]
	block = strings.TrimRight(block[:strings.Index(block+"\n\n", "\n\n")], "\n") + "\n"
	edit := func(old, now string) string {
		edited := strings.ReplaceAll(text, block, strings.Replace(block, old, now, 1))
		if edited == text {
			t.Fatalf("%q is not in\n%s", old, block)
		}
		return edited
	}
	lines := strings.SplitAfter(block, "\n")
	kit := lines[2]
	digest := kit[strings.Index(kit, "sha256:"):]
	platform := strings.Fields(kit)[0]
	without := strings.ReplaceAll(strings.ReplaceAll(text, block, ""), "  env python "+id+"\n", "")
	for name, tt := range map[string]struct {
		text string
		want string
	}{
		"missing":  {without, "the pack requires web>=1, and the lock states no Python packages for it"},
		"dangling": {strings.ReplaceAll(text, block, ""), "the lock states nothing of it"},
		"wants":    {edit("want web>=1", "want web>=0"), "was edited"},
		"digest":   {edit(digest, "sha256:"+strings.Repeat("0", 64)+"\n"), "the lock states kit 1.0 with sha256:000"},
		"version":  {edit(" kit 1.0 ", " kit 1.1 "), "the lock states kit 1.1 with sha256:"},
		"removed":  {edit(kit, ""), "web 1.0 requires kit>=1, and the lock does not state it"},
		"platform": {strings.ReplaceAll(text, "  "+platform, "  plan9/mips/cp311"), "on plan9/mips/cp311, and not on " + platform},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := lock.Parse([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			h := openHost(t, config(t))
			_, err = h.Sync(t.Context(), host.SyncRequest{Wants: wants, Lock: l, Locked: true})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if got := slices.Collect(maps.Keys(packages(t, h))); len(got) > 0 {
				t.Errorf("installed %v", got)
			}
			if name != "missing" && name != "platform" {
				return
			}
			r, err := h.Sync(t.Context(), host.SyncRequest{Wants: wants, Lock: l})
			if err != nil || !strings.Contains(string(r.Lock.Bytes()), "  "+platform+" kit 1.0 sha256:") {
				t.Errorf("without Locked: %v\n%s", err, r.Lock.Bytes())
			}
		})
	}
}

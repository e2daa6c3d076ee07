package api_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHostile sends paths that lead out of the allowed directories, or to other content
// than was downloaded, and looks for secrets in answers.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("A01 destinations", hostileDestinations)
	t.Run("A15 pack paths", hostilePackPaths)
	t.Run("A16 exchanged destination", hostileExchange)
	t.Run("A16 something in the way of links", hostileLinks)
	t.Run("N09 secret values of configurations on every route", hostileSecrets)
	t.Run("N10 guessed tokens", hostileGuesses)
	t.Run("N11 one token with all the work", hostileStarvation)
	t.Run("N12 a flood of strangers", hostileFlood)
	t.Run("N17 content changed between two stages", hostileChange)
}

// lure adds links that lead out, and a pack outside.
func (f *fixture) lure() (pack string) {
	f.t.Helper()
	pack = writePack(f.t, f.outside, "demo", "1.0.0")
	err := errors.Join(
		os.Symlink(f.outside, filepath.Join(f.allowed, "absolute")),
		os.Symlink("../outside", filepath.Join(f.allowed, "relative")),
		os.Symlink(pack, filepath.Join(f.allowed, "demo")),
		os.WriteFile(filepath.Join(f.allowed, "file"), nil, 0o600),
	)
	if err != nil {
		f.t.Fatal(err)
	}
	return pack
}

// listing are the names of everything below a directory.
func listing(t testing.TB, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func hostileDestinations(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.lure()
	pack := writePack(t, f.allowed, "mine", "1.0.0")
	before := listing(t, f.outside)
	for dir, want := range map[string]refusal{
		f.outside:                     {status: 403, code: "policy_denied"},
		f.outside + "/new":            {status: 403, code: "policy_denied"},
		f.allowed + "/../outside/new": {status: 403, code: "policy_denied"},
		f.allowed + "/absolute":       {status: 403, code: "policy_denied"},
		f.allowed + "/absolute/new":   {status: 403, code: "policy_denied"},
		f.allowed + "/relative/new":   {status: 403, code: "policy_denied"},
		f.allowed + "2":               {status: 403, code: "policy_denied"},
		"/proc/self/cwd":              {status: 403, code: "policy_denied"},
		f.root + "/current":           {status: 403, code: "policy_denied"},
		f.allowed + "/file":           {status: 422, code: "invalid_request"},
		f.allowed + "/file/below":     {status: 422, code: "invalid_request"},
		f.allowed + "/nul\x00":        {status: 422, code: "invalid_request"},
		f.allowed + strings.Repeat("/x", 99) + "/" + strings.Repeat("x", 300): {status: 422, code: "invalid_request"},
	} {
		a := f.post("download", m{"packs": list{pack}, "destination_dir": dir})
		f.wantError("download to "+dir, a, want)
		if dir == f.root+"/current" { // packs appear there anyway
			continue
		}
		a = f.post("register-batch", m{"pack_paths": list{pack}, "packs_base_dir": dir})
		f.wantError("register in "+dir, a, want)
		a = f.post("build-envs", m{"pack_paths": list{pack}, "packs_base_dir": dir})
		f.wantError("build for "+dir, a, want)
	}
	if after := listing(t, f.outside); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func hostilePackPaths(t *testing.T) {
	t.Parallel()
	f := start(t)
	outside := f.lure()
	for _, path := range []string{
		outside, f.allowed + "/../outside/demo-1.0.0", f.allowed + "/demo", f.allowed + "/absolute/demo-1.0.0",
		f.allowed + "/relative/demo-1.0.0", "demo-1.0.0", "", "/", f.allowed + "/\x00", "/proc/self/root" + outside,
	} {
		for kind, list := range map[string]list{"dependencies": {path}, "build-envs": {path}, "register-batch": {path}} {
			a := f.post(kind, m{"pack_paths": list})
			wantStatus(t, a, 200)
			if body := string(a.body); strings.Contains(body, `"pack_ref":"demo"`) || !strings.Contains(body, `"error":"`) {
				t.Errorf("%s of %q: %s", kind, path, body)
			}
		}
		a := f.post("download", m{"packs": list{path}, "destination_dir": f.allowed + "/into"})
		wantStatus(t, a, 200)
		if got := decode(t, a)["data"].(m)["failure_count"]; got != 1.0 { //nolint:forcetypeassert // a test
			t.Errorf("download of %q: %s", path, a.body)
		}
	}
}

// hostileExchange repeatedly replaces the destination with a link, while packs are
// downloaded into it.
func hostileExchange(t *testing.T) {
	t.Parallel()
	f := start(t)
	pack := writePack(t, f.allowed, "mine", "1.0.0")
	victim := filepath.Join(f.allowed, "dir")
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			_ = os.Rename(victim, filepath.Join(f.allowed, fmt.Sprint("away", i)))
			_ = os.Symlink(f.outside, victim)
			_ = os.Remove(victim)
		}
	}()
	seen := map[int]int{}
	for range 60 {
		a := f.post("download", m{"packs": list{pack}, "destination_dir": filepath.Join(victim, "sub")})
		seen[a.status]++
		if a.status != 200 && a.status != 403 && a.status != 409 && a.status != 422 {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		if strings.Contains(string(a.body), "/proc/") {
			t.Errorf("the answer shows where the directory was open: %s", a.body)
		}
	}
	close(done)
	<-stopped
	if got := listing(t, f.outside); got != f.outside {
		t.Errorf("outside there is:\n%s", got)
	}
	t.Logf("statuses: %v", seen)
}

// hostileLinks registers packs where something is in the way of their links.
func hostileLinks(t *testing.T) {
	t.Parallel()
	f := start(t)
	base := filepath.Join(f.allowed, "links")
	target := filepath.Join(f.root, "current")
	err := errors.Join(
		os.MkdirAll(filepath.Join(base, "dir"), 0o755),
		os.WriteFile(filepath.Join(base, "file"), []byte("keep"), 0o600),
		os.Symlink(f.outside, filepath.Join(base, "other")),
		os.Symlink(filepath.Join(target, "same"), filepath.Join(base, "same")),
	)
	if err != nil {
		t.Fatal(err)
	}
	var paths list
	for _, ref := range []string{"dir", "file", "other", "same", "fresh"} {
		paths = append(paths, writePack(t, f.allowed, ref, "1.0.0"))
	}
	paths = append(paths, f.outside)
	a := f.post("register-batch", m{"pack_paths": paths, "packs_base_dir": base})
	wantStatus(t, a, 200)
	report := decode(t, a)["data"].(m) //nolint:forcetypeassert // a test
	failed, _ := report["failed_packs"].(list)
	summary := report["summary"].(m)                                                                                                                                                      //nolint:forcetypeassert // a test
	if len(failed) != 3 || failed[0].(m)["error_stage"] != "storage" || failed[2].(m)["error_stage"] != "load" || summary["success_count"] != 3.0 || summary["total_components"] != 3.0 { //nolint:forcetypeassert // a test
		t.Errorf("got %s", a.body)
	}
	for _, ref := range []string{"other", "same", "fresh"} {
		if got, err := os.Readlink(filepath.Join(base, ref)); err != nil || got != filepath.Join(target, ref) {
			t.Errorf("the link of %s leads to %q, %v", ref, got, err)
		}
	}
	if data, err := os.ReadFile(filepath.Join(base, "file")); err != nil || string(data) != "keep" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	entries, err := os.ReadDir(base)
	if err != nil || len(entries) != 5 {
		t.Errorf("there is %v, %v", entries, err)
	}
}

// TestOverlap checks that requests cannot write into the installed packs.
func TestOverlap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	if err := os.MkdirAll(filepath.Join(root, "inner"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, allowed := range []string{dir, root, filepath.Join(root, "inner")} {
		if _, err := open(t, root, allowed); err == nil || !strings.Contains(err.Error(), "overlap") {
			t.Errorf("%s: got %v", allowed, err)
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
)

// of returns the diagnoses of a check that are not ok.
func (r doctorReport) of(check string) (bad []diagnosis) {
	for _, d := range r.Checks {
		if d.Check == check && d.Verdict != verdictOK {
			bad = append(bad, d)
		}
	}
	return bad
}

// TestDoctor plants faults, and wants each to be found, with a fix.
func TestDoctor(t *testing.T) {
	t.Parallel()
	need(t, "git")
	packs := messagePacks(t)
	wrongSettings := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(wrongSettings, []byte("no_such_setting: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		plant     func(t *testing.T, root string)
		args      []string
		check     string
		verdict   verdict
		text, fix string
	}{
		"no interpreters": {nil, []string{"--search-path", "/none"}, "python", verdictWarning, "no Python found", "install Python 3"},
		"no node":         {nil, []string{"--search-path", "/none"}, "nodejs", verdictWarning, "Node.js", "install Node.js"},
		"index":           {nil, []string{"--index", "corp=/none.json"}, "indices", verdictProblem, "corp", ""},
		"plain http":      {nil, []string{"--index", "corp=http://index.example/i.json"}, "indices", verdictProblem, "plain http", "--allow-http"},
		"settings":        {nil, []string{"--settings", wrongSettings}, "settings", verdictProblem, "no_such_setting", "settings show --origin"},
		"weak isolation":  {nil, []string{"--isolation", "none"}, "isolation", verdictWarning, "none", "remove the setting"},
		"pointer": {func(t *testing.T, root string) {
			t.Helper()
			if err := os.Remove(filepath.Join(root, "current", "lib")); err != nil {
				t.Fatal(err)
			}
		}, nil, "packs", verdictProblem, "lib needs repair", "packctl repair lib"},
		"unmet": {func(t *testing.T, root string) {
			t.Helper()
			wantStatus(t, on(t, root)("remove", "lib", "--allow-break", "app"), exitOK)
		}, nil, "packs", verdictProblem, "app lacks lib@^1", "packctl install lib"},
		"clock": {func(t *testing.T, root string) {
			t.Helper()
			future := time.Now().Add(1000 * time.Hour)
			if err := os.Chtimes(filepath.Join(root, "format"), future, future); err != nil {
				t.Fatal(err)
			}
		}, nil, "clock", verdictWarning, "in the future", "NTP"},
		"records": {func(t *testing.T, root string) {
			t.Helper()
			if err := os.RemoveAll(filepath.Join(root, "records")); err != nil {
				t.Fatal(err)
			}
		}, nil, "root", verdictProblem, "", "--adopt"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := filepath.Join(t.TempDir(), "root")
			wantStatus(t, on(t, root)("register", filepath.Join(packs, "lib"), filepath.Join(packs, "app")), exitOK)
			if tt.plant != nil {
				tt.plant(t, root)
			}
			o := on(t, root)(append([]string{"doctor", "--json"}, tt.args...)...)
			r := decode[doctorReport](t, o)
			bad := r.of(tt.check)
			if len(bad) == 0 || bad[0].Verdict != tt.verdict || !strings.Contains(bad[0].Message, tt.text) || bad[0].Fix == "" || !strings.Contains(bad[0].Fix, tt.fix) {
				t.Errorf("got %+v", r)
			}
			if failed := o.status != exitOK; failed != (r.Problems > 0) || r.Problems == 0 && tt.verdict == verdictProblem {
				t.Errorf("status %d with %d problems", o.status, r.Problems)
			}
		})
	}
}

// TestDoctorOfAHealthyRoot finds no problems, and creates no root.
func TestDoctorOfAHealthyRoot(t *testing.T) {
	t.Parallel()
	need(t, "git", "python3", "node", "npm")
	root := filepath.Join(t.TempDir(), "root")
	none := packctl(t, "doctor")
	wantStatus(t, none, exitOK)
	wantStatus(t, on(t, root)("register", filepath.Join(messagePacks(t), "lib")), exitOK)
	o := on(t, root)("doctor")
	wantStatus(t, o, exitOK)
	for _, want := range []string{"packs       ok       1 pack installed", "python      ok       Python 3.", "nodejs      ok       Node.js v", "settings    ok"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("no %q in\n%s", want, o.stdout)
		}
	}
}

func TestDoctorOfAServer(t *testing.T) {
	t.Parallel()
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: t.TempDir()}}, t.TempDir())
	good := decode[doctorReport](t, packctl(t, "doctor", "--json", "--server", url, "--token-file", tokenFile))
	if good.Problems != 0 || len(good.Checks) != 3 {
		t.Errorf("got %+v", good)
	}
	o := packctl(t, "doctor", "--json", "--server", url)
	if bad := decode[doctorReport](t, o).of("server"); o.status != exitFailed || len(bad) != 1 || !strings.Contains(bad[0].Fix, "--token-file") {
		t.Errorf("without a token: got %+v", o)
	}
}

func TestDiagnoseVolume(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		v       volume
		verdict verdict
		text    string
	}{
		"disk":      {volume{kind: "ext4", free: 5 << 30}, verdictOK, "ext4"},
		"unknown":   {volume{free: -1}, verdictOK, "/srv"},
		"full":      {volume{kind: "ext4", free: 5 << 20}, verdictWarning, "only 5.2 MB left"},
		"read-only": {volume{kind: "ext4", free: 5 << 30, readOnly: true}, verdictWarning, "read-only"},
		"noexec":    {volume{kind: "ext4", free: 5 << 30, withoutExecute: true}, verdictProblem, "noexec"},
		"memory":    {volume{kind: "tmpfs", free: 5 << 30}, verdictWarning, "restart"},
		"network":   {volume{kind: "nfs", free: 5 << 30}, verdictWarning, "nfs"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := diagnoseVolume("space", "/srv", tt.v)
			if last := found[len(found)-1]; last.Verdict != tt.verdict || !strings.Contains(last.Message, tt.text) || (last.Fix == "") != (tt.verdict == verdictOK) {
				t.Errorf("got %+v", found)
			}
		})
	}
}

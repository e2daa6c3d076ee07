package host_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer/host"
)

// An apart is what TestBundleApart gives the process without a network, and gets from it.
type apart struct {
	Root, Bundle, Lock string
	Search             []string
	State              []string
	Packages           map[pack.Ref]string
}

// apartVariable names the file of an apart for that process.
const apartVariable = "PACKTRAIN_TEST_APART"

// TestBundleApart: in a network namespace with loopback alone, a bundle gives the same packs
// with the same digests, and the same packages.
func TestBundleApart(t *testing.T) {
	t.Parallel()
	if file := os.Getenv(apartVariable); file != "" {
		syncApart(t, file)
		return
	}
	_, config, _ := openPythonShop(t)
	c := config(t)
	h := openHost(t, c)
	l := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1", "tool")}).Lock
	want := apart{Root: t.TempDir(), Bundle: bundled(t, h, l, false), Lock: string(l.Bytes()), Search: c.SearchPath}
	file := filepath.Join(t.TempDir(), "apart.json")
	writeJSON(t, file, &want)
	cmd := exec.CommandContext(t.Context(), "unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$0\" -test.run '^TestBundleApart$'", os.Args[0])
	cmd.Env = append(os.Environ(), apartVariable+"="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(out), "unshare") || strings.Contains(string(out), "ip:") {
			t.Skipf("no network namespace: %v\n%s", err, out)
		}
		t.Fatalf("%v\n%s", err, out)
	}
	var got apart
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	want.State, want.Packages = state(t, h), packages(t, h)
	if diff := cmp.Diff(want, got); diff != "" || len(got.Packages) == 0 {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// syncApart syncs a root in a process without a network.
func syncApart(t *testing.T, file string) {
	t.Helper()
	var a apart
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil {
		t.Fatal(err)
	}
	l, err := lock.Parse([]byte(a.Lock))
	if err != nil {
		t.Fatal(err)
	}
	h := openHost(t, host.Config{Root: a.Root, Bundle: a.Bundle, SearchPath: a.Search})
	mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1", "tool"), Lock: l, Locked: true})
	a.State, a.Packages = state(t, h), packages(t, h)
	writeJSON(t, file, &a)
}

func writeJSON(t *testing.T, file string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

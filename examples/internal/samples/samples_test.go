package samples_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/internal/samples"
)

func TestWorldServesEverySample(t *testing.T) {
	t.Parallel()
	w, err := samples.Serve(t.Context(), t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for url, want := range map[string]string{
		w.Index():   `"ref":"hello"`,
		w.Archive(): "\x1f\x8b",
		w.Git() + "/info/refs?service=git-upload-pack":     "refs/tags/v0.3.0",
		w.NodeRegistry() + "tinyslug":                      "sha512-",
		w.NodeRegistry() + "tinyslug/-/tinyslug-1.0.0.tgz": "\x1f\x8b",
	} {
		if got := get(t, url); !strings.Contains(got, want) {
			t.Errorf("%s: got %.200q, want it to contain %q", url, got, want)
		}
	}
	if _, err := os.Stat(filepath.Join(w.Directory(), "pack.yaml")); err != nil {
		t.Error(err)
	}
	if w.Downloads() != 1 {
		t.Errorf("counted %d downloads of archives, want 1", w.Downloads())
	}
}

func TestSamePacksGiveTheSameCommit(t *testing.T) {
	t.Parallel()
	commit := func() string {
		dir := t.TempDir()
		w, err := samples.Serve(t.Context(), dir, "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		out, err := exec.CommandContext(t.Context(), "git", "--git-dir", filepath.Join(dir, "git", "wordcount.git"), "rev-parse", "main").Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if a, b := commit(), commit(); a != b {
		t.Errorf("two repositories with the same files have the commits %q and %q", a, b)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := new(http.Client).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIndexCheck finds entries that cannot be read, archives that are not what the index
// says, and needs that it states wrongly.
func TestIndexCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "index.json")
	wantStatus(t, packctl(t, "index", "add", file, demoPack(t, "1.0.0"), demoPack(t, "1.1.0"), demoPack(t, "1.2.0")), exitOK)
	wantOutput(t, packctl(t, "index", "check", file), exitOK, "1 pack\n")
	wantOutput(t, packctl(t, "index", "check", file, "--fetch"), exitOK, "3 versions downloaded and compared\n1 pack\n")

	archive := filepath.Join(dir, "demo-1.1.0.tar.gz")
	if err := os.WriteFile(archive, append([]byte(readFile(t, archive)), 0), 0o600); err != nil {
		t.Fatal(err)
	}
	text := readFile(t, file)
	at := strings.Index(text, `"version": "1.2.0"`)
	needs := strings.Index(text[at:], `"packs": []`)
	if at < 0 || needs < 0 {
		t.Fatal(text)
	}
	text = text[:at] + strings.Replace(text[at:], `"packs": []`, `"packs": ["log@^9"]`, 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, packctl(t, "index", "check", file), exitOK, "1 pack\n")
	wantOutput(t, packctl(t, "index", "check", file, "--fetch"), exitFailed, "demo 1.1.0: ", "demo 1.2.0: the index says that it needs \"log@^9\", and its pack.yaml \"\"",
		"1 version downloaded", "2 parts of the index cannot be used")
	if got := decode[checkReport](t, packctl(t, "index", "check", file, "--fetch", "--json")); len(got.Failed) != 2 || got.Fetched != 1 {
		t.Errorf("got %+v", got)
	}

	text = strings.Replace(text, `"sha256:`, `"md5:`, 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, packctl(t, "index", "check", file), exitFailed, "entry 1: ", "1 part of the index cannot be used")
	wantOutput(t, packctl(t, "index", "check", filepath.Join(dir, "none.json")), exitFailed, "none.json")
}

// TestIndexDiffAndMerge compares two index files, and brings what one lacks.
func TestIndexDiffAndMerge(t *testing.T) {
	t.Parallel()
	ours, theirs := filepath.Join(t.TempDir(), "index.json"), filepath.Join(t.TempDir(), "index.json")
	wantStatus(t, packctl(t, "index", "add", ours, demoPack(t, "1.0.0")), exitOK)
	wantStatus(t, packctl(t, "index", "add", theirs, demoPack(t, "1.0.0"), demoPack(t, "2.0.0")), exitOK)
	o := packctl(t, "index", "diff", ours, theirs)
	if diff := cmp.Diff("demo 2.0.0  added\n", o.stdout); diff != "" || o.status != exitOK {
		t.Errorf("%d (-want +got)\n%s", o.status, diff)
	}
	wantOutput(t, packctl(t, "index", "merge", ours, theirs), exitUsage, "--url says where")
	url := serveDirectory(t, filepath.Dir(theirs)) + "/"
	forged := filepath.Join(t.TempDir(), "index.json")
	if err := os.WriteFile(forged, []byte(strings.ReplaceAll(readFile(t, theirs), `"sha256:`, `"sha256:0`)), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, packctl(t, "index", "merge", ours, forged, "--url", url), exitFailed, "both indices have demo@1.0.0, with different content")
	o = packctl(t, "index", "merge", ours, theirs, "--url", url)
	if diff := cmp.Diff("demo 2.0.0  added\n", o.stdout); diff != "" || o.status != exitOK {
		t.Errorf("%d (-want +got)\n%s", o.status, diff)
	}
	wantOutput(t, on(t, t.TempDir())("install", "demo", "--index", ours, "--allow-http", "--allow-private", "127.0.0.1"), exitOK, "demo 2.0.0")
}

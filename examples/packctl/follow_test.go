package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
)

// TestFollowURLs: a dependency that is a URL is downloaded from a host that --follow-urls
// names; without it, the advice has the flag.
func TestFollowURLs(t *testing.T) {
	t.Parallel()
	archive := zipped(t, "ref: lib\nversion: 1.0.0\nlabel: L\ndescription: D\n")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive) }))
	t.Cleanup(srv.Close)
	dir := filepath.Join(writeTree(t, map[string]string{
		"app/pack.yaml": "ref: app\nversion: 1.0.0\nlabel: L\ndescription: D\ndependencies: ['" + srv.URL + "/lib.zip']\n",
	}), "app")
	run := on(t, t.TempDir())
	flags := []string{"--allow-http", "--allow-private", "127.0.0.1"}
	wantOutput(t, run(append(flags, "install", dir)...), exitFailed,
		`URLs of host "127.0.0.1" are not followed, and the pack there is neither installed nor in an index`,
		"--follow-urls 127.0.0.1 downloads packs of that host that others state as dependencies by their URLs")
	flags = append(flags, "--follow-urls", "localhost,127.0.0.1")
	wantOutput(t, run(append(flags, "install", dir)...), exitOK, "lib")
	wantOutput(t, run("why", "lib"), exitOK, "app")
	wantOutput(t, run(append(flags, "install", dir, "--follow-urls", "http://x")...), exitFailed, "want the name of a host")
}

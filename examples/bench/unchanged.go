package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sync/atomic"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
	"github.com/packtrain/pack/source/registrysource"
)

// unchangedInstall is S13, with each way to keep records: installing 100 packs of an
// index that are there.
func unchangedInstall(pg *pgtest.Program) (all []job) {
	for _, s := range storages(pg) {
		all = append(all, job{
			id: "S13", name: "install 100 unchanged packs, CPU, " + s.name, rival: "git ls-remote x 100", goal: 0.5, floor: 0.1, runs: 3,
			prepare: func(ctx context.Context, dir string) (sides, error) { return prepareUnchanged(ctx, s, dir) },
		})
	}
	return all
}

func prepareUnchanged(ctx context.Context, s storage, dir string) (sides, error) {
	packs, err := writePacks(filepath.Join(dir, "packs"))
	if err != nil {
		return sides{}, err
	}
	repos, err := makeRepositories(ctx, filepath.Join(dir, "repos"), packs)
	if err != nil {
		return sides{}, err
	}
	base, stopGit, err := serveRepositories(ctx, filepath.Join(dir, "repos"))
	if err != nil {
		return sides{}, err
	}
	index, err := serveIndex(ctx, filepath.Join(dir, "archives"), packs)
	if err != nil {
		return sides{}, err
	}
	root := filepath.Join(dir, "root")
	dsn, err := s.dsn(ctx, root)
	if err == nil {
		_, err = child(ctx, childInstall, root, dsn, index.url)
	}
	return sides{
		ours: func(ctx context.Context, _ string) (float64, error) {
			index.requests.Store(0)
			u, err := child(ctx, childInstall, root, dsn, index.url)
			if n := index.requests.Load(); err == nil && n != 1 {
				err = fmt.Errorf("%d requests, want one", n)
			}
			return u.processor(), err
		},
		rival: func(ctx context.Context, _ string) (float64, error) { return listRemotes(ctx, base, repos) },
		close: func() error { index.close(); return stopGit() },
	}, err
}

func listRemotes(ctx context.Context, base string, repos []repository) (float64, error) {
	args := []string{"-c", `for url; do git ls-remote "$url" >/dev/null; done`, "sh"}
	for _, r := range repos {
		args = append(args, base+"/"+r.name)
	}
	cmd := exec.CommandContext(ctx, "sh", args...)
	cmd.Env = gitEnv()
	u, err := used(cmd)
	return u.processor(), err
}

// An indexServer serves an index, which clients need not load again, and its archives.
type indexServer struct {
	url      string
	requests atomic.Int64
	close    func()
}

func serveIndex(ctx context.Context, dir string, packs []string) (*indexServer, error) {
	urls, stop, err := serveArchives(ctx, dir, packs)
	if err != nil {
		return nil, err
	}
	type object = map[string]any
	var entries []object
	for i, p := range packs {
		data, err := os.ReadFile(filepath.Join(dir, filepath.Base(p)+".tar.gz"))
		if err != nil {
			return nil, err
		}
		entries = append(entries, object{"ref": path.Base(p), "version": "1.0.0", "install_sources": []object{
			{"type": "archive", "url": urls[i], "checksum": fmt.Sprintf("sha256:%x", sha256.Sum256(data))},
		}})
	}
	index, err := json.Marshal(object{"version": "1.0", "packs": entries})
	if err != nil {
		return nil, err
	}
	s := &indexServer{}
	etag := fmt.Sprintf(`"%x"`, sha256.Sum256(index))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(index)
	}))
	s.url, s.close = server.URL+"/index.json", func() { server.Close(); _ = stop() }
	return s, nil
}

// installPacks installs the packs of an index by their refs.
func installPacks(ctx context.Context, args []string) error {
	c := hostConfig(args[0], args[1])
	c.Indices = []registrysource.Index{{URL: args[2]}}
	h, err := hostflags.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	var specs []string
	for i := range packCount {
		specs = append(specs, fmt.Sprintf("pack%03d", i))
	}
	_, err = h.Pipeline.Install(ctx, pipeline.Request{Specs: specs, SkipEnvironments: true, SkipTests: true})
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/web"
)

// cloneRepositories is S1: 100 packs at pinned commits from a git server.
func cloneRepositories() job {
	return job{
		id: "S1", name: "100 packs from git over HTTP", rival: "git clone --depth 1, 8 at a time", goal: 0.30, floor: 0.28,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			packs, err := writePacks(filepath.Join(dir, "packs"))
			if err != nil {
				return sides{}, err
			}
			repos, err := makeRepositories(ctx, filepath.Join(dir, "repos"), packs)
			if err != nil {
				return sides{}, err
			}
			base, stop, err := serveRepositories(ctx, filepath.Join(dir, "repos"))
			if err != nil {
				return sides{}, err
			}
			return sides{
				ours:  timed(func(ctx context.Context, fresh string) error { return fetchAll(ctx, base, repos, fresh) }),
				rival: timed(func(ctx context.Context, fresh string) error { return cloneAll(ctx, base, repos, fresh) }),
				close: stop,
			}, nil
		},
	}
}

// A repository is a bare repository with one commit.
type repository struct{ name, commit string }

func makeRepositories(ctx context.Context, dir string, packs []string) ([]repository, error) {
	var repos []repository
	for _, work := range packs {
		name := filepath.Base(work) + ".git"
		bare := filepath.Join(dir, name)
		var commit string
		for _, args := range [][]string{
			{"init", "--quiet", "--bare", "--initial-branch=main", bare},
			{"--git-dir", bare, "--work-tree", work, "add", "--all"},
			{"--git-dir", bare, "--work-tree", work, "commit", "--quiet", "-m", "made for timing"},
			{"--git-dir", bare, "repack", "-adq"},
			{"--git-dir", bare, "rev-parse", "HEAD"},
		} {
			cmd := exec.CommandContext(ctx, "git", args...)
			cmd.Env = gitEnv()
			out, err := cmd.CombinedOutput()
			if err != nil {
				return nil, fmt.Errorf("git %s: %w\n%.2000s", args[0], err, out)
			}
			commit = strings.TrimSpace(string(out))
		}
		repos = append(repos, repository{name, commit})
	}
	return repos, nil
}

// gitEnv excludes the configuration of the user.
func gitEnv() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Bench", "GIT_AUTHOR_EMAIL=bench@packtrain.invalid", "GIT_COMMITTER_NAME=Bench", "GIT_COMMITTER_EMAIL=bench@packtrain.invalid",
	}
}

// serveRepositories serves the repositories below dir on loopback with git's own
// program, and returns their base URL.
func serveRepositories(ctx context.Context, dir string) (base string, stop func() error, err error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return "", nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: &cgi.Handler{
		Path: git, Args: []string{"http-backend"}, Env: append(gitEnv(), "GIT_PROJECT_ROOT="+dir, "GIT_HTTP_EXPORT_ALL=1"),
	}}
	go server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed when it is closed
	return "http://" + listener.Addr().String(), server.Close, nil
}

func fetchAll(ctx context.Context, base string, repos []repository, dest string) error {
	client, err := web.New(loopback(), nil)
	if err != nil {
		return err
	}
	git, err := gitsource.New(client, nil)
	if err != nil {
		return err
	}
	var specs []string
	for _, r := range repos {
		specs = append(specs, base+"/"+r.name+"#"+r.commit)
	}
	return downloadFrom(ctx, git, specs, dest)
}

func cloneAll(ctx context.Context, base string, repos []repository, dest string) error {
	const script = `cd "$1" && shift && printf '%s\n' "$@" | xargs -P 8 -n 1 git clone --quiet --depth 1`
	args := []string{"-c", script, "sh", dest}
	for _, r := range repos {
		args = append(args, base+"/"+r.name)
	}
	cmd := exec.CommandContext(ctx, "sh", args...)
	cmd.Env = gitEnv()
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(err, fmt.Errorf("%.2000s", out))
	}
	return nil
}

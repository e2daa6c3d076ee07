package samples

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
)

// makeRepository creates a bare repository whose one commit, tagged v0.3.0, contains
// the files of work. The same files yield the same commit.
func makeRepository(ctx context.Context, work, bare string) error {
	if err := os.RemoveAll(bare); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", bare},
		{"--git-dir", bare, "--work-tree", work, "add", "--all"},
		{"--git-dir", bare, "--work-tree", work, "commit", "--quiet", "-m", "Word count 0.3.0"},
		{"--git-dir", bare, "tag", "v0.3.0"},
	} {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Env = append(gitEnv(), "PATH="+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}

// gitHandler serves the repositories below root by the smart HTTP protocol.
func gitHandler(prefix, root string) (http.Handler, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	return &cgi.Handler{
		Path: git,
		Args: []string{"http-backend"},
		Root: prefix,
		Env:  append(gitEnv(), "GIT_PROJECT_ROOT="+absolute, "GIT_HTTP_EXPORT_ALL=1"),
	}, nil
}

// gitEnv keeps git from reading the user's configuration and makes commits
// reproducible.
func gitEnv() []string {
	const name, email, date = "Packtrain", "samples@packtrain.invalid", "2026-01-01T00:00:00Z"
	return []string{
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=" + name, "GIT_AUTHOR_EMAIL=" + email, "GIT_AUTHOR_DATE=" + date,
		"GIT_COMMITTER_NAME=" + name, "GIT_COMMITTER_EMAIL=" + email, "GIT_COMMITTER_DATE=" + date,
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=uploadpack.allowReachableSHA1InWant", "GIT_CONFIG_VALUE_0=true",
	}
}

package envbuild_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

func needNPM(t *testing.T) (*stage, *counter, *npmRegistry) {
	t.Helper()
	need(t, "npm")
	s, started := newRealStage(t, "node")
	r := newNPMRegistry(t)
	s.config.NodeRegistry = r.url
	return s, started, r
}

const dependsOnA = `{"name": "x", "version": "1.0.0", "dependencies": {"a": "^1"}}`

func TestRealNode(t *testing.T) {
	t.Parallel()
	s, started, r := needNPM(t)
	s.config.NodeRegistry = strings.Replace(r.url, "://", "://user:secret@", 1) + "/"
	r.add(t, "a", `{"main": "index.js", "dependencies": {"@s/b": "*"}}`, "index.js", "module.exports = 'a' + require('@s/b')")
	r.add(t, "@s/b", `{"main": "index.js"}`, "index.js", "module.exports = 'b'")
	n := s.mustBuild(t, s.pack(t, "app", "package.json", dependsOnA)).Of(pack.RuntimeNode)
	if !n.Ready || n.PackageCount != 2 || n.Reused || !strings.HasPrefix(n.Version, "v") {
		t.Errorf("built %+v", n)
	}
	program := fmt.Sprintf("console.log(require(%q))", filepath.Join(n.Path, "a"))
	if got := script(t, need(t, "node"), "-e", program); got != "ab" {
		t.Errorf("the package says %q", got)
	}
	if !r.auth["Basic dXNlcjpzZWNyZXQ="] || len(r.auth) != 1 {
		t.Errorf("npm authorised itself as %v", r.auth)
	}
	before := len(started.commands())
	again := s.mustBuild(t, s.pack(t, "other", "package.json", `{"dependencies": {"a": "^1"}, "devDependencies": {"z": "1"}}`)).Of(pack.RuntimeNode)
	if !again.Reused || again.Path != n.Path || len(started.commands()) != before {
		t.Errorf("again %+v, with %d processes", again, len(started.commands())-before)
	}
}

func TestRealLock(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	r.add(t, "a", `{"main": "index.js"}`, "index.js", "module.exports = 'a'")
	// The lock was written against another registry.
	lock := r.lock("a", "http://mirror.invalid/a/-/package.tgz", r.packages["a"].integrity())
	n := s.mustBuild(t, s.pack(t, "app", "package.json", dependsOnA, "package-lock.json", lock)).Of(pack.RuntimeNode)
	if n.PackageCount != 1 {
		t.Errorf("built %+v", n)
	}
	if !slices.Equal(r.requests, []string{"GET /a/-/package.tgz"}) {
		t.Errorf("requests: %q", r.requests)
	}
}

func hostileScripts(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	canary := filepath.Join(s.dir, "canary")
	touch := "touch " + canary
	r.add(t, "a", fmt.Sprintf(`{"scripts": {"preinstall": %q, "install": %q, "postinstall": %q, "prepare": %q}, "gypfile": true}`, touch, touch, touch, touch),
		"binding.gyp", "{'targets': [{'target_name': '<!("+touch+")'}]}")
	manifest := fmt.Sprintf(`{"dependencies": {"a": "^1"}, "scripts": {"preinstall": %q, "postinstall": %q, "prepare": %q}}`, touch, touch, touch)
	n := s.mustBuild(t, s.pack(t, "app", "package.json", manifest)).Of(pack.RuntimeNode)
	if n.PackageCount != 1 {
		t.Errorf("built %+v", n)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("a script ran")
	}
}

// What the pack's .npmrc says has no effect, and git cannot be started, although
// a package asks for a repository.
func hostileNPMRC(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	canary, evil := filepath.Join(s.dir, "canary"), filepath.Join(s.dir, "evil", "git")
	write(t, evil, "#!/bin/sh\ntouch "+canary+"\n")
	if err := os.Chmod(evil, 0o755); err != nil {
		t.Fatal(err)
	}
	s.config.Env = []string{"PATH=" + filepath.Dir(evil) + ":/usr/bin:/bin"}
	npmrc := "git=" + evil + "\nscript-shell=" + evil + "\nregistry=http://127.0.0.1:1/\nignore-scripts=false\nnode-options=--require=" + evil + "\n"
	r.add(t, "a", `{}`)
	r.add(t, "wants-git", `{"dependencies": {"x": "git+ssh://git@127.0.0.1:1/x.git"}}`)
	s.mustBuild(t, s.pack(t, "good", "package.json", dependsOnA, ".npmrc", npmrc))
	_, err := s.build(t, s.pack(t, "bad", "package.json", `{"dependencies": {"wants-git": "*"}}`, ".npmrc", npmrc))
	if pack.CodeOf(err) != pack.CodeBuildFailed {
		t.Errorf("err = %v", err)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("a program of the pack ran")
	}
}

func hostileLocks(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	r.add(t, "a", `{}`)
	r.add(t, "b", `{}`)
	at := r.url + "/a/-/package.tgz"
	tests := map[string][]string{ // by what the error says
		"integrity checksum failed": {"package.json", dependsOnA, "package-lock.json", r.lock("a", at, r.packages["b"].integrity())},
		"in sync":                   {"package.json", dependsOnA, "package-lock.json", r.lock("b", r.url+"/b/-/package.tgz", r.packages["b"].integrity())},
		"404 Not Found":             {"package.json", `{"dependencies": {"missing": "1"}}`},
	}
	for want, files := range tests {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := s.build(t, s.pack(t, "app-"+strings.ToLower(strings.Fields(want)[0]), files...))
			if pack.CodeOf(err) != pack.CodeBuildFailed || !strings.Contains(err.Error(), want) {
				t.Errorf("err = %v", err)
			}
			left, err := filepath.Glob(filepath.Join(s.config.Dir, "nodejs", "*.json"))
			if err != nil || len(left) > 0 {
				t.Errorf("ready: %v, %v", left, err)
			}
		})
	}
}

// npm asks its registry for packages, and contacts no other server.
func hostileRequests(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	r.add(t, "a", `{}`)
	s.mustBuild(t, s.pack(t, "app", "package.json", dependsOnA))
	if want := []string{"GET /a", "GET /a/-/package.tgz"}; !slices.Equal(r.requests, want) {
		t.Errorf("requests: %q, want %q", r.requests, want)
	}
}

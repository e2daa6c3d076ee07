package envbuild_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// lockedNode returns a stage with packages, a pack that needs them, and their set.
func lockedNode(t *testing.T) (*stage, *npmRegistry, envbuild.Request) {
	t.Helper()
	s, _, r := needNPM(t)
	r.add(t, "web", `{"dependencies": {"kit": ">=1 <2"}, "bin": "cli.js"}`, "cli.js", "#!/usr/bin/env node\n")
	r.add(t, "kit", `{}`)
	r.add(t, "strange", `{"os": ["plan9"]}`)
	app := s.pack(t, "app", "package.json", `{"dependencies": {"web": "^1"}, "optionalDependencies": {"strange": "1"}}`)
	req := envbuild.Request{Paths: []string{app}}
	req.Locked, req.OnlyLocked = s.sets(t, req), true
	return s, r, req
}

// What is locked is installed again when the registry has newer releases.
func TestLockedNodeStaysAsItIs(t *testing.T) {
	t.Parallel()
	s, r, req := lockedNode(t)
	set := req.Locked[0]
	want := "node_modules/kit 1.0.0, node_modules/strange 1.0.0, node_modules/web 1.0.0"
	if got := lockedNames(set); got != want || set.Platform != envbuild.AnyPlatform || !slices.Equal(set.Wants, []string{"optional strange@1", "web@^1"}) {
		t.Fatalf("got %+v", set)
	}
	if got := set.Distributions[2].Details; !strings.Contains(got, `"dependencies":{"kit":">=1 <2"}`) || strings.Contains(got, "resolved") {
		t.Errorf("got %s", got)
	}
	r.mu.Lock()
	r.newer["web"], r.newer["kit"] = newNPMPackage(t, "web", "1.1.0", `{}`), newNPMPackage(t, "kit", "1.1.0", `{}`)
	r.mu.Unlock()
	for range 2 { // on two machines
		rep, err := s.builder(t).Build(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(rep.Built[0].Environments[0].Distributions); got != "kit 1.0.0, web 1.0.0" {
			t.Errorf("of the lock: %s", got)
		}
		s.config.Dir += "2"
	}
	if got := names(s.mustBuild(t, req.Paths[0]).Of(pack.RuntimeNode).Distributions); got != "web 1.1.0" {
		t.Errorf("without the lock: %s", got)
	}
	if diff := cmp.Diff(set, s.sets(t, req)[0]); diff != "" {
		t.Errorf("locked again (-want +got):\n%s", diff)
	}
	s.config.Network.Offline = true
	req.Rebuild = true
	if _, err := s.builder(t).Build(t.Context(), req); err == nil {
		t.Error("an empty cache was enough")
	}
	s.config.Dir = strings.TrimSuffix(s.config.Dir, "2")
	rep, err := s.builder(t).Build(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(rep.Built[0].Environments[0].Distributions); got != "kit 1.0.0, web 1.0.0" {
		t.Errorf("offline: %s", got)
	}
}

// A pack that has a lock of npm needs none beside it.
func TestPinnedNodeNeedsNoSet(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	r.add(t, "a", `{}`)
	app := s.pack(t, "app", "package.json", dependsOnA, "package-lock.json", r.lock("a", r.url+"/a/-/package.tgz", r.packages["a"].integrity()))
	if got := s.sets(t, envbuild.Request{Paths: []string{app}, OnlyLocked: true}); len(got) > 0 {
		t.Errorf("got %+v", got)
	}
	if _, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{app}, OnlyLocked: true}); err != nil {
		t.Error(err)
	}
}

func TestTamperedNodeLocksAreRefused(t *testing.T) {
	t.Parallel()
	s, r, req := lockedNode(t)
	r.mu.Lock()
	r.add(t, "evil", `{}`)
	r.mu.Unlock()
	const none = "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
	evil := envbuild.LockedDistribution{Name: "node_modules/evil", Version: "1.0.0", Digests: []string{r.packages["evil"].integrity()}}
	for name, tt := range map[string]struct {
		change func(l *envbuild.LockedSet)
		reason envbuild.Reason
		want   string
	}{
		"digest":  {func(l *envbuild.LockedSet) { l.Distributions[0].Digests = []string{none} }, envbuild.ReasonHashMismatch, "the lock states node_modules/kit 1.0.0 with " + none},
		"version": {func(l *envbuild.LockedSet) { l.Distributions[2].Version = "2.0.0" }, envbuild.ReasonNotLocked, "web@2.0.0 does not satisfy web@1.0.0"},
		"removed": {func(l *envbuild.LockedSet) { l.Distributions = l.Distributions[1:] }, envbuild.ReasonNotLocked, "Missing: kit@1.0.0"},
		"wants":   {func(l *envbuild.LockedSet) { l.Wants = []string{"web@^2"} }, envbuild.ReasonNotLocked, "the pack requires optional strange@1, web@^1, and the lock states Node.js packages for web@^2"},
		"weak":    {func(l *envbuild.LockedSet) { l.Distributions[0].Digests = []string{"sha1-AAAA"} }, envbuild.ReasonNotLocked, "node_modules/kit"},
		"place":   {func(l *envbuild.LockedSet) { l.Distributions[0].Name = "../../kit" }, envbuild.ReasonNotLocked, "is not the place of a package"},
		"details": {func(l *envbuild.LockedSet) {
			l.Distributions[0].Details = `{"resolved":"https://evil.example/kit.tgz"}`
		}, envbuild.ReasonNotLocked, `key "resolved" is not known`},
		"git": {func(l *envbuild.LockedSet) {
			l.Distributions[2].Details = `{"dependencies":{"kit":"git+ssh://evil.example/kit"}}`
		}, "", ""},
	} {
		set := req.Locked[0]
		set.Distributions = slices.Clone(set.Distributions)
		tt.change(&set)
		_, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: req.Paths, Locked: []envbuild.LockedSet{set}, OnlyLocked: true})
		failed, ok := errors.AsType[*envbuild.BuildError](err)
		if !ok || tt.reason != "" && failed.Reason != tt.reason || !strings.Contains(failed.Message, tt.want) {
			t.Errorf("%s: got %v, want %s: %s", name, err, tt.reason, tt.want)
		}
	}
	req.Locked[0].Distributions = append(req.Locked[0].Distributions, evil)
	rep, err := s.builder(t).Build(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(rep.Built[0].Environments[0].Distributions); got != "kit 1.0.0, web 1.0.0" {
		t.Errorf("a package that nothing requires: %s", got)
	}
}

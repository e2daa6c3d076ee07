package envbuild_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A wheelIndex serves what wheels there are in a directory at the time of a request.
type wheelIndex struct{ dir string }

func newWheelIndex(t *testing.T, s *stage) *wheelIndex {
	t.Helper()
	i := &wheelIndex{filepath.Join(s.dir, "wheels")}
	srv := httptest.NewServer(i)
	t.Cleanup(srv.Close)
	s.config.PythonIndex = srv.URL + "/simple"
	return i
}

func (i *wheelIndex) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/simple/")
	if !ok {
		http.ServeFile(w, r, filepath.Join(i.dir, filepath.Base(r.URL.Path)))
		return
	}
	w.Header().Set("Content-Type", "text/html")
	entries, _ := os.ReadDir(i.dir)
	for _, e := range entries {
		if !strings.HasPrefix(pep508.NormalizeName(e.Name()), strings.Trim(name, "/")+"-") {
			continue
		}
		data, _ := os.ReadFile(filepath.Join(i.dir, e.Name()))
		_, _ = fmt.Fprintf(w, `<a href="/%s#sha256=%x">%s</a>`, e.Name(), sha256.Sum256(data), e.Name())
	}
}

// release adds a wheel that requires others.
func (i *wheelIndex) release(t *testing.T, name, version string, requires ...string) {
	t.Helper()
	metadata := fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)
	for _, r := range requires {
		metadata += "Requires-Dist: " + r + "\n"
	}
	wheel(t, i.dir, name, version, name+".py", "version = '"+version+"'\n", name+"-"+version+".dist-info/METADATA", metadata)
}

// sets returns the sets of packs.
func (s *stage) sets(t *testing.T, req envbuild.Request) []envbuild.LockedSet {
	t.Helper()
	locks, err := s.builder(t).LockEnvironments(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var sets []envbuild.LockedSet
	for _, l := range locks {
		if l.Unlocked != "" {
			t.Fatalf("not locked: %+v", l)
		}
		l.Set.Packs = []pack.Ref{l.Ref}
		sets = append(sets, l.Set)
	}
	return sets
}

// What is locked is installed again when the index has newer releases, and is built once.
func TestLockedEnvironmentsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	eachPythonTool(t, func(t *testing.T, s *stage) {
		t.Helper()
		index := newWheelIndex(t, s)
		index.release(t, "web", "1.0", "Tool_Kit>=1", "gone ; python_version < '3'")
		index.release(t, "tool_kit", "1.0")
		app := s.pack(t, "app", "requirements.txt", "web >= 1\n")
		sets := s.sets(t, envbuild.Request{Paths: []string{app}})
		if got := lockedNames(sets[0]); got != "tool-kit 1.0, web 1.0" || !slices.Equal(sets[0].Wants, []string{"web>=1"}) || !strings.Contains(sets[0].Platform, "/cp3") {
			t.Fatalf("got %+v", sets)
		}
		index.release(t, "web", "2.0", "tool-kit>=1")
		index.release(t, "tool_kit", "1.1")

		locked := envbuild.Request{Paths: []string{app}, Locked: sets, OnlyLocked: true}
		for range 2 { // on two machines
			rep, err := s.builder(t).Build(t.Context(), locked)
			if err != nil {
				t.Fatal(err)
			}
			if got := normalNames(rep.Built[0].Environments[0].Distributions); got != "tool-kit 1.0, web 1.0" {
				t.Errorf("of the lock: %s", got)
			}
			s.config.Dir += "2"
		}
		if got := normalNames(s.mustBuild(t, app).Of(pack.RuntimePython).Distributions); got != "tool-kit 1.1, web 2.0" {
			t.Errorf("without the lock: %s", got)
		}
		again, err := s.builder(t).LockEnvironments(t.Context(), locked)
		if diff := cmp.Diff(sets[0].Distributions, again[0].Set.Distributions); err != nil || diff != "" {
			t.Errorf("%v, locked again (-want +got):\n%s", err, diff)
		}
		rep, err := s.builder(t).Build(t.Context(), locked)
		if err != nil || rep.Built[0].Environments[0].Key != again[0].Keys[0] {
			t.Errorf("%v: built %+v, want the key %s", err, rep, again[0].Keys)
		}
	})
}

func normalNames(ds []pack.Distribution) string {
	ds = slices.Clone(ds)
	for i := range ds {
		ds[i].Name = pep508.NormalizeName(ds[i].Name)
	}
	slices.SortFunc(ds, func(a, b pack.Distribution) int { return strings.Compare(a.Name, b.Name) })
	return names(ds)
}

// A lock that was edited is refused, with what it states and what there is.
func TestTamperedLocksAreRefused(t *testing.T) {
	t.Parallel()
	eachPythonTool(t, func(t *testing.T, s *stage) {
		t.Helper()
		index := newWheelIndex(t, s)
		index.release(t, "web", "1.0", "kit>=1")
		index.release(t, "kit", "1.0")
		index.release(t, "kit", "1.1")
		index.release(t, "evil", "1.0")
		app := s.pack(t, "app", "requirements.txt", "web >= 1\n")
		sets := s.sets(t, envbuild.Request{Paths: []string{app, s.pack(t, "other", "requirements.txt", "evil")}})
		evil := sets[1].Distributions[0]
		kit := sets[0].Distributions[0].Digests[0]
		none := "sha256:" + strings.Repeat("0", 64)
		for name, tt := range map[string]struct {
			change func(l *envbuild.LockedSet)
			reason envbuild.Reason
			want   []string
		}{
			"digest":  {func(l *envbuild.LockedSet) { l.Distributions[0].Digests = []string{none} }, "", []string{"the lock states kit 1.1 with " + none, "has the digest " + kit}},
			"version": {func(l *envbuild.LockedSet) { l.Distributions[0].Version = "1.0" }, "", []string{"the lock states kit 1.0 with sha256:"}},
			"too low": {
				func(l *envbuild.LockedSet) { l.Distributions[1].Version = "0.9" }, envbuild.ReasonNotLocked,
				[]string{"the pack requires web>=1, and the lock states 0.9"},
			},
			"removed": {
				func(l *envbuild.LockedSet) { l.Distributions = l.Distributions[1:] }, envbuild.ReasonNotLocked,
				[]string{"web 1.0 requires kit>=1, and the lock does not state it"},
			},
			"added": {
				func(l *envbuild.LockedSet) { l.Distributions = append(l.Distributions, evil) }, envbuild.ReasonNotLocked,
				[]string{"the lock states evil, which nothing requires"},
			},
			"twice": {
				func(l *envbuild.LockedSet) { l.Distributions = append(l.Distributions, l.Distributions[0]) }, envbuild.ReasonNotLocked,
				[]string{"the lock states two versions of kit"},
			},
			"option": {
				func(l *envbuild.LockedSet) { l.Distributions[0].Version = "1.1 --index-url=https://evil" }, envbuild.ReasonNotLocked,
				[]string{"which cannot be installed"},
			},
			"address": {
				func(l *envbuild.LockedSet) { l.Distributions[0].Source = "https://evil.example/kit.whl" }, envbuild.ReasonNotLocked,
				[]string{"which cannot be installed"},
			},
			"wants": {
				func(l *envbuild.LockedSet) { l.Wants = []string{"web>=2"} }, envbuild.ReasonNotLocked,
				[]string{"the pack requires web>=1", "the lock states Python packages for web>=2"},
			},
			"platform": {
				func(l *envbuild.LockedSet) { l.Platform = "plan9/mips/cp311" }, envbuild.ReasonNotLocked,
				[]string{"the lock states the Python packages on plan9/mips/cp311, and not on"},
			},
		} {
			set := sets[0]
			set.Distributions = slices.Clone(set.Distributions)
			tt.change(&set)
			_, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{app}, Locked: []envbuild.LockedSet{set}, OnlyLocked: true})
			failed, ok := errors.AsType[*envbuild.BuildError](err)
			if !ok || tt.reason != "" && failed.Reason != tt.reason || tt.reason == envbuild.ReasonNotLocked && pack.CodeOf(err) != pack.CodeConflict {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, text := range tt.want {
				if !strings.Contains(failed.Message, text) {
					t.Errorf("%s: got %q (%s), want %q", name, failed.Message, failed.Reason, text)
				}
			}
			t.Logf("%s: %s: %v", name, failed.Reason, failed)
		}
		_, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{app}, OnlyLocked: true})
		if err == nil || !strings.Contains(err.Error(), "the pack requires web>=1, and the lock states no Python packages for it") {
			t.Errorf("without a set: %v", err)
		}
		if left, _ := filepath.Glob(filepath.Join(s.config.Dir, "python", "*.json")); len(left) > 0 {
			t.Errorf("built: %v", left)
		}
	})
}

// An environment of the lock is built again without the network from what the tool keeps.
func TestLockedOffline(t *testing.T) {
	t.Parallel()
	eachPythonTool(t, func(t *testing.T, s *stage) {
		t.Helper()
		index := newWheelIndex(t, s)
		index.release(t, "web", "1.0", "kit>=1")
		index.release(t, "kit", "1.0")
		app := s.pack(t, "app", "requirements.txt", "web\n")
		req := envbuild.Request{Paths: []string{app}, Locked: s.sets(t, envbuild.Request{Paths: []string{app}}), OnlyLocked: true, Rebuild: true}
		if _, err := s.builder(t).Build(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		s.config.Network.Offline = true
		rep, err := s.builder(t).Build(t.Context(), req)
		if failed, ok := errors.AsType[*envbuild.BuildError](err); ok && failed.Reason == envbuild.ReasonOffline && len(s.config.SearchPath) == 1 {
			return // pip keeps no index
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := names(rep.Built[0].Environments[0].Distributions); got != "kit 1.0, web 1.0" {
			t.Errorf("got %s", got)
		}
		for i := range req.Locked[0].Distributions {
			req.Locked[0].Distributions[i].Digests = []string{"sha256:" + strings.Repeat("0", 64)}
		}
		if _, err := s.builder(t).Build(t.Context(), req); pack.CodeOf(err) != pack.CodeBuildFailed {
			t.Errorf("with other digests: %v", err)
		}
	})
}

func lockedNames(l envbuild.LockedSet) string {
	var all []string
	for _, d := range l.Distributions {
		all = append(all, d.Name+" "+d.Version)
	}
	return strings.Join(all, ", ")
}

package registrysource_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
)

func version(t testing.TB, text string) pack.Version {
	t.Helper()
	v, err := pack.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestResolve(t *testing.T) {
	t.Parallel()
	data := indexOf(t, demo("1.0.0", m{"install_sources": list{gitSource(), m{
		"type": "archive", "url": "https://host.example/1.0.0?key=value", "checksum": strings.ToUpper(sumA),
	}, m{
		"type": "git", "url": "https://host.example/demo", "ref": "v1.0.0", "checksum": sumB,
	}}}))
	archive := pack.Pin{
		Ref: "demo", Version: version(t, "1.0.0"), Scheme: "https", Location: "https://host.example/1.0.0?key=value",
		StripTop: true, ArchiveDigest: pack.Digest(sumA),
	}
	byCommit := pack.Pin{
		Ref: "demo", Version: version(t, "1.0.0"), Scheme: "git", Location: "https://host.example/demo.git",
		Rev: commit, Commit: commit, DirectoryChecksum: pack.Digest(sumB),
	}
	byTag := byCommit
	byTag.Location, byTag.Rev, byTag.Commit = "https://host.example/demo", "v1.0.0", ""
	for _, tc := range []struct {
		name     string
		gitFirst bool
		want     []pack.Pin
	}{
		{"archives first", false, []pack.Pin{archive, byCommit, byTag}},
		{"git first", true, []pack.Pin{byCommit, byTag, archive}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := registrysource.Config{GitFirst: tc.gitFirst}
			s := fileSource(t, data, cfg)
			got, err := s.Resolve(t.Context(), locator(t, "demo"))
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if via := got[i].Via; via.Entry != "demo@1.0.0" || via.Index != "index.json" {
					t.Errorf("pin %d came via %+v", i, via)
				}
				got[i].Via = pack.Origin{}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestVersionChoice(t *testing.T) {
	t.Parallel()
	s := fileSource(t, indexOf(t,
		demo("1.10.0", nil), demo("1.2.0", nil), demo("2.0.0-rc.1", nil), demo("0.1.0", nil), demo("1.9.0+build.2", nil), demo("1.9.0+build.10", nil),
		demo("1.0.0-alpha", m{"ref": "early"}), demo("1.0.0-beta", m{"ref": "early"}),
	), registrysource.Config{})
	for _, tc := range []struct {
		spec, want string
		code       pack.Code
	}{
		{"demo", "1.10.0", ""},
		{"demo@*", "1.10.0", ""},
		{"demo@^1.0", "1.10.0", ""},
		{"demo@<1.10", "1.9.0+build.2", ""},
		{"demo@1.2.0", "1.2.0", ""},
		{"demo@>=2.0.0-0", "2.0.0-rc.1", ""},
		{"demo@>=1.0.0-0", "1.10.0", ""},
		{"demo@^0.1 || ^3", "0.1.0", ""},
		{"early", "1.0.0-beta", ""},
		{"demo@^3", "", pack.CodeNotFound},
		{"early@^1", "", pack.CodeNotFound},
		{"missing", "", pack.CodeNotFound},
	} {
		pins, err := s.Resolve(t.Context(), locator(t, tc.spec))
		wantCode(t, err, tc.code)
		if err == nil && pins[0].Version.String() != tc.want {
			t.Errorf("%s: got %s, want %s", tc.spec, pins[0].Version, tc.want)
		}
	}
	_, err := s.Resolve(t.Context(), locator(t, "demo@^3"))
	if err == nil || !strings.Contains(err.Error(), "2.0.0-rc.1, 1.10.0, ") {
		t.Errorf("error %v does not list the known versions", err)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	s := fileSource(t, indexOf(t, demo("1.0.0", nil), demo("2.0.0-rc.1", nil), demo("1.5.0", nil)), registrysource.Config{})
	for spec, want := range map[string][]string{
		"demo":      {"2.0.0-rc.1", "1.5.0", "1.0.0"},
		"demo@^1.2": {"1.5.0"},
	} {
		pins, err := s.Versions(t.Context(), locator(t, spec))
		var got []string
		for _, p := range pins {
			got = append(got, p.Version.String())
			if p.Scheme != "https" {
				t.Errorf("%s: the scheme of %s is %s", spec, p.Version, p.Scheme)
			}
		}
		if !slices.Equal(got, want) || err != nil {
			t.Errorf("%s: got %v, %v, want %v", spec, got, err, want)
		}
	}
	for _, spec := range []string{"demo@^3", "missing"} {
		if pins, err := s.Versions(t.Context(), locator(t, spec)); !errors.Is(err, pack.ErrNotFound) || pins != nil {
			t.Errorf("%s: got %v, %v", spec, pins, err)
		}
	}
}

// A finder is what package deps asks for missing packs.
type finder interface {
	Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error)
}

func TestCandidatesOfAWant(t *testing.T) {
	t.Parallel()
	s := fileSource(t, indexOf(t, demo("1.0.0", m{"dependencies": m{"attune_version": "^2"}}), demo("2.0.0", nil)), registrysource.Config{})
	loc := locator(t, "demo@^1")
	pins, err := s.Resolve(t.Context(), loc)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Candidates(t.Context(), pack.Want{Ref: "demo", Constraint: loc.Constraint})
	if err != nil || len(got) != 1 || got[0].Platform.String() != "^2" || !slices.Equal(got[0].Pins, pins) {
		t.Errorf("got %+v, %v, want 1.0.0 with the pins %+v", got, err, pins)
	}
	for _, tt := range []struct {
		want pack.Want
		code pack.Code
	}{
		{pack.Want{Ref: "demo", Constraint: locator(t, "demo@^3").Constraint}, pack.CodeNotFound},
		{pack.Want{Spec: "https://host.example/x.zip"}, pack.CodeInvalidRequest},
	} {
		if got, err := s.Candidates(t.Context(), tt.want); got != nil || pack.CodeOf(err) != tt.code {
			t.Errorf("%+v: got %v, %v", tt.want, got, err)
		}
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	s := fileSource(t, indexOf(t,
		demo("1.0.0", nil),
		demo("1.1.0", m{"dependencies": m{}}),
		demo("1.2.0", m{"dependencies": m{"packs": list{}, "python_version": ">=3.8", "attune_version": "^2"}}),
		demo("2.0.0", m{"dependencies": m{"packs": list{"core", "slack@^2.1"}}}),
		demo("1.0.0", m{"ref": "broken", "install_sources": list{}}),
		demo("1.0.0", m{"ref": "broken", "dependencies": m{"attune_version": "=>2"}}),
	), registrysource.Config{})
	got, err := finder(s).Candidates(t.Context(), pack.Want{Ref: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	type summary struct {
		Version  string
		Known    bool
		Needs    []string
		Platform string
	}
	var have []summary
	for _, c := range got {
		sum := summary{c.Version.String(), c.DependenciesKnown, nil, c.Platform.String()}
		for _, d := range c.Dependencies {
			sum.Needs = append(sum.Needs, d.String())
		}
		have = append(have, sum)
	}
	want := []summary{{"2.0.0", true, []string{"core", "slack@^2.1"}, "*"}, {"1.2.0", true, nil, "^2"}, {"1.1.0", false, nil, "*"}, {"1.0.0", false, nil, "*"}}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	_, err = s.Candidates(t.Context(), pack.Want{Ref: "missing"})
	wantCode(t, err, pack.CodeNotFound)
	broken, err := s.Candidates(t.Context(), pack.Want{Ref: "broken"})
	if err != nil || len(broken) != 2 || broken[0].Unusable == nil || broken[1].Unusable == nil || broken[0].Version.String() != "1.0.0" {
		t.Errorf("got %+v, %v", broken, err)
	}
}

func TestRequestsThatARegistryCannotServe(t *testing.T) {
	t.Parallel()
	s := fileSource(t, indexOf(t, demo("1.0.0", nil)), registrysource.Config{})
	for _, tc := range []struct {
		loc  source.Locator
		want pack.Code
	}{
		{source.Locator{Scheme: "registry", Location: "demo", Rev: "main"}, pack.CodeInvalidRequest},
		{source.Locator{Scheme: "registry", Location: "../demo"}, pack.CodeInvalidRef},
	} {
		_, err := s.Resolve(t.Context(), tc.loc)
		wantCode(t, err, tc.want)
	}
}

// TestWithoutIndex: packs of the indices that locators name are found, and others
// are not there.
func TestWithoutIndex(t *testing.T) {
	t.Parallel()
	srv := serve(t, (&indexServer{data: indexOf(t, demo("1.0.0", nil))}).ServeHTTP)
	s := newSource(t, registrysource.Config{Client: local(), AllowIndex: func(string) bool { return true }})
	loc := locator(t, "demo")
	_, resolving := s.Resolve(t.Context(), loc)
	_, listing := s.Versions(t.Context(), loc)
	_, looking := s.Candidates(t.Context(), pack.Want{Ref: "demo"})
	_, err4 := s.Refs(t.Context())
	_, searching := s.Search(t.Context(), "")
	if got := s.Status(t.Context()); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	for _, err := range []error{resolving, listing, looking, err4, searching} {
		wantCode(t, err, pack.CodeNotFound)
		if err != nil && !strings.Contains(err.Error(), "no registry index is configured: configure or name one") {
			t.Errorf("got %v", err)
		}
	}
	if resolving != nil && !strings.Contains(resolving.Error(), "demo") {
		t.Errorf("got %v, want one that names the pack", resolving)
	}
	loc.Index = srv.URL + "/index.json"
	pins, err := s.Resolve(t.Context(), loc)
	if err != nil || len(pins) != 2 || pins[0].Via.Index != loc.Index {
		t.Errorf("got %+v, %v", pins, err)
	}
	closed := newSource(t, registrysource.Config{Client: local()})
	_, err = closed.Resolve(t.Context(), loc)
	wantCode(t, err, pack.CodePolicyDenied)
}

// TestNameOfTheIndex: pins call the index by a name that the host chooses, and an
// index that only a locator names by its address, without secrets.
func TestNameOfTheIndex(t *testing.T) {
	t.Parallel()
	srv := serve(t, (&indexServer{data: indexOf(t, demo("1.0.0", nil))}).ServeHTTP)
	index := srv.URL + "/index.json"
	for _, tt := range []struct{ name, asked, want string }{
		{"", "", strings.TrimPrefix(srv.URL, "http://")},
		{"main", "", "main"},
		{"main", index, "main"},
		{"main", index + "?token=canary", index},
	} {
		s := newSource(t, registrysource.Config{Indices: []registrysource.Index{{URL: index, Name: tt.name}}, Client: local(), AllowIndex: func(string) bool { return true }})
		loc := locator(t, "demo")
		loc.Index = tt.asked
		pins, err := s.Resolve(t.Context(), loc)
		if err != nil || pins[0].Via.Index != tt.want {
			t.Errorf("named %q, asked for %q: got %+v, %v, want %q", tt.name, tt.asked, pins, err, tt.want)
		}
	}
	for _, name := range []string{"a/b", "https://index.example", " ", "a\n", "-a", strings.Repeat("a", 129)} {
		_, err := registrysource.New(registrysource.Config{Indices: []registrysource.Index{{URL: index, Name: name}}, Client: local()})
		wantCode(t, err, pack.CodeInvalidRequest)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for index, want := range map[string]pack.Code{
		"https://index.example/index.json":     "",
		"/var/lib/index.json":                  "",
		"":                                     pack.CodeInvalidRequest,
		"index.json":                           pack.CodeInvalidRequest,
		"http://index.example/index.json":      pack.CodePolicyDenied,
		"https://u:p@index.example/index.json": pack.CodePolicyDenied,
		"file:///index.json":                   pack.CodePolicyDenied,
		"https://127.0.0.1/index.json":         pack.CodePolicyDenied,
	} {
		_, err := registrysource.New(registrysource.Config{Indices: one(index)})
		wantCode(t, err, want)
	}
}

func TestRealIndexes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file, text string
		packs      int
	}{
		{"attune-standard.index.json", "", 44},
		{"attune-standard.first-revision.index.json", "", 44},
		{"stackstorm-exchange.v1.subset.json", "StackStorm", 0},
		{"empty.index.json", "empty (0 bytes)", 0},
		{"attune-standard.schema.json", "not an index of format 1", 0},
	} {
		t.Run(tc.file, func(t *testing.T) {
			t.Parallel()
			s := newSource(t, registrysource.Config{Indices: one(corpus(t, tc.file))})
			refs, err := s.Refs(t.Context())
			if tc.text != "" {
				wantCode(t, err, pack.CodeMalformedContent)
				if err == nil || !strings.Contains(err.Error(), tc.text) {
					t.Errorf("error %v does not say %q", err, tc.text)
				}
				return
			}
			if err != nil || len(refs) != tc.packs {
				t.Fatalf("%d packs, %v, want %d", len(refs), err, tc.packs)
			}
			checkReal(t, s, refs)
		})
	}
}

func checkReal(t *testing.T, s *registrysource.Source, refs []pack.Ref) {
	t.Helper()
	if problems, err := problemsOf(t, s); err != nil || len(problems) > 0 {
		t.Errorf("problems %v, %v", problems, err)
	}
	for _, ref := range refs {
		pins, err := s.Resolve(t.Context(), locator(t, ref.String()))
		if err != nil || len(pins) != 2 {
			t.Errorf("%s: %d pins, %v", ref, len(pins), err)
			continue
		}
		if pins[0].Scheme != "https" || pins[0].ArchiveDigest == "" || pins[1].Scheme != "git" || len(pins[1].Commit) != 40 || pins[1].DirectoryChecksum == "" {
			t.Errorf("%s: pins %+v", ref, pins)
		}
	}
	candidates, err := s.Candidates(t.Context(), pack.Want{Ref: "msexchange"})
	if err != nil || len(candidates) != 1 || len(candidates[0].Dependencies) != 1 || candidates[0].Dependencies[0].Ref != "core" {
		t.Errorf("msexchange: %+v, %v", candidates, err)
	}
}

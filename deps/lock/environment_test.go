package lock_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
)

const linux, darwin = "linux/amd64/cp311", "darwin/arm64/cp311"

// python returns an environment of Python with distributions, "name version" each.
func python(want, platform string, distributions ...string) lock.Environment {
	e := lock.Environment{Runtime: pack.RuntimePython, Wants: []string{want}}
	for _, text := range distributions {
		name, version, _ := strings.Cut(text, " ")
		e.Distributions = append(e.Distributions, lock.Distribution{
			Platform: platform, Name: name, Version: version, Digests: []string{"sha256:" + strings.Repeat("a", 64)},
		})
	}
	return e
}

func parts(e *lock.Environment) map[string]string {
	if e == nil {
		return nil
	}
	all := map[string]string{}
	for _, platform := range e.Platforms() {
		var texts []string
		for _, d := range e.On(platform) {
			texts = append(texts, d.Name+" "+d.Version)
		}
		all[platform] = strings.Join(texts, ", ")
	}
	return all
}

func TestAddEnvironment(t *testing.T) {
	t.Parallel()
	l := lockOf(t, "app@1.0.0", "log@1.0.0")
	before := string(l.Bytes())
	other := *l
	other.AddEnvironment("gone", linux, python("web", linux, "web 1.0"))
	if string(other.Bytes()) != before {
		t.Errorf("a pack that the lock does not have:\n%s", other.Bytes())
	}
	l.AddEnvironment("app", linux, python("web", linux, "kit 1.0", "web 1.0"))
	l.AddEnvironment("log", linux, python("web", linux, "web 2.0"))
	l.AddEnvironment("log", darwin, python("web", darwin, "web 3.0"))
	l.AddEnvironment("log", "plan9/mips/cp311", python("web", ""))
	shared := l.Packs[0].Environments[pack.RuntimePython]
	want := map[string]string{linux: "web 2.0", darwin: "web 3.0", "plan9/mips/cp311": ""}
	if diff := cmp.Diff(want, parts(l.Environment(shared))); diff != "" || len(l.Environments) != 1 || l.Packs[1].Environments[pack.RuntimePython] != shared {
		t.Errorf("(-want +got)\n%s%s", diff, l.Bytes())
	}
	if got := mustParse(t, string(l.Bytes())); string(got.Bytes()) != string(l.Bytes()) || got.Check(l.Wants, nil, pack.Version{}) != nil {
		t.Errorf("written\n%s\nread\n%s", l.Bytes(), got.Bytes())
	}
	kept := maps.Clone(l.Packs[0].Environments)
	copied := *l
	copied.Packs = append([]lock.Pack{}, l.Packs...)
	copied.AddEnvironment("app", linux, python("mail", linux, "mail 1.0"))
	copied.AddEnvironment("log", linux, python("mail", linux, "mail 1.0"))
	if len(copied.Environments) != 1 || len(parts(&copied.Environments[0])) != 1 {
		t.Errorf("an environment that no pack has:\n%s", copied.Bytes())
	}
	if diff := cmp.Diff(kept, l.Packs[0].Environments); diff != "" || len(parts(l.Environment(shared))) != 3 {
		t.Errorf("the lock that was copied has changed (-want +got)\n%s%s", diff, l.Bytes())
	}
}

// TestEditedEnvironments: what was edited by hand is a deviation.
func TestEditedEnvironments(t *testing.T) {
	t.Parallel()
	l := lockOf(t, "app@1.0.0")
	l.AddEnvironment("app", linux, python("web>=1", linux, "kit 1.0", "web 1.0"))
	id := l.Environments[0].ID
	text := string(l.Bytes())
	for _, tt := range []struct{ old, now, want string }{
		{"want web>=1", "want web>=0", "environment " + id + " was edited: what it wants has the ID python-"},
		{"env " + id + " python", "env " + id + " python >=3.9", "environment " + id + " was edited"},
		{"  env python " + id, "  env python python-0", "app@1.0.0 has the environment python-0, and the lock states nothing of it"},
		{"web 1.0 ", "kit 1.1 ", "environment " + id + " states two versions of kit on " + linux},
	} {
		edited := strings.Replace(text, tt.old, tt.now, 1)
		if edited == text {
			t.Fatalf("%q is not in\n%s", tt.old, text)
		}
		if err := mustParse(t, edited).Check(l.Wants, nil, pack.Version{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// TestGitMergeOfEnvironments: two branches that add packs with environments, or platforms,
// merge into a lock that has what both state.
func TestGitMergeOfEnvironments(t *testing.T) {
	t.Parallel()
	base := func() *lock.Lock {
		l := lockOf(t, "app@1.0.0", "log@1.0.0", "zoo@1.0.0")
		l.AddEnvironment("app", linux, python("web", linux, "kit 1.0", "web 1.0"))
		return l
	}
	branch := func(ref pack.Ref, want, platform string, ds ...string) *lock.Lock {
		l := base()
		l.AddEnvironment(ref, platform, python(want, platform, ds...))
		return l
	}
	for name, tt := range map[string]struct {
		ours, theirs *lock.Lock
		want         map[string]map[string]string // by what is wanted
	}{
		"packs":     {branch("log", "mail", linux, "mail 1.0"), branch("zoo", "yak", linux, "yak 1.0"), map[string]map[string]string{"mail": {linux: "mail 1.0"}, "web": {linux: "kit 1.0, web 1.0"}, "yak": {linux: "yak 1.0"}}},
		"the same":  {branch("log", "mail", linux, "mail 1.0"), branch("zoo", "mail", linux, "mail 1.0"), map[string]map[string]string{"mail": {linux: "mail 1.0"}, "web": {linux: "kit 1.0, web 1.0"}}},
		"at odds":   {branch("log", "mail", linux, "mail 1.0"), branch("zoo", "mail", linux, "mail 2.0"), map[string]map[string]string{"mail": {}, "web": {linux: "kit 1.0, web 1.0"}}},
		"platforms": {branch("app", "web", darwin, "web 1.0"), branch("app", "web", "linux/arm64/cp312", "web 2.0"), map[string]map[string]string{"web": {linux: "kit 1.0, web 1.0", darwin: "web 1.0", "linux/arm64/cp312": "web 2.0"}}},
		"one place": {branch("app", "web", darwin, "web 1.0"), branch("app", "web", darwin, "web 2.0"), map[string]map[string]string{"web": {linux: "kit 1.0, web 1.0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, _ := merged(t, base(), tt.ours, tt.theirs)
			l := mustParse(t, text)
			got := map[string]map[string]string{}
			for i := range l.Environments {
				got[l.Environments[i].Wants[0]] = parts(&l.Environments[i])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, text)
			}
			if len(l.Packs) != 3 {
				t.Errorf("got\n%s", l.Bytes())
			}
		})
	}
}

func TestDistributionSyntax(t *testing.T) {
	t.Parallel()
	const env = "packs.lock 1\n\nenv e python\n"
	for text, want := range map[string]string{
		env + "  linux/amd64 a\n":                      `line 4: want "PLATFORM NAME VERSION DIGEST"`,
		env + "  linux/amd64 a 1.0\n":                  `line 4: want "PLATFORM NAME VERSION DIGEST"`,
		env + "  linux/amd64 a 1.0 from x\n":           `line 4: want "PLATFORM NAME VERSION DIGEST"`,
		env + "  linux/amd64 \"\" 1.0 sha256:\n":       `line 4: want "PLATFORM NAME VERSION DIGEST"`,
		env + "  any a 1.0 sha256:0 with [1]\n":        `line 4: want a JSON object in its shortest form after "with"`,
		env + "  any a 1.0 sha256:0 with {\"a\": 1}\n": `line 4: want a JSON object in its shortest form after "with"`,
		env + "  linux a 1.0 sha256:0\n":               `line 4: fact "linux" is not known in version 1`,
	} {
		if _, err := lock.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

package lock_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
)

const fileText = `# our packs
packs:
  # chat
  slack: ^2 # keep below 3

  tool:
    from: github:acme/tool@main
  log: "*"
indices:
  std: https://packs.example/index.json
provided: [core@2.1.0, base]
platform: 2.1.0
`

func mustFile(t *testing.T, text string) *lock.File {
	t.Helper()
	f, err := lock.ParseFile([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return f
}

func shownWants(f *lock.File) (all []string) {
	for _, w := range f.Wants {
		all = append(all, w.Ref.String()+" "+w.Text())
	}
	return all
}

func TestFile(t *testing.T) {
	t.Parallel()
	f := mustFile(t, fileText)
	if diff := cmp.Diff([]string{"slack ^2", "tool github:acme/tool@main", "log *"}, shownWants(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if f.Platform.String() != "2.1.0" || len(f.Provided) != 2 || f.Provided[0].Version.String() != "2.1.0" || f.Provided[1].Ref != "base" ||
		f.Indices[0] != (lock.Index{Name: "std", Location: "https://packs.example/index.json"}) {
		t.Errorf("got %+v", f)
	}
	for _, empty := range []string{"", "# nothing\n", "packs:\n", "packs: {}\n"} {
		if f := mustFile(t, empty); len(f.Wants) != 0 {
			t.Errorf("%q: got %+v", empty, f)
		}
	}
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"packs:\n  a: =>1\n":              "packs.yaml line 2: pack a: ",
		"packs:\n  A: ^1\n":               "packs.yaml line 2: ",
		"packs:\n  a: [1]\n":              "packs.yaml line 2: pack a: want a constraint, or {from: LOCATOR}, got a list",
		"packs:\n  a: {form: x}\n":        "packs.yaml line 2: pack a: want a constraint, or {from: LOCATOR}",
		"packs:\n  a: {from: b@1}\n":      "packs.yaml line 2: pack a: from \"b@1\" is not a place",
		"packs:\n  a: ^1\n  a: ^2\n":      "packs.yaml line 3: ",
		"packs: [a]\n":                    "packs.yaml line 1: want a mapping, got a list",
		"pack:\n  a: ^1\n":                `packs.yaml line 1: key "pack" is not known`,
		"settings: {}\n":                  `packs.yaml line 1: key "settings" is not known; the keys are packs, indices, provided, platform and policy`,
		"indexes: {}\n":                   `packs.yaml line 1: key "indexes" is not known: did you mean "indices"?`,
		"platform: 2\n":                   "packs.yaml line 1: platform: ",
		"provided: core\n":                "packs.yaml line 1: want a list",
		"indices:\n  std: [x]\n":          "packs.yaml line 2: want the URL of an index, got a list",
		"[]\n":                            "packs.yaml line 1: want a mapping with the key packs, got a list",
		"packs:\n  a: &x ^1\n  b: *x\n":   "packs.yaml line ",
		"packs:\n  a: \"\\uD800\"\n- x\n": "packs.yaml line ",
	} {
		if _, err := lock.ParseFile([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// TestEdit: comments and order stay.
func TestEdit(t *testing.T) {
	t.Parallel()
	add := func(f *lock.File, text string) *lock.File {
		t.Helper()
		g, err := f.Add(wants(t, text)[0])
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	f := mustFile(t, fileText)
	for text, want := range map[string]string{
		"new@^1":                  strings.Replace(fileText, "  log: \"*\"\n", "  log: \"*\"\n  new: ^1\n", 1),
		"new@>=1 <2":              strings.Replace(fileText, "  log: \"*\"\n", "  log: \"*\"\n  new: \">=1 <2\"\n", 1),
		"slack@^3":                strings.Replace(fileText, "slack: ^2", "slack: ^3", 1),
		"tool=https://h/tool.git": strings.Replace(fileText, "  tool:\n    from: github:acme/tool@main\n", "  tool: {from: \"https://h/tool.git\"}\n", 1),
		"tool":                    strings.Replace(fileText, "  tool:\n    from: github:acme/tool@main\n", "  tool: \"*\"\n", 1),
	} {
		if diff := cmp.Diff(want, string(add(f, text).Bytes())); diff != "" {
			t.Errorf("add %s (-want +got)\n%s", text, diff)
		}
	}
	for _, empty := range []string{"", "packs:\n", "packs: {}\n", "platform: 1.0.0\n", "packs:\nplatform: 1.0.0\n"} {
		g := add(add(mustFile(t, empty), "a@^1"), "b")
		if diff := cmp.Diff([]string{"a ^1", "b *"}, shownWants(g)); diff != "" {
			t.Errorf("%q (-want +got)\n%s\n%s", empty, diff, g.Bytes())
		}
	}
	for ref, gone := range map[pack.Ref]string{"slack": "  slack: ^2 # keep below 3\n", "tool": "  tool:\n    from: github:acme/tool@main\n", "log": "  log: \"*\"\n"} {
		g, err := f.Drop(ref)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Replace(fileText, gone, "", 1), string(g.Bytes())); diff != "" {
			t.Errorf("drop %s (-want +got)\n%s", ref, diff)
		}
	}
	if _, err := f.Drop("none"); pack.CodeOf(err) != pack.CodeNotFound {
		t.Errorf("got %v", err)
	}
	if _, err := mustFile(t, "packs: {a: ^1, b: ^2}\n").Add(wants(t, "c")[0]); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
}

func FuzzFile(f *testing.F) {
	f.Add([]byte(fileText))
	f.Add([]byte("packs: {a: ^1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := lock.ParseFile(data)
		if err != nil {
			return
		}
		c, _ := pack.ParseConstraint("^7")
		edited, err := file.Add(lock.Want{Ref: "added", Constraint: c})
		if err != nil {
			return // a shape that is not edited
		}
		if w := edited.Want("added"); w == nil || w.Text() != "^7" || len(edited.Wants) < len(file.Wants) {
			t.Fatalf("got %+v\n%s\nfrom\n%s", edited.Wants, edited.Bytes(), data)
		}
	})
}

package house_test

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/internal/house"
)

const (
	rootMod = "module github.com/packtrain/pack\n\ngo 1.26.0\n\nrequire gopkg.in/yaml.v3 v3.0.1\n"
	exMod   = "module github.com/packtrain/pack/examples\n\ngo 1.26.0\n\nrequire github.com/packtrain/pack v0.0.0\n\nreplace github.com/packtrain/pack => ../\n"
	self    = "github.com/packtrain/pack"
)

// clean is a small tree that keeps every rule.
func clean() map[string]string {
	return map[string]string{
		"go.mod":                              rootMod,
		"pack.go":                             file("pack", self+"/internal/leaf", "gopkg.in/yaml.v3"),
		"example_test.go":                     file("pack_test", self+"/installer", self+"/source/localsource"),
		"internal/leaf/leaf.go":               file("leaf", "io"),
		"internal/emit/emit.go":               file("emit", self),
		"source/source.go":                    file("source", self, self+"/internal/emit"),
		"source/sourcetest/suite.go":          file("sourcetest", self, self+"/source", "testing"),
		"source/localsource/local.go":         file("localsource", self, self+"/source"),
		"source/localsource/local_test.go":    file("localsource_test", self+"/source/sourcetest", "os/exec"),
		"source/web/web.go":                   file("web", self, self+"/internal/emit"),
		"source/gitsource/git.go":             file("gitsource", self+"/source", self+"/source/web", "github.com/go-git/go-git/v5/plumbing/object"),
		"installer/installer.go":              file("installer", self+"/source", self+"/internal/emit"),
		"installer/pipeline/pipeline.go":      file("pipeline", self+"/installer", self+"/source", self+"/deps"),
		"deps/deps.go":                        file("deps", self),
		"examples/go.mod":                     exMod,
		"examples/quickstart/main.go":         file("main", self+"/installer", self+"/examples/hostflags"),
		"examples/packctl/packctl_test.go":    file("main", self+"/examples/internal/samples"),
		"examples/packctl/run.go":             file("main", self+"/examples/actionrun", self+"/examples/hostflags", self+"/examples/packd/client"),
		"examples/hostflags/host.go":          file("hostflags", self+"/installer/host"),
		"installer/host/host.go":              file("host", self+"/installer/pipeline", self+"/source/localsource", self+"/source/web", self+"/deps"),
		"source/testdata/ignored/not_ours.go": "this is not Go",
	}
}

func file(pkg string, imports ...string) string {
	var b strings.Builder
	b.WriteString("// Package p does.\npackage " + pkg + "\n")
	for _, i := range imports {
		b.WriteString("import _ \"" + i + "\"\n")
	}
	return b.String()
}

func load(t *testing.T, files map[string]string) *house.Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	tree, err := house.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func check(t *testing.T, files map[string]string) []string {
	t.Helper()
	return texts(load(t, files).Check())
}

func texts(violations []house.Violation) []string {
	var got []string
	for _, v := range violations {
		got = append(got, v.String())
	}
	return got
}

func TestCleanTreeHasNoViolation(t *testing.T) {
	t.Parallel()
	if got := check(t, clean()); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

// TestPlantedViolations plants one fault at a time and wants exactly it back.
func TestPlantedViolations(t *testing.T) {
	t.Parallel()
	req := func(mod, line string) string { return mod + "\nrequire " + line + "\n" }
	tests := []struct{ name, file, content, want string }{
		{"stage imports stage", "deps/deps.go", file("deps", self+"/source"), "imports source"},
		{"error names a field", "deps/deps.go", file("deps", "errors") + "\ntype Config struct{ AllowHTTP bool }\n\nvar errHTTP = errors.New(\"set AllowHTTP\")\n", "an error says AllowHTTP"},
		{"stage imports installer", "deps/deps.go", file("deps", self+"/installer"), "imports installer"},
		{"stage test imports stage", "deps/x_test.go", file("deps_test", self+"/source"), "imports source"},
		{"stage imports its plug-in", "source/source.go", file("source", self+"/source/localsource"), "imports source/localsource"},
		{"plug-in imports plug-in", "source/gitsource/git.go", file("gitsource", self+"/source/localsource"), "imports source/localsource"},
		{"client imports stage", "source/web/web.go", file("web", self+"/source"), "imports source"},
		{"stage imports client", "source/source.go", file("source", self+"/source/web"), "imports source/web"},
		{"plug-in imports its suite", "source/gitsource/git.go", file("gitsource", self+"/source/sourcetest"), "imports source/sourcetest"},
		{"installer imports plug-in", "installer/installer.go", file("installer", self+"/source/localsource"), "imports source/localsource"},
		{"stage 1 imports another stage", "installer/installer.go", file("installer", self+"/deps"), "imports deps"},
		{"pipeline imports plug-in", "installer/pipeline/pipeline.go", file("pipeline", self+"/source/localsource"), "imports source/localsource"},
		{"suite imports internal", "source/sourcetest/suite.go", file("sourcetest", self+"/internal/emit"), "imports internal/emit"},
		{"internal imports stage", "internal/emit/emit.go", file("emit", self+"/source"), "imports source"},
		{"internal imports internal", "internal/emit/emit.go", file("emit", self+"/internal/leaf"), "imports internal/leaf"},
		{"kept inside a stage, imports the stage", "registry/internal/journal/j.go", file("journal", self+"/registry"), "does not know the stage"},
		{"product imports test kit", "deps/deps.go", file("deps", self+"/internal/testkit/fakes"), "only _test files do"},
		{"leaf imports root", "internal/leaf/leaf.go", file("leaf", self), "has to be a leaf"},
		{"root imports stage", "pack.go", file("pack", self+"/source"), "imports source"},
		{"examples import internal", "examples/quickstart/main.go", file("main", self+"/internal/emit"), "imports internal/emit"},
		{"example tests import internal", "examples/quickstart/main_test.go", file("main", self+"/internal/emit"), "imports internal/emit"},
		{"packctl imports internal", "examples/packctl/main.go", file("main", self+"/examples/internal/samples"), "imports examples/internal/samples"},
		{"packd imports internal", "examples/packd/client/client.go", file("client", self+"/examples/internal/samples"), "imports examples/internal/samples"},
		{"client imports the service", "examples/packd/client/client.go", file("client", self+"/examples/packd/api"), "does not contain one"},
		{"wire imports the client", "examples/packd/wire/wire.go", file("wire", self+"/examples/packd/client"), "it knows neither"},
		{"host imports internal", "examples/hostflags/host.go", file("hostflags", self+"/examples/internal/samples"), "imports examples/internal/samples"},
		{"host imports a source in a module of its own", "installer/host/host.go", file("host", self+"/source/gettersource"), "imports source/gettersource"},
		{"host imports records on a database", "installer/host/host.go", file("host", self+"/registry/sqlregistry"), "imports registry/sqlregistry"},
		{"host imports examples", "installer/host/host.go", file("host", self+"/examples/hostflags"), "imports examples/hostflags"},
		{"pipeline imports host", "installer/pipeline/pipeline.go", file("pipeline", self+"/installer/host"), "imports installer/host"},
		{"stage imports host", "registry/registry.go", file("registry", self+"/installer/host"), "imports installer/host"},
		{"package in no room", "util/util.go", file("util"), "in no room"},

		{"unknown requirement", "go.mod", req(rootMod, "github.com/pkg/errors v0.9.1"), "no row admits"},
		{"unknown indirect requirement", "examples/go.mod", req(exMod, "github.com/pkg/errors v0.9.1 // indirect"), "no row admits"},
		{"driver in the root module", "go.mod", req(rootMod, "modernc.org/sqlite v1.61.1"), "no row admits"},
		{"tool line", "go.mod", rootMod + "\ntool golang.org/x/tools/cmd/stringer\n", "tool line"},
		{"replace in the root module", "go.mod", rootMod + "\nreplace a => ../a\n", "replace line"},
		{"unknown import", "deps/deps.go", file("deps", "github.com/pkg/errors"), "no row admits"},
		{"import in the wrong room", "deps/deps.go", file("deps", "gopkg.in/yaml.v3"), "which is for"},
		{"test module outside tests", "deps/deps.go", file("deps", "github.com/google/go-cmp/cmp"), "which is for"},
		{"indirect module imported", "source/gitsource/git.go", file("gitsource", "golang.org/x/net/http2"), "which is for"},

		{"git porcelain", "source/gitsource/git.go", file("gitsource", "github.com/go-git/go-git/v5"), "reader of the protocol"},
		{"git file transport", "source/gitsource/git.go", file("gitsource", "github.com/go-git/go-git/v5/plumbing/transport/file"), "reader of the protocol"},
		{"git transport table", "source/gitsource/git.go", file("gitsource", "github.com/go-git/go-git/v5/plumbing/transport/client"), "reader of the protocol"},

		{"go line that demands a patch release", "go.mod", strings.Replace(rootMod, "1.26.0", "1.26.8", 1), `go "1.26.8": the go line of this module is "1.26.0"`},
		{"go line without a patch release", "examples/go.mod", strings.Replace(exMod, "1.26.0", "1.26", 1), `go "1.26": the go line`},
		{"go line of an older release", "go.mod", strings.Replace(rootMod, "1.26.0", "1.25.0", 1), `go "1.25.0": the go line`},
		{"no go line", "go.mod", strings.Replace(rootMod, "go 1.26.0\n", "", 1), `go "": the go line`},
		{"go line of the tools", "internal/tools/go.mod", "module " + self + "/internal/tools\n\ngo 1.26.8\n", `internal/tools/go.mod: go "1.26.8"`},
		{"go line of gettersource", "source/gettersource/go.mod", "module " + self + "/source/gettersource\n\ngo 1.26.0\n", `the go line of this module is "1.26.8"`},
		{"toolchain line", "go.mod", rootMod + "\ntoolchain go1.26.8\n", "toolchain line"},
		{"toolchain line of the tools", "internal/tools/go.mod", "module " + self + "/internal/tools\n\ngo 1.26.0\n\ntoolchain go1.26.8\n", "toolchain line"},
		{"old go-git", "go.mod", req(rootMod, "github.com/go-git/go-git/v5 v5.19.1"), "at least 5.19.2"},

		{"os/exec in a source", "source/source.go", file("source", "os/exec"), "os/exec"},
		{"testing in a package", "source/source.go", file("source", "testing"), "imports testing"},
		{"fstest in a package", "source/source.go", file("source", "testing/fstest"), "imports testing/fstest"},
		{"interface without a user", "deps/deps.go", file("deps") + "type Power interface{ Use() }\n", "interface Power is named nowhere else"},
		{"report with JSON tags", "deps/deps.go", file("deps") + "type Report struct {\n\tRef string `json:\"ref\"`\n}\n", "type Report has JSON tags"},
		{"init", "deps/deps.go", file("deps") + "func init() {}\n", "init function"},
		{"init in a test", "deps/deps_test.go", file("deps_test") + "func init() {}\n", "init function"},
		{"long file", "deps/deps.go", file("deps") + strings.Repeat("\n", 400), "402 lines"},
		{"no package comment", "deps/deps.go", "package deps\n", "no doc comment"},
		{"registry host", "README.md", "see\nhttps://py" + "pi.org", "README.md:2"},
		{"machine path", "deps/deps_test.go", file("deps_test") + "// /ro" + "ot/x\n", "knows no machine"},
		{"left for later", "deps/deps.go", file("deps") + "// TO" + "DO\n", "is an issue"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(clean())
			files[tt.file] = tt.content
			got := check(t, files)
			if len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("got %q, want one that contains %q", got, tt.want)
			}
		})
	}
}

// TestPhrases plants each phrase that is not plain English, and plain uses of the
// same words.
func TestPhrases(t *testing.T) {
	t.Parallel()
	for _, phrase := range []string{
		"a file is n" + "o directory", "Is n" + "o link", "is n" + "o \"x\"", "no" + "body knows", "No" + "body.", "some" + "body else",
		"any" + "body", "(who" + "ever asks)", "are to be h" + "ad", "write it beh" + "ind \"x\"",
		"there is n" + "o pack, and a file is n" + "o pack", "http.No" + "Body for no" + "body",
	} {
		files := clean()
		files["CHANGELOG.md"] = "# Changelog\n\n" + phrase + "\n"
		if got := check(t, files); len(got) != 1 || !strings.HasPrefix(got[0], "CHANGELOG.md:3: says ") || !strings.Contains(got[0], "plain English") {
			t.Errorf("%q: got %q", phrase, got)
		}
	}
	for _, plain := range []string{
		"there is no pack", "There is no pack", "is no longer", "is no more than 3", "this is not a pack", "is north", "http.No" + "Body",
		"TestRowsThatNo" + "bodyUses", "beh" + "ind it", "wants to be handled",
	} {
		files := clean()
		files["deps/deps.go"] += "// " + plain + "\n"
		if got := check(t, files); len(got) > 0 {
			t.Errorf("%q: got %q", plain, got)
		}
	}
}

// TestToolchain keeps old toolchains from passing the tests.
func TestToolchain(t *testing.T) {
	t.Parallel()
	for _, v := range house.Toolchain(runtime.Version()) {
		t.Error(v)
	}
}

func TestOldToolchains(t *testing.T) {
	t.Parallel()
	tests := []struct{ running, want string }{
		{"go1.26.5", "toolchain: go1.26.5 has known security holes: install Go 1.26.6 or newer"},
		{"go1.26.5 X:nodwarf5", "go1.26.5 has known security holes"},
		{"go1.26rc2", "has known security holes"},
		{"go1.25.20", "has known security holes"},
		{"go1.26.6", ""},
		{"go1.26.10", ""},
		{"go1.26.8 X:nodwarf5", ""},
		{"go1.26.8-custom", ""},
		{"go1.27.0", ""},
		{"devel go1.28-8a1b2c3d4e Tue Nov 3 10:11:12 2026 +0000", ""},
		{"unknown", `cannot read the version "unknown"`},
	}
	for _, tt := range tests {
		got := strings.Join(texts(house.Toolchain(tt.running)), "\n")
		if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: got %q, want one that contains %q", tt.running, got, tt.want)
		}
	}
}

func TestBannedModules(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"github.com/goccy/go-yaml", "github.com/mholt/archiver/v3", "github.com/hashicorp/go-getter/v2"} {
		files := clean()
		files["go.mod"] += "\nrequire " + path + " v1.0.0\n"
		got := check(t, files)
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "go.mod: requires "+path+": ") }) {
			t.Errorf("%s: got %q", path, got)
		}
	}
}

func TestUnusedRows(t *testing.T) {
	t.Parallel()
	got := strings.Join(texts(load(t, clean()).Unused()), "\n")
	for _, want := range []string{"admits golang.org/x/sync, which no module requires", "examples/go.mod: does not require github.com/spf13/cobra"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "gopkg.in/yaml.v3") {
		t.Errorf("yaml.v3 is required:\n%s", got)
	}
}

func TestLoadRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, content string }{
		{"go.mod without module", "go.mod", "go 1.26.0\n"},
		{"require it cannot read", "go.mod", "module m\nrequire a\n"},
		{"broken Go", "a.go", "package"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := house.Load(fstest.MapFS{tt.file: {Data: []byte(tt.content)}}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestGraph(t *testing.T) {
	t.Parallel()
	files := clean()
	files["value.go"] = "package pack\n\nimport _ \"" + self + "/internal/leaf\"\n\ntype Value struct{ next *Other }\n"
	files["other.go"] = "package pack\n\ntype Other struct{}\n\nfunc (o *Other) Value() string { Value := \"\"; return Value }\n"
	files["deps/deps.go"] = file("deps", self) + "var _ pack.Other\n"
	g := load(t, files).Graph()
	for _, want := range []string{"value.go -> internal/ other.go\n", "other.go -> \n", "deps/ -> other.go\n", "installer/ -> deps/ internal/ source/\n"} {
		if !strings.Contains(g.String(), want) {
			t.Errorf("no %q in\n%s", want, g)
		}
	}
	if circle := g.Circle(); circle != nil {
		t.Errorf("circle %q", circle)
	}
	files["other.go"] = "package pack\n\ntype Other struct{ back *Value }\n"
	if got := load(t, files).Graph().Circle(); !slices.Equal(got, []string{"other.go", "value.go"}) {
		t.Errorf("got circle %q", got)
	}
}

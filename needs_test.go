package pack_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
)

func runs(runner, version, entry string) pack.Component {
	return pack.Component{
		Kind: pack.KindAction, File: "actions/a.yaml",
		Action: &pack.Action{Runner: runner, RuntimeVersion: version, EntryPoint: entry},
	}
}

func tested(t pack.Testing) pack.Pack {
	t.Enabled = true
	return pack.Pack{Manifest: pack.Manifest{Testing: &t}}
}

func TestRuntimeNeeds(t *testing.T) {
	t.Parallel()
	python := func(n pack.RuntimeNeed) pack.RuntimeNeed { n.Runtime = pack.RuntimePython; return n }
	node := func(n pack.RuntimeNeed) pack.RuntimeNeed { n.Runtime = pack.RuntimeNode; return n }
	tests := []struct {
		name  string
		pack  pack.Pack
		files fstest.MapFS
		want  []pack.RuntimeNeed
	}{
		{name: "nothing"},
		{
			name: "runners that need no environment",
			pack: pack.Pack{Components: []pack.Component{runs("shell", ">=3", ""), runs("native", "", "")}},
		},
		{
			name: "runtime_deps",
			pack: pack.Pack{Manifest: pack.Manifest{RuntimeDeps: []pack.RuntimeDep{
				{Name: "python3", Runtime: pack.RuntimePython, Range: ">=3.8"},
				{Name: "node", Runtime: pack.RuntimeNode},
				{Name: "curl"},
				{Name: "bash", Runtime: pack.RuntimeShell},
			}}},
			want: []pack.RuntimeNeed{
				python(pack.RuntimeNeed{Ranges: []string{">=3.8"}, Reasons: []string{"runtime_deps"}}),
				node(pack.RuntimeNeed{Reasons: []string{"runtime_deps"}}),
			},
		},
		{
			name: "ranges of the dependencies, in the order of the table",
			pack: pack.Pack{Manifest: pack.Manifest{
				PythonVersion: ">=3.9", NodeVersion: "^18", RuntimeDeps: []pack.RuntimeDep{{Runtime: pack.RuntimeNode, Range: "^18"}},
			}},
			want: []pack.RuntimeNeed{
				python(pack.RuntimeNeed{Ranges: []string{">=3.9"}, Reasons: []string{"dependencies"}}),
				node(pack.RuntimeNeed{Ranges: []string{"^18"}, Reasons: []string{"dependencies", "runtime_deps"}}),
			},
		},
		{
			name: "runners, each range once",
			pack: pack.Pack{Components: []pack.Component{
				runs("python", ">=3.10", ""), runs("python-script", ">=3.10", ""), runs("Python", "<4", ""),
				{Kind: pack.KindSensor, File: "sensors/s.yaml", Sensor: &pack.Sensor{Runner: "node", RuntimeVersion: ">=20"}},
			}},
			want: []pack.RuntimeNeed{
				python(pack.RuntimeNeed{Ranges: []string{">=3.10", "<4"}, Reasons: []string{"actions/a.yaml"}}),
				node(pack.RuntimeNeed{Ranges: []string{">=20"}, Reasons: []string{"sensors/s.yaml"}}),
			},
		},
		{
			name:  "first lines and extensions",
			pack:  pack.Pack{Components: []pack.Component{runs("shell", ">=3.11", "run"), runs("native", "", "run.mjs"), runs("shell", "", "gone.py")}},
			files: fstest.MapFS{"run": {Data: []byte("#!/usr/bin/env python3\n")}, "run.mjs": {}},
			want: []pack.RuntimeNeed{
				python(pack.RuntimeNeed{Ranges: []string{">=3.11"}, Reasons: []string{"actions/a.yaml"}}),
				node(pack.RuntimeNeed{Reasons: []string{"actions/a.yaml"}}),
			},
		},
		{
			name: "a link is not followed", pack: pack.Pack{Components: []pack.Component{runs("shell", "", "link")}},
			files: fstest.MapFS{"link": {Data: []byte("run.py"), Mode: fs.ModeSymlink}, "run.py": {}},
		},
		{name: "unknown runners", pack: pack.Pack{Components: []pack.Component{runs("pyhton", "", "a.py"), runs("orquesta", "", "a.py")}}, files: fstest.MapFS{"a.py": {}}},
		{
			name: "tests", pack: tested(pack.Testing{Runners: []pack.TestRunner{{Type: "unittest", EntryPoint: "tests"}, {Type: "script", EntryPoint: "tests/run"}}}),
			files: fstest.MapFS{"tests/run": {Data: []byte("#!/usr/bin/node\n")}},
			want: []pack.RuntimeNeed{
				python(pack.RuntimeNeed{Reasons: []string{"tests"}}), node(pack.RuntimeNeed{Reasons: []string{"tests/run"}}),
			},
		},
		{
			name: "discovered tests", pack: tested(pack.Testing{}), files: fstest.MapFS{"tests/test_it.py": {}},
			want: []pack.RuntimeNeed{python(pack.RuntimeNeed{Reasons: []string{"tests"}})},
		},
		{
			name:  "disabled tests",
			pack:  pack.Pack{Manifest: pack.Manifest{Testing: &pack.Testing{Runners: []pack.TestRunner{{Type: "unittest", EntryPoint: "tests"}}}}},
			files: fstest.MapFS{"tests/test_it.py": {}},
		},
		{name: "tests that cannot be run", pack: tested(pack.Testing{Runners: []pack.TestRunner{{Type: "rspec", EntryPoint: "t.py"}, {Type: "script", EntryPoint: "../../x.py"}}})},
		{
			name:  "files that list packages",
			files: fstest.MapFS{"requirements.txt": {}, "package.json": {}},
			want: []pack.RuntimeNeed{
				python(pack.RuntimeNeed{Manifest: "requirements.txt", Reasons: []string{"requirements.txt"}}),
				node(pack.RuntimeNeed{Manifest: "package.json", Reasons: []string{"package.json"}}),
			},
		},
		{
			name:  "a directory of that name does not count as the file",
			files: fstest.MapFS{"requirements.txt": {Mode: fs.ModeDir}},
		},
		{
			name: "never from meta",
			pack: pack.Pack{Manifest: pack.Manifest{Meta: map[string]any{"python_dependencies": []any{"requests"}}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := pack.RuntimeNeeds(tt.files, &tt.pack)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRuntimeNeedsReportUnreadableFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		pack pack.Pack
		fsys fs.FS
	}{
		{"manifest", pack.Pack{}, deniedFS{}},
		{"script", pack.Pack{Components: []pack.Component{runs("shell", "", "run.sh")}}, unreadableFS{fstest.MapFS{"run.sh": {}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := pack.RuntimeNeeds(tt.fsys, &tt.pack)
			if got := pack.CodeOf(err); got != pack.CodeIO {
				t.Errorf("got %v, code %q", err, got)
			}
		})
	}
}

type deniedFS struct{}

func (deniedFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// An unreadableFS has files that cannot be opened.
type unreadableFS struct{ fstest.MapFS }

func (unreadableFS) Open(name string) (fs.File, error) { return deniedFS{}.Open(name) }

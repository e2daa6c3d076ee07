package need_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/need"
)

func action(runner, version string) pack.Component {
	return pack.Component{Kind: pack.KindAction, Action: &pack.Action{Runner: runner, RuntimeVersion: version}}
}

func TestOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		pack  pack.Pack
		files fstest.MapFS
		want  need.Runtimes
	}{
		{name: "nothing"},
		{
			name: "runners that need no environment",
			pack: pack.Pack{Components: []pack.Component{action("shell", ">=3"), action("native", "")}},
		},
		{
			name: "runtime_deps",
			pack: pack.Pack{Manifest: pack.Manifest{RuntimeDeps: []pack.RuntimeDep{
				{Name: "python3", Runtime: pack.RuntimePython, Range: ">=3.8"},
				{Name: "node", Runtime: pack.RuntimeNode},
				{Name: "curl"},
				{Name: "bash", Runtime: "shell"},
			}}},
			want: need.Runtimes{Python: &need.Runtime{Ranges: []string{">=3.8"}}, Node: &need.Runtime{}},
		},
		{
			name: "ranges of the dependencies",
			pack: pack.Pack{Manifest: pack.Manifest{PythonVersion: ">=3.9", NodeVersion: "^18"}},
			want: need.Runtimes{Python: &need.Runtime{Ranges: []string{">=3.9"}}, Node: &need.Runtime{Ranges: []string{"^18"}}},
		},
		{
			name: "runners, each range once",
			pack: pack.Pack{Components: []pack.Component{
				action("python", ">=3.10"), action("python-script", ">=3.10"), action("python", "<4"),
				{Kind: pack.KindSensor, Sensor: &pack.Sensor{Runner: "node", RuntimeVersion: ">=20"}},
			}},
			want: need.Runtimes{
				Python: &need.Runtime{Ranges: []string{">=3.10", "<4"}},
				Node:   &need.Runtime{Ranges: []string{">=20"}},
			},
		},
		{
			name:  "files that list packages",
			files: fstest.MapFS{"requirements.txt": {}, "package.json": {}},
			want:  need.Runtimes{Python: &need.Runtime{File: "requirements.txt"}, Node: &need.Runtime{File: "package.json"}},
		},
		{
			name:  "a directory of that name is no such file",
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
			got, err := need.Of(&tt.pack, tt.files)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestOfReportsUnreadableFiles(t *testing.T) {
	t.Parallel()
	_, err := need.Of(&pack.Pack{}, brokenFS{})
	if got := pack.CodeOf(err); got != pack.CodeIO {
		t.Errorf("got %v, code %q", err, got)
	}
}

type brokenFS struct{}

func (brokenFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

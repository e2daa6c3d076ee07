package deps_test

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// recordedWorld has one installed pack, and counts how often it is asked for that.
type recordedWorld struct {
	deps.World // nil: nothing else is asked

	installed pack.InstalledPack
	asked     int
}

func (w *recordedWorld) Installed(context.Context) ([]pack.InstalledPack, error) {
	w.asked++
	return []pack.InstalledPack{w.installed}, nil
}

// Candidates implements [deps.World]: there are none.
func (w *recordedWorld) Candidates(context.Context, pack.Want) ([]pack.Candidate, error) {
	return nil, pack.ErrNotFound
}

// readCounter counts the files that are opened.
type readCounter struct {
	fs.FS

	opened int
}

func (c *readCounter) Open(name string) (fs.File, error) {
	c.opened++
	return c.FS.Open(name)
}

// TestRecordedPacksAreNotRead analyses a pack that is installed with the same content.
func TestRecordedPacksAreNotRead(t *testing.T) {
	t.Parallel()
	need, err := pack.ParseDependency("base@^2")
	if err != nil {
		t.Fatal(err)
	}
	content := fstest.MapFS{"pack.yaml": {Data: []byte("ref: web\nversion: 1.0.0\nlabel: Web\ndescription: A test.\n")}}
	tree, err := pack.TreeDigest(content)
	if err != nil {
		t.Fatal(err)
	}
	version, err := pack.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	id := pack.ID{Ref: "web", Version: version}
	for name, c := range map[string]struct {
		use     bool
		digest  pack.Digest
		read    bool
		missing int
	}{
		"recorded":         {use: true, digest: tree, missing: 1}, // as the record says
		"not asked for":    {digest: tree, read: true},
		"another content":  {use: true, digest: tree[:len(tree)-1] + "x", read: true},
		"unknown contents": {use: true, read: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := &recordedWorld{installed: pack.InstalledPack{ID: id, TreeDigest: tree, Dependencies: []pack.Dependency{need}}}
			analyzer, err := deps.New(deps.Config{World: world})
			if err != nil {
				t.Fatal(err)
			}
			files := &readCounter{FS: content}
			rep, err := analyzer.Analyze(t.Context(), deps.Request{
				Contents: []*pack.Content{{FS: files, Dir: "/web", ID: id, TreeDigest: c.digest}}, UseRecorded: c.use,
			})
			if err != nil {
				t.Fatal(err)
			}
			got := []any{files.opened > 0, rep.Analyzed[0].Pack != nil, rep.Analyzed[0].Ref, len(rep.Missing), world.asked}
			if diff := cmp.Diff([]any{c.read, c.read, pack.Ref("web"), c.missing, 1}, got); diff != "" {
				t.Errorf("read, has a pack, ref, missing, questions (-want +got)\n%s", diff)
			}
		})
	}
}

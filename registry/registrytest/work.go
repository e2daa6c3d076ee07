package registrytest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A Work is what processes do with a root until they are killed. A test starts
// processes that call [Work.Do], kills them, and checks what they leave:
//
//	work.Prepare(t)
//	... start processes, kill them ...
//	active := work.Check(t)
//
// The processes and the test have to use the same directory and the same records.
type Work struct {
	// Dir is where the root and the packs are.
	Dir string
	// Open opens the records, and returns a function that closes them.
	Open func(ctx context.Context) (registry.Records, func() error, error)
}

const (
	workPacks    = 2 // changed one by one
	workVersions = 4
)

// workSet are packs that need each other in the same version.
func workSet() []pack.Ref { return []pack.Ref{"left", "right"} }

func workRefs() []pack.Ref {
	refs := workSet()
	for i := range workPacks {
		refs = append(refs, pack.Ref(fmt.Sprint("pack", i)))
	}
	return refs
}

func (w Work) root() string { return filepath.Join(w.Dir, "root") }

func (w Work) source(ref pack.Ref, version int) string {
	return filepath.Join(w.Dir, "sources", fmt.Sprintf("%s-%d", ref, version))
}

// Prepare writes the packs. Each file of a pack contains its version.
func (w Work) Prepare(t testing.TB) {
	t.Helper()
	for _, ref := range workRefs() {
		for v := range workVersions {
			text := fmt.Sprintf("1.%d.0", v)
			manifest := fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n", ref, text)
			for _, other := range workSet() {
				if other != ref && slices.Contains(workSet(), ref) {
					manifest += fmt.Sprintf("dependencies: [\"%s@%s\"]\n", other, text)
				}
			}
			files := map[string]string{"pack.yaml": manifest}
			for n := range 12 {
				files[fmt.Sprintf("lib/data%d.txt", n)] = text
			}
			for name, content := range files {
				file := filepath.Join(w.source(ref, v), name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Do changes packs in random ways, until the process is killed or something fails.
func (w Work) Do(ctx context.Context, seed uint64) error {
	records, closeRecords, err := w.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = closeRecords() }()
	store, err := registry.Open(ctx, registry.Config{Root: w.root(), Records: records})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() //nolint:contextcheck // Close has no context
	random := rand.New(rand.NewPCG(seed, 1))
	for err == nil || expected(err) {
		ref := pack.Ref(fmt.Sprint("pack", random.IntN(workPacks)))
		switch random.IntN(8) {
		case 0:
			err = store.Remove(ctx, ref, nil)
		case 1:
			_, err = store.RollBack(ctx, ref, nil)
		default:
			v := random.IntN(workVersions)
			var paths []string
			for _, ref := range workRefs() {
				if random.IntN(4) > 0 || slices.Contains(workSet(), ref) {
					paths = append(paths, w.source(ref, v))
				}
			}
			_, err = store.Register(ctx, registry.Request{Paths: paths, Replace: registry.ReplaceAny})
		}
	}
	return err
}

// expected reports whether another process may have caused err: it has removed the pack, or
// changed it or what it depends on.
func expected(err error) bool {
	return errors.Is(err, pack.ErrNotFound) || errors.Is(err, pack.ErrConflict) || errors.Is(err, pack.ErrDependency)
}

// Check opens the root and checks that every pack is exactly in an old or exactly in a
// new state, that packs that need each other are so together, that readers get what
// is recorded, and that nothing is left of interrupted operations. It returns the active
// generations.
func (w Work) Check(t testing.TB) map[pack.Ref]string {
	t.Helper()
	records, closeRecords, err := w.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store, err := registry.Open(t.Context(), registry.Config{Root: w.root(), Records: records})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(store.Close(), closeRecords()); err != nil {
			t.Error(err)
		}
	}()
	if err := store.Reap(t.Context()); err != nil { // a process may have died before it discarded outdated generations
		t.Error(err)
	}
	for _, name := range []string{"staging", "journal"} {
		if left, err := os.ReadDir(filepath.Join(w.root(), name)); err != nil || len(left) > 0 {
			t.Errorf("left in %s: %v, %v", name, left, err)
		}
	}
	installed, err := store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	active, versions := map[pack.Ref]string{}, map[pack.Ref]pack.Version{}
	for i := range installed {
		p := &installed[i]
		active[p.Ref], versions[p.Ref] = p.Active.Name, p.Active.Version
		w.checkPack(t, store, p)
	}
	if left, right := versions["left"], versions["right"]; left != right {
		t.Errorf("left is at version %q, right at %q", left, right)
	}
	for _, ref := range workRefs() {
		if _, err := os.Lstat(filepath.Join(w.root(), "current", ref.String())); (err == nil) != (active[ref] != "") {
			t.Errorf("%s: pointer %v, record %q", ref, err, active[ref])
		}
	}
	return active
}

func (w Work) checkPack(t testing.TB, store *registry.Store, p *registry.ActivePack) {
	t.Helper()
	content, err := filepath.EvalSymlinks(p.StoragePath)
	if err != nil {
		t.Error(err)
		return
	}
	if got := filepath.Base(filepath.Dir(content)); got != p.Active.Name {
		t.Errorf("%s: the pointer is at %s, the record at %s", p.Ref, got, p.Active.Name)
	}
	tree, err := pack.TreeDigest(os.DirFS(content))
	if err != nil || tree != p.Active.TreeDigest {
		t.Errorf("%s: content is %v, %v, recorded %v", p.Ref, tree, err, p.Active.TreeDigest)
	}
	details, err := store.Show(t.Context(), p.Ref)
	if err != nil {
		t.Error(err)
		return
	}
	known := []string{}
	for i := range details.Generations {
		known = append(known, details.Generations[i].Name)
	}
	var found []string
	entries, err := os.ReadDir(filepath.Join(w.root(), "packs", p.Ref.String()))
	for _, e := range entries {
		found = append(found, e.Name())
	}
	slices.Sort(known)
	if err != nil || !slices.Equal(known, found) {
		t.Errorf("%s: records know generations %v, on disk are %v, %v", p.Ref, known, found, err)
	}
}

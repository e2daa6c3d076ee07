package sqlitetest_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
)

const (
	workVariable = "SQLITETEST_WORK" // if set, this process works in that directory until it is killed
	seedVariable = "SQLITETEST_SEED"
	packs        = 2
	versions     = 4
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(workVariable); dir != "" {
		fmt.Fprintln(os.Stderr, work(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// world is a directory with the packs to register, a root and its records.
type world struct {
	dir   string
	db    *sql.DB
	store *registry.Store
}

func openWorld(ctx context.Context, dir string) (*world, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "records.db")+pragmas)
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir, db: db}
	records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite(), nil)
	if err == nil {
		w.store, err = registry.Open(ctx, registry.Config{Root: filepath.Join(dir, "root"), Records: records})
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

func (w *world) close() error { return errors.Join(w.store.Close(), w.db.Close()) }

func refOf(i int) pack.Ref { return pack.Ref(fmt.Sprintf("pack%d", i)) }

func (w *world) source(i, version int) string {
	return filepath.Join(w.dir, "sources", fmt.Sprintf("%s-%d", refOf(i), version))
}

// makeSources writes all versions of all packs. Each file contains its version.
func makeSources(w *world) error {
	for i := range packs {
		for v := range versions {
			text := fmt.Sprintf("1.%d.0", v)
			files := map[string]string{"pack.yaml": fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n", refOf(i), text)}
			for n := range 12 {
				files[fmt.Sprintf("lib/data%d.txt", n)] = text
			}
			for name, content := range files {
				file := filepath.Join(w.source(i, v), name)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// work changes packs until the process is killed.
func work(ctx context.Context, dir string) error {
	w, err := openWorld(ctx, dir)
	if err != nil {
		return err
	}
	var seed uint64
	if _, err := fmt.Sscan(os.Getenv(seedVariable), &seed); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 1))
	for {
		ref := refOf(random.IntN(packs))
		switch random.IntN(8) {
		case 0:
			err = w.store.Remove(ctx, ref, nil)
		case 1:
			_, err = w.store.RollBack(ctx, ref, nil)
		default:
			v := random.IntN(versions)
			_, err = w.store.Register(ctx, registry.Request{Paths: []string{w.source(0, v), w.source(1, v)}, Replace: registry.ReplaceAny})
		}
		if err != nil && !errors.Is(err, pack.ErrNotFound) {
			return err
		}
	}
}

// TestKilledAtRandomMoments kills two processes that share a root, at random
// moments, and checks the state that the next one finds.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	const kills = 50
	dir := t.TempDir()
	if err := makeSources(&world{dir: dir}); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 2))
	changed := 0
	var last map[pack.Ref]string
	for n := 0; n < kills; n += 2 {
		one, two := start(t, dir, random), start(t, dir, random)
		if err := errors.Join(one.kill(), two.kill()); err != nil {
			t.Fatalf("seed %d, kill %d: %v", seed, n, err)
		}
		found := check(t, dir)
		if t.Failed() {
			t.Fatalf("seed %d, kill %d", seed, n)
		}
		if !maps.Equal(found, last) {
			changed++
		}
		last = found
	}
	if changed < kills/4 {
		t.Errorf("seed %d: only %d of %d rounds changed anything", seed, changed, kills/2)
	}
}

// A victim is a process that works until it is killed.
type victim struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	life   time.Duration
}

func start(t *testing.T, dir string, random *rand.Rand) *victim {
	t.Helper()
	v := &victim{cmd: exec.CommandContext(t.Context(), os.Args[0]), life: time.Duration(20+random.IntN(300)) * time.Millisecond}
	v.cmd.Env = append(os.Environ(), workVariable+"="+dir, fmt.Sprintf("%s=%d", seedVariable, random.Uint64()))
	v.cmd.Stderr = &v.stderr
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return v
}

// kill kills the process at its time. It is an error if it has already ended.
func (v *victim) kill() error {
	timer := time.AfterFunc(v.life, func() { _ = v.cmd.Process.Kill() })
	defer timer.Stop()
	err := v.cmd.Wait()
	if v.cmd.ProcessState.Exited() {
		return fmt.Errorf("the process ended: %w: %s", err, v.stderr.String())
	}
	return nil
}

// check opens the root again and checks that every pack is exactly old or
// exactly new, and that no temporary files remain. The next victims test whether the
// next change works. It returns the active generations.
func check(t *testing.T, dir string) map[pack.Ref]string {
	t.Helper()
	w, err := openWorld(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	root := filepath.Join(dir, "root")
	for _, name := range []string{"staging", "journal"} {
		if left, err := os.ReadDir(filepath.Join(root, name)); err != nil || len(left) > 0 {
			t.Errorf("left in %s: %v, %v", name, left, err)
		}
	}
	installed, err := w.store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	active := map[pack.Ref]string{}
	for _, p := range installed {
		active[p.Ref] = p.Active.Name
		w.checkPack(t, p)
	}
	for i := range packs {
		if _, err := os.Lstat(filepath.Join(root, "current", refOf(i).String())); (err == nil) != (active[refOf(i)] != "") {
			t.Errorf("%s: pointer %v, record %q", refOf(i), err, active[refOf(i)])
		}
	}
	return active
}

func (w *world) checkPack(t *testing.T, p registry.ActivePack) {
	t.Helper()
	content, err := filepath.EvalSymlinks(p.StoragePath)
	if err != nil {
		t.Fatal(err)
	}
	if got := filepath.Base(filepath.Dir(content)); got != p.Active.Name {
		t.Errorf("%s: the pointer is at %s, the record at %s", p.Ref, got, p.Active.Name)
	}
	tree, err := pack.TreeDigest(os.DirFS(content))
	if err != nil || tree != p.Active.TreeDigest {
		t.Errorf("%s: content is %v, %v, recorded %v", p.Ref, tree, err, p.Active.TreeDigest)
	}
	details, err := w.store.Show(t.Context(), p.Ref)
	if err != nil {
		t.Fatal(err)
	}
	known := []string{}
	for _, g := range details.Generations {
		known = append(known, g.Name)
	}
	var found []string
	entries, err := os.ReadDir(filepath.Join(w.dir, "root", "packs", p.Ref.String()))
	for _, e := range entries {
		found = append(found, e.Name())
	}
	slices.Sort(known)
	if err != nil || !slices.Equal(known, found) {
		t.Errorf("%s: records know generations %v, on disk are %v, %v", p.Ref, known, found, err)
	}
}

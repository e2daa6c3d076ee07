package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// churnDir is the environment of a process that changes packs until it is killed.
const churnDir = "REGISTRYTEST_CHURN"

var churnVersions = []string{"1.0.0", "2.0.0", "3.0.0"}

// churn installs, upgrades, removes and reinstalls the pack of a worker, and deletes
// what may be deleted.
func churn(ctx context.Context, dir, number string) error {
	records, err := registry.OpenFiles(ctx, filepath.Join(dir, "root", "records"))
	if err != nil {
		return err
	}
	ref := "pack" + number
	for {
		s, err := registry.OpenFaulty(ctx, registry.Config{Root: filepath.Join(dir, "root"), Records: records, LockTimeout: time.Minute}, nil)
		if err != nil {
			return err
		}
		for _, version := range churnVersions {
			path := filepath.Join(dir, ref, version)
			if _, err := s.Register(ctx, registry.Request{Paths: []string{path}, Replace: registry.ReplaceAny}); err != nil {
				return err
			}
		}
		err = s.Remove(ctx, pack.Ref(ref), nil)
		if err := errors.Join(err, s.Reap(ctx), s.Close()); err != nil {
			return err
		}
	}
}

// A hashing reader hashes the trees of a snapshot several times, while others change
// the packs.
func hashSnapshots(ctx context.Context, s registry.Snapshotter, passes *atomic.Int64) error {
	for ctx.Err() == nil {
		snap, err := s.Snapshot(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		for range 3 {
			for _, p := range snap.Packs {
				got, err := pack.TreeDigest(os.DirFS(p.Dir))
				if err != nil || got != p.Active.TreeDigest {
					return fmt.Errorf("%s: got %s, %w, want %s", p.Dir, got, err, p.Active.TreeDigest)
				}
				passes.Add(1)
			}
		}
		snap.Release()
	}
	return nil
}

// TestSnapshotsWhileOthersChange has processes that are killed at random moments
// install, upgrade, remove and reinstall packs, while readers hash snapshots: no file
// vanishes or changes. Afterwards only what is installed is left.
func TestSnapshotsWhileOthersChange(t *testing.T) {
	t.Parallel()
	const workers, readers, length, most = 2, 2, 3 * time.Second, time.Minute
	dir := t.TempDir()
	for i := range workers {
		for _, version := range churnVersions {
			ref := fmt.Sprint("pack", i)
			writeTo(t, filepath.Join(dir, ref, version), simplePack(ref, version))
		}
	}
	r := &root{dir: filepath.Join(dir, "root"), records: openFiles(t, filepath.Join(dir, "root", "records"))}
	s := r.open(t)
	ctx, stop := context.WithTimeout(t.Context(), most)
	defer stop()
	var all sync.WaitGroup
	var passes atomic.Int64
	all.Go(func() { // on a busy machine, the first pack takes longer
		defer stop()
		for start := time.Now(); ctx.Err() == nil && (time.Since(start) < length || passes.Load() == 0); {
			time.Sleep(50 * time.Millisecond)
		}
	})
	kills := make([]int, workers)
	for i := range workers {
		all.Go(func() { kills[i] = runChurn(ctx, t, dir, i) })
	}
	for range readers {
		all.Go(func() {
			if err := hashSnapshots(ctx, s, &passes); err != nil {
				t.Error(err)
			}
		})
	}
	all.Go(func() { // on a busy machine the first processes die before they have installed a pack
		defer stop()
		for began := time.Now(); ctx.Err() == nil && (time.Since(began) < length || passes.Load() == 0); {
			time.Sleep(20 * time.Millisecond)
		}
	})
	all.Wait()
	t.Logf("%d passes, %d kills", passes.Load(), kills)
	if passes.Load() == 0 || kills[0] == 0 {
		t.Errorf("%d passes, %d kills", passes.Load(), kills)
	}
	checkChurned(t, r)
}

// runChurn runs processes one after another, each killed after a while, until ctx ends.
func runChurn(ctx context.Context, t *testing.T, dir string, i int) (kills int) {
	t.Helper()
	for life := 300 * time.Millisecond; ctx.Err() == nil; life += 70 * time.Millisecond {
		var stderr bytes.Buffer
		living, cancel := context.WithTimeout(ctx, life)
		cmd := exec.CommandContext(living, os.Args[0])
		cmd.Env = append(os.Environ(), churnDir+"="+dir, fmt.Sprint(workNumber, "=", i))
		cmd.Stderr = &stderr
		err := cmd.Run()
		cancel()
		if cmd.ProcessState == nil || cmd.ProcessState.Exited() {
			t.Errorf("worker %d: %v: %s", i, err, stderr.String())
			return kills
		}
		kills++
	}
	return kills
}

func checkChurned(t *testing.T, r *root) {
	t.Helper()
	s := r.open(t)
	reap(t, s)
	active, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]bool{}
	for _, p := range active {
		details, err := s.Show(t.Context(), p.Ref)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range details.Generations {
			recorded[p.Ref.String()+"/"+g.Name] = true
		}
	}
	found, err := filepath.Glob(filepath.Join(r.dir, "packs", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, generation := range found {
		rel, _ := filepath.Rel(filepath.Join(r.dir, "packs"), generation)
		if !recorded[rel] {
			t.Errorf("left: %s", rel)
		}
		delete(recorded, rel)
	}
	if len(recorded) > 0 {
		t.Errorf("missing: %v", recorded)
	}
}

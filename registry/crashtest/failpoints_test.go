package crashtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

var (
	count = flag.Int("runs", 60, "operations that are interrupted")
	seed  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the choice of runs")
)

// TestFailpoints interrupts operations at their steps: those of the files and the
// statements to a database. The runs are a choice of all pairs of steps and ways, and half
// of them interrupt the recovery, too.
func TestFailpoints(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	all := b.allRuns(t, backend{Kind: "files"}, backend{Kind: "sqlite"}, backend{Kind: "postgresql", DSN: pgtest.Start(t).Database(t)})
	random := rand.New(rand.NewPCG(*seed, 1))
	var next, recoveries atomic.Int64
	chosen := make([]run, *count)
	for i := range chosen {
		if i%len(all) == 0 {
			random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		}
		if chosen[i] = all[i%len(all)]; random.IntN(2) == 0 {
			chosen[i].Recovery = 1 + random.IntN(12)
		}
	}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := next.Add(1) - 1; n < int64(*count) && !t.Failed(); n = next.Add(1) - 1 {
				b.do(t, chosen[n], &recoveries)
			}
		})
	}
	workers.Wait()
	t.Logf("seed %d: %d runs over %d pairs of steps and ways, %d recoveries died", *seed, *count, len(all), recoveries.Load())
	if *count >= len(all)/4 && recoveries.Load() == 0 {
		t.Error("no recovery died")
	}
}

// A bench has what runs share.
type bench struct {
	dir, packs string
	// templates are the prepared roots of acts with their records, if these are in files.
	templates map[string]string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	if memory, err := os.MkdirTemp("/dev/shm", "crashtest"); err == nil { //nolint:usetesting // syncing costs nothing there
		dir = memory
		t.Cleanup(func() { _ = os.RemoveAll(memory) })
	}
	b := &bench{dir, filepath.Join(dir, "packs"), map[string]string{}}
	if err := writeSources(b.packs); err != nil {
		t.Fatal(err)
	}
	return b
}

// allRuns returns the runs of all steps of all acts, and prepares their roots.
func (b *bench) allRuns(t *testing.T, backends ...backend) (all []run) {
	t.Helper()
	for _, backend := range backends {
		for _, name := range slices.Sorted(maps.Keys(acts())) {
			r := run{Backend: backend, Packs: b.packs, Act: name, Way: failure}
			if backend.DSN == "" {
				if err := b.prepare(t.Context(), &r); err != nil {
					t.Fatalf("prepare %s: %v", r.label(), err)
				}
				b.templates[backend.Kind+name] = r.Dir
			}
			if err := b.prepare(t.Context(), &r); err != nil {
				t.Fatalf("prepare %s: %v", r.label(), err)
			}
			steps, err := r.interrupt(t.Context())
			if err != nil {
				t.Fatalf("%s without interruption: %v", r.label(), err)
			}
			t.Logf("%s, %s: %d steps", backend.Kind, name, len(steps))
			for n := range steps {
				for _, r.Way = range []string{kill, failure, panics} {
					r.Dir, r.Step = "", n+1
					all = append(all, r)
				}
			}
		}
	}
	return all
}

// prepare makes the root of a run.
func (b *bench) prepare(ctx context.Context, r *run) error {
	var err error
	if r.Dir, err = os.MkdirTemp(b.dir, "run"); err != nil {
		return err
	}
	if template := b.templates[r.Backend.Kind+r.Act]; template != "" {
		return os.CopyFS(r.Dir, os.DirFS(template))
	}
	return acts()[r.Act].prepare(ctx, r.Backend, r.Dir, b.packs)
}

func (r run) label() string {
	return fmt.Sprintf("seed %d: %s, %s, %s at step %d, recovery dies at %d", *seed, r.Backend.Kind, r.Act, r.Way, r.Step, r.Recovery)
}

// do does a run and removes its root.
func (b *bench) do(t *testing.T, r run, recoveries *atomic.Int64) {
	t.Helper()
	err := b.prepare(t.Context(), &r)
	if err == nil {
		err = r.check(t.Context(), recoveries)
	}
	if err != nil {
		t.Errorf("%s: %v", r.label(), err)
		return
	}
	if err := os.RemoveAll(r.Dir); err != nil {
		t.Error(err)
	}
}

// check interrupts the act, recovers and repeats it, and checks the root each time.
func (r run) check(ctx context.Context, recoveries *atomic.Int64) error {
	is, err := r.interruptAndJudge(ctx)
	if err != nil {
		return err
	}
	if r.Recovery > 0 && r.dieRecovering(ctx) {
		recoveries.Add(1)
		if err := r.judge(ctx, unchanged(is), acts()[r.Act].before, acts()[r.Act].after); err != nil {
			return fmt.Errorf("after a recovery that died: %w", err)
		}
	}
	store, closeAll, err := r.Backend.open(ctx, r.Dir, nil)
	if err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	if err := r.judge(ctx, checker.settled, is, is); err != nil {
		return errors.Join(fmt.Errorf("after recovery: %w", err), closeAll())
	}
	a := acts()[r.Act]
	if err := errors.Join(a.again(ctx, store, r.Packs), closeAll()); err != nil {
		return fmt.Errorf("done again: %w", err)
	}
	if err := r.judge(ctx, checker.settled, a.after, a.after); err != nil {
		return fmt.Errorf("after it was done again: %w", err)
	}
	return nil
}

// interruptAndJudge returns the state after the interruption. An operation that returned
// in a living process has happened if and only if it succeeded.
func (r run) interruptAndJudge(ctx context.Context) (state, error) {
	a := acts()[r.Act]
	before, after := a.before, a.after
	if r.Way == failure {
		_, err := r.interrupt(ctx)
		if _, open := errors.AsType[*registry.RepairError](err); !open && err != nil {
			after = before
		} else if err == nil {
			before = after
		}
		if err := r.judge(ctx, checker.interrupted, before, after); err != nil {
			return nil, fmt.Errorf("after the operation: %w", err)
		}
	} else if err := r.inChild(ctx); err != nil {
		return nil, err
	}
	found, err := r.Backend.rows(ctx, r.Dir)
	if err != nil {
		return nil, err
	}
	is, err := r.checker().interrupted(found, withBeside(a.before), withBeside(a.after))
	if err != nil {
		return nil, fmt.Errorf("before recovery: %w", err)
	}
	return is, nil
}

// dieRecovering opens the root and fails from a step on. It reports whether it did.
func (r run) dieRecovering(ctx context.Context) bool {
	f := &faults{way: failure, at: r.Recovery, forever: true, begun: true}
	_, closeAll, err := r.Backend.open(ctx, r.Dir, f.fault)
	if err == nil {
		_ = closeAll()
	}
	return len(f.steps) >= r.Recovery
}

func (r run) checker() checker { return checker{rootIn(r.Dir), r.Packs} }

func withBeside(s state) state { return union(s, state{"beside": "1.0.0"}) }

// unchanged is checker.interrupted for records that are still in a state.
func unchanged(is state) func(checker, rows, state, state) (state, error) {
	return func(c checker, found rows, before, after state) (state, error) {
		got, err := c.interrupted(found, before, after)
		if err == nil && !maps.Equal(got, is) {
			err = fmt.Errorf("recovery changed the records from %v to %v", is, got)
		}
		return got, err
	}
}

// judge asks the checker about the root.
func (r run) judge(ctx context.Context, check func(checker, rows, state, state) (state, error), before, after state) error {
	found, err := r.Backend.rows(ctx, r.Dir)
	if err == nil {
		_, err = check(r.checker(), found, withBeside(before), withBeside(after))
	}
	return err
}

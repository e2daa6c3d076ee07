package crashtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/packtrain/pack/registry"
)

var cuts = flag.Int("cuts", 24, "losses of power")

// TestHostile records what operations write to block devices, and cuts the power before
// flushes and at random moments: of the writes since the last flush, any may be lost. An
// operation that was acknowledged has happened then, and the one in progress wholly or not
// at all.
func TestHostile(t *testing.T) {
	t.Parallel()
	requireTools(t)
	for _, f := range fileSystems() {
		for _, kind := range []string{"files", "sqlite"} {
			t.Run("M07/"+f.name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				h := record(t, f, backend{Kind: kind})
				h.replayAll(t, *cuts/6)
			})
		}
	}
}

// A history is what operations on one root have written to their disk.
type history struct {
	bench   *bench
	fs      fileSystem
	backend backend
	begin   blocks // the device before
	log     []event
	states  []state // the states of the root, from the one that exists when the first cut may happen
	times   []int   // the position in the log when each was acknowledged
}

// A move leads from a state to the next.
type move struct {
	do func(ctx context.Context, s *registry.Store, packs string) error
	to state
}

func moves() []move {
	registering := func(changed, to state) move {
		return move{func(ctx context.Context, store *registry.Store, packs string) error {
			return changed.register(ctx, store, packs)
		}, to}
	}
	sets := map[string]state{
		"1": {"left": "1.0.0", "right": "1.0.0"},
		"2": {"left": "2.0.0", "right": "2.0.0", "new": "2.0.0"},
	}
	one, two := state{"solo": "1.0.0"}, state{"solo": "2.0.0"}
	return []move{
		registering(one, one),
		registering(sets["1"], union(one, sets["1"])),
		registering(two, union(two, sets["1"])),
		registering(sets["2"], union(two, sets["2"])),
		{rollBack, union(one, sets["2"])},
		{remove, sets["2"]},
		registering(two, union(two, sets["2"])),
	}
}

// record does the moves on a disk that records them.
func record(t *testing.T, f fileSystem, b backend) *history {
	t.Helper()
	h := &history{bench: newBench(t), fs: f, backend: b, states: []state{withBeside(state{})}}
	image, dir := filepath.Join(h.bench.dir, "disk"), t.TempDir()
	f.create(t, image)
	var err error
	if h.begin, err = readBlocks(image); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(image, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	d := &disk{file: file, size: f.size}
	unmount, err := f.mount(t, loopDevice(t, d.serve(t)), dir, "")
	if err != nil {
		unavailable(t, "%v", err)
	}
	err = h.work(t.Context(), d, dir)
	h.log = d.written() // what is written from here on belongs to unmounting
	if err := errors.Join(err, unmount()); err != nil {
		t.Fatal(err)
	}
	return h
}

// work does the moves, and notes when each was acknowledged.
func (h *history) work(ctx context.Context, d *disk, dir string) error {
	if err := (act{}).prepare(ctx, h.backend, dir, h.bench.packs); err != nil {
		return err
	}
	store, closeAll, err := h.backend.open(ctx, dir, nil)
	if err != nil {
		return err
	}
	h.times = append(h.times, d.now())
	for _, m := range moves() {
		if err := m.do(ctx, store, h.bench.packs); err != nil {
			return errors.Join(err, closeAll())
		}
		h.states, h.times = append(h.states, withBeside(m.to)), append(h.times, d.now())
	}
	return closeAll()
}

// moments returns n moments in the log: every second one is before a flush, where most is
// pending, and all flushes have their turn before one has a second.
func (h *history) moments(n int, random *rand.Rand) []int {
	var flushes []int
	for i := h.times[0]; i < len(h.log); i++ {
		if h.log[i].data == nil {
			flushes = append(flushes, i)
		}
	}
	random.Shuffle(len(flushes), func(i, j int) { flushes[i], flushes[j] = flushes[j], flushes[i] })
	moments := make([]int, n)
	for i := range moments {
		moments[i] = h.times[0] + random.IntN(len(h.log)-h.times[0]+1)
		if i%2 == 0 {
			moments[i] = flushes[i/2%len(flushes)]
		}
	}
	slices.Sort(moments)
	return moments
}

// replayAll cuts the power n times.
func (h *history) replayAll(t *testing.T, n int) {
	t.Helper()
	random := rand.New(rand.NewPCG(*seed, uint64(h.fs.size)))
	moments := h.moments(n, random)
	durable, flushed, dir, lost := h.begin, 0, t.TempDir(), 0
	for _, moment := range moments {
		for i := flushed; i < moment; i++ {
			if h.log[i].data != nil {
				continue
			}
			for _, e := range h.log[flushed:i] {
				durable.write(e)
			}
			flushed = i
		}
		pending := slices.DeleteFunc(slices.Clone(h.log[flushed:moment]), func(e event) bool { return e.data == nil })
		if len(pending) > 0 {
			lost++
		}
		if err := h.replay(t, durable.cut(pending, random), moment, dir); err != nil {
			t.Fatalf("seed %d, power cut at write %d of %d, operations acknowledged at %v: %v", *seed, moment, len(h.log), h.times, err)
		}
	}
	t.Logf("seed %d: %d writes and flushes, %d power cuts, %d with writes that could be lost", *seed, len(h.log), n, lost)
}

// replay mounts what a cut left, opens the root, and checks it.
func (h *history) replay(t *testing.T, left blocks, moment int, dir string) error {
	t.Helper()
	image := filepath.Join(h.bench.dir, "image")
	if err := left.save(image, h.fs.size); err != nil {
		return err
	}
	unmount, err := h.fs.mount(t, image, dir, ",loop")
	if err != nil {
		return err
	}
	return errors.Join(h.judge(t.Context(), moment, dir), unmount(), os.Remove(image))
}

func (h *history) judge(ctx context.Context, moment int, dir string) error {
	acknowledged := 0
	for acknowledged+1 < len(h.times) && h.times[acknowledged+1] <= moment {
		acknowledged++
	}
	before := h.states[acknowledged]
	after := h.states[min(acknowledged+1, len(h.states)-1)]
	_, closeAll, err := h.backend.open(ctx, dir, nil)
	if err != nil {
		return fmt.Errorf("open the root: %w", err)
	}
	found, err := h.backend.rows(ctx, dir)
	if err == nil {
		_, err = checker{rootIn(dir), h.bench.packs}.settled(found, before, after)
	}
	return errors.Join(err, closeAll())
}

package historytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// The environment of a process that is a worker.
const (
	workDir     = "HISTORYTEST_DIR"
	workBackend = "HISTORYTEST_BACKEND" // as JSON
	workNumber  = "HISTORYTEST_NUMBER"
)

// groups are the packs that are registered together. The packs of a group need each
// other, so they form a set.
func groups() [][]pack.Ref { return [][]pack.Ref{{"solo"}, {"left", "right"}} }

var versions = []string{"1.0.0", "2.0.0", "3.0.0"}

// An entry is a line in the log of a worker: the call of an operation, or its return.
type entry struct {
	Actor  string // of the operation
	Return bool
	Time   int64 // nanoseconds
	Code   pack.Code
	Error  string
	// Seen are the active generations that the operation returned, if it changed
	// nothing; "" for packs that are not installed.
	Seen map[pack.Ref]string
}

// A worker applies operations at random, and logs each before and after it.
type worker struct {
	dir    string
	number int
	random *rand.Rand
	reads  bool // it changes nothing
	store  *registry.Store
	log    *os.File
}

// operationTimeout limits an operation of a worker that is cut off from its database.
const operationTimeout = 30 * time.Second

// work applies operations until the worker has begun all of them, in all its lives.
func work(ctx context.Context, b backend, dir string, number int) (err error) {
	begun, err := readLog(dir, number)
	if err != nil {
		return err
	}
	w := &worker{dir: dir, number: number, reads: b.Writers > 0 && number >= b.Writers, random: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(number)))}
	store, closeAll, err := b.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	w.store = store
	w.log, err = os.OpenFile(logFile(dir, number), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.log.Close()) }()
	for n := len(begun); n < b.Count; n++ {
		if err := w.one(ctx, fmt.Sprintf("%d-%d", number, n)); err != nil {
			return err
		}
	}
	return nil
}

// one applies one operation. Its error is one of the worker.
func (w *worker) one(ctx context.Context, actor string) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	operation := w.choose()
	if err := w.write(entry{Actor: actor, Time: time.Now().UnixNano()}); err != nil {
		return err
	}
	seen, err := operation(registry.WithActor(ctx, actor))
	e := entry{Actor: actor, Return: true, Time: time.Now().UnixNano(), Code: pack.CodeOf(err), Seen: seen}
	if err != nil {
		e.Error = err.Error()
	}
	return w.write(e)
}

func (w *worker) write(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = w.log.Write(append(line, '\n'))
	return err
}

// choose returns an operation at random, which returns what it saw if it changed nothing.
func (w *worker) choose() func(context.Context) (map[pack.Ref]string, error) {
	group := groups()[w.random.IntN(len(groups()))]
	ref := group[w.random.IntN(len(group))]
	switch n := w.random.IntN(10); {
	case w.reads:
	case n < 3:
		version := versions[w.random.IntN(len(versions))]
		return func(ctx context.Context) (map[pack.Ref]string, error) { return w.register(ctx, group, version) }
	case n < 4:
		return func(ctx context.Context) (map[pack.Ref]string, error) {
			_, err := w.store.RollBack(ctx, ref, &registry.RollBackOptions{AllowBreak: []pack.Ref{registry.AnyDependent}})
			return nil, err
		}
	case n < 5:
		return func(ctx context.Context) (map[pack.Ref]string, error) {
			err := w.store.Remove(ctx, ref, &registry.RemoveOptions{AllowBreak: []pack.Ref{registry.AnyDependent}})
			return nil, errors.Join(err, w.store.Reap(ctx))
		}
	}
	return func(ctx context.Context) (map[pack.Ref]string, error) { return readAll(ctx, w.store) }
}

func (w *worker) register(ctx context.Context, group []pack.Ref, version string) (map[pack.Ref]string, error) {
	req := registry.Request{Replace: registry.ReplaceAny}
	for _, ref := range group {
		req.Paths = append(req.Paths, filepath.Join(w.dir, "packs", ref.String(), version))
	}
	report, err := w.store.Register(ctx, req)
	if err != nil {
		return nil, err
	}
	seen := map[pack.Ref]string{}
	for _, p := range report.Registered {
		if p.Unchanged {
			seen[p.Ref] = p.Generation
		}
	}
	return seen, nil
}

// readAll returns the active generations of all packs, after it has read their files.
func readAll(ctx context.Context, store *registry.Store) (map[pack.Ref]string, error) {
	snap, err := store.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.Release()
	seen := map[pack.Ref]string{}
	for _, group := range groups() {
		for _, ref := range group {
			seen[ref] = ""
		}
	}
	for _, p := range snap.Packs {
		digest, err := pack.TreeDigest(os.DirFS(p.Dir))
		if err != nil || digest != p.Active.TreeDigest {
			return nil, fmt.Errorf("files of %s changed: %s, %w", p.Dir, digest, err)
		}
		seen[p.Ref] = p.Active.Name
	}
	return seen, nil
}

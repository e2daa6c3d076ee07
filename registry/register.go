package registry

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/emit"
	"github.com/packtrain/pack/registry/internal/generations"
)

var _ Registrar = (*Store)(nil)

// Register implements [Registrar].
//
// For each pack: it is loaded and, unless it is what is active already, copied,
// so that what is checked and tested is what will be active. Then its
// validation, its dependencies and its tests decide. Packs that do not need
// each other are worked on at the same time.
func (s *Store) Register(ctx context.Context, req Request) (*Report, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := req.check(); err != nil {
		return nil, err
	}
	if err := s.disk.SettleDead(ctx, s.ledger()); err != nil {
		return nil, fmt.Errorf("register packs: %w", err)
	}
	b := &batch{store: s, req: req, events: emit.New(s.guarded(req.OnEvent)), started: time.Now()}
	defer b.end()
	for _, path := range req.Paths {
		b.items = append(b.items, &item{path: path, done: make(chan struct{})})
	}
	inParallel(b.items, s.config.Parallel, func(it *item) { b.prepare(ctx, it) })
	b.order(ctx)
	b.activateAll(ctx)
	failed := b.err()
	if failed != nil && ctx.Err() != nil {
		failed = fmt.Errorf("register packs: %w", ctx.Err())
	}
	return b.report(), failed
}

func (r *Request) check() error {
	if len(r.Paths) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "register packs: name at least one path")
	}
	if !slices.Contains([]Replace{"", ReplaceNever, ReplaceUpgrade, ReplaceAny}, r.Replace) {
		return pack.Errorf(pack.CodeInvalidRequest, "register packs: replace is %.32q, want %q, %q or %q", r.Replace, ReplaceNever, ReplaceUpgrade, ReplaceAny)
	}
	return nil
}

// A batch is one call of Register.
type batch struct {
	store  *Store
	req    Request
	events *emit.Emitter
	items  []*item // in input order
	// replaced are the refs whose active content is about to change.
	replaced map[pack.Ref]bool
	started  time.Time

	mu      sync.Mutex
	staging *generations.Staging // nil until something has to be written
}

// An item is one pack of a batch.
type item struct {
	path string

	// What is known after loading; id even when the pack failed later.
	id        pack.ID
	tree      pack.Digest
	envs      []pack.Environment
	unchanged bool // what is active is this content already
	record    Record

	// What is known after copying.
	staged     string // the directory of the generation to be
	content    string // the pack's content in it
	pack       *pack.Pack
	directory  pack.Digest
	validation ValidationResult
	tests      *TestResult

	needs []*item       // those of the batch that it depends on
	done  chan struct{} // closed when it is active or has failed

	stage pack.Stage // the one it is in, or failed in
	err   error
}

// run runs one stage of it, which fn is, and reports whether it succeeded.
func (b *batch) run(ctx context.Context, it *item, stage pack.Stage, fn func() error) bool {
	it.stage = stage
	b.events.Emit(ctx, b.event(it, pack.EventStarted, ""))
	if it.err = ctx.Err(); it.err == nil {
		it.err = fn()
	}
	b.events.Finish(ctx, b.event(it, "", ""), it.err)
	return it.err == nil
}

func (b *batch) event(it *item, kind pack.EventKind, message string) pack.Event {
	return pack.Event{Kind: kind, Stage: it.stage, Spec: it.path, Pack: it.id.Ref, Version: it.id.Version, Message: message}
}

// guarded keeps the panics of an observer from the operation it observes.
func (s *Store) guarded(observe pack.EventFunc) pack.EventFunc {
	if observe == nil {
		return nil
	}
	return func(ctx context.Context, e pack.Event) {
		defer func() {
			if v := recover(); v != nil {
				s.config.Logger.Error("observer of events panicked", "panic", v)
			}
		}()
		observe(ctx, e)
	}
}

// fail makes it fail without having been in a stage.
func (b *batch) fail(ctx context.Context, it *item, stage pack.Stage, err error) {
	b.run(context.WithoutCancel(ctx), it, stage, func() error { return err })
}

// scratch returns a new directory in staging.
func (b *batch) scratch(ctx context.Context) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.staging == nil {
		staging, err := b.store.disk.Begin(ctx)
		if err != nil {
			return "", err
		}
		b.staging = staging
	}
	return b.staging.Mkdir()
}

func (b *batch) end() {
	if b.staging != nil {
		b.staging.End()
	}
}

// inParallel calls fn for each item, for limit of them at a time.
func inParallel(items []*item, limit int, fn func(*item)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, limit)
	for _, it := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			fn(it)
		})
	}
	wg.Wait()
}

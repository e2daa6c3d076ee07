package registry

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry/internal/generations"
)

var _ Registrar = (*Store)(nil)

// Register implements [Registrar].
//
// Each pack is loaded and, unless its content is already active, copied or moved into
// staging, so that the checked and tested content becomes active. Validation,
// dependencies and tests follow. After that, packs that need each other become active
// together, in one operation.
func (s *Store) Register(ctx context.Context, req Request) (*Report, error) {
	leave, err := s.enterToChange()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := req.check(); err != nil {
		return nil, err
	}
	if err := s.disk.SettleDead(ctx, s.ledger()); err != nil {
		return nil, fmt.Errorf("%s: %w", registering, err)
	}
	r := newRequest(s, req)
	defer r.end()
	batch.Each(r.items, s.config.Parallel, func(it *item) { r.prepare(ctx, it) })
	byRef := r.order(ctx)
	r.checkAll(ctx)
	r.activateAll(ctx)
	r.confirmUnchanged(ctx, byRef)
	r.warnUnmet(ctx)
	r.warnConfigs(ctx)
	r.reportChanges(ctx)
	for _, it := range r.items {
		r.Close(context.WithoutCancel(ctx), &it.Item)
	}
	rep := r.report()
	return rep, batch.Err(ctx, registering, rep.Failed)
}

const registering = "register packs"

func (r *Request) check() error {
	if len(r.Paths)+len(r.Contents) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, registering+": name at least one path")
	}
	if !slices.Contains([]Replace{"", ReplaceNever, ReplaceUpgrade, ReplaceAny}, r.Replace) {
		return pack.Errorf(pack.CodeInvalidRequest, registering+": replace is %.32q, want %q, %q or %q", r.Replace, ReplaceNever, ReplaceUpgrade, ReplaceAny)
	}
	return nil
}

// A request is one call of Register or Test.
type request struct {
	*batch.Batch
	store *Store
	req   Request
	// testOnly leaves the records out: nothing is going to be registered.
	testOnly bool
	items    []*item // in input order
	sets     []*set
	started  time.Time

	mu      sync.Mutex
	staging *generations.Staging // nil until something has to be written
}

// An item is one pack of a request.
type item struct {
	batch.Item
	input *pack.Content

	// Known after it was admitted.
	treeDigest pack.Digest
	envs       []pack.Environment
	unchanged  bool // what is active is this content already
	record     Record

	// Known after it was staged.
	staged            string     // the directory of the generation to be
	content           string     // the pack's content in it
	pack              *pack.Pack // until it was validated
	manifest          *pack.Manifest
	checked           bool // it has the tree digest
	directoryChecksum pack.Digest
	components        string // the file in staging with its components
	componentsDigest  pack.Digest
	counts            ComponentCounts
	validation        ValidationResult
	tests             *TestResult
	reused            bool     // tests are those of an earlier run
	tested            bool     // the tests ran
	changes           *Changes // what its activation changed, nil for nothing

	failure error // its own, while its set is registered
}

func newRequest(s *Store, req Request) *request {
	r := &request{Batch: batch.New(req.OnEvent), store: s, req: req, started: time.Now()}
	inputs := pack.Contents(req.Paths, req.Contents)
	for _, i := range batch.Distinct(inputs, func(c *pack.Content) string { return filepath.Clean(c.Dir) }) {
		it := &item{Item: batch.Item{At: i, Spec: inputs[i].Dir}, input: inputs[i]}
		r.items = append(r.items, it)
	}
	return r
}

// fail marks it as failed before it entered a stage.
func (r *request) fail(ctx context.Context, it *item, stage pack.Stage, err error) {
	r.Run(context.WithoutCancel(ctx), &it.Item, stage, func() error { return err })
}

// scratch returns a new directory in staging.
func (r *request) scratch(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.staging == nil {
		r.store.changed.Store(true)
		staging, err := r.store.disk.Begin(ctx)
		if err != nil {
			return "", err
		}
		r.staging = staging
	}
	return r.staging.Mkdir()
}

func (r *request) end() {
	if r.staging != nil {
		r.staging.End()
	}
}

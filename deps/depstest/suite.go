package depstest

import (
	"context"
	"errors"
	"testing"

	"github.com/packtrain/pack/deps"
)

// A NewFunc returns the analyzer under test. It uses the fields of c that it supports.
type NewFunc func(c deps.Config) (deps.DependencyAnalyzer, error)

// Run checks that the analyzers that newAnalyzer makes keep the contract of
// [deps.DependencyAnalyzer], each promise in a subtest of its own.
func Run(t *testing.T, newAnalyzer NewFunc) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := c.run(t.Context(), &bench{dir: t.TempDir(), newAnalyzer: newAnalyzer}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A check is one promise; run returns how it was broken.
type check struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

// A bench is where a check lays out packs and has them analysed.
type bench struct {
	dir         string
	newAnalyzer NewFunc
}

// analyze lays out the packs (see layOut) and has them analysed in the universe
// of the lines.
func (b *bench) analyze(ctx context.Context, universe []string, packs ...string) (*deps.Report, error) {
	var req deps.Request
	for _, text := range packs {
		path, err := b.layOut(text)
		if err != nil {
			return nil, err
		}
		req.Paths = append(req.Paths, path)
	}
	return b.request(ctx, universe, req)
}

// request has packs analysed that are laid out already.
func (b *bench) request(ctx context.Context, universe []string, req deps.Request) (*deps.Report, error) {
	u, err := NewUniverse(universe...)
	if err != nil {
		return nil, err
	}
	a, err := b.newAnalyzer(deps.Config{World: u, Provided: u.Provided(), PlatformVersion: u.PlatformVersion()})
	if err != nil {
		return nil, err
	}
	rep, err := a.Analyze(ctx, req)
	if rep == nil && err == nil {
		return nil, errors.New("neither a report nor an error")
	}
	return rep, err
}

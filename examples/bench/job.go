package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// A job is one line of the table: the same work done by the library and by a rival.
type job struct {
	id, name, rival string
	goal            float64 // the ratio to beat
	floor           float64 // the ratio of the best technique known
	unit            string  // of what is measured; "" for milliseconds
	runs            int     // counted runs at most; 0 for as many as asked for
	// prepare creates the input below dir and returns both sides.
	prepare func(ctx context.Context, dir string) (sides, error)
}

// sides do the work once, each into an existing fresh directory, and return what it took.
type sides struct {
	ours, rival func(ctx context.Context, fresh string) (float64, error)
	close       func() error // may be nil
}

// jobs returns all jobs. Their inputs that several use are below dir.
func jobs(dir string, pg *pgtest.Program) []job {
	first := []job{cloneRepositories(), downloadArchives(), downloadOne(), copyDirectories(), checksumDirectories(), makeEnvironment(), reuseEnvironment(), startAction(), openIndex(), resolveAgain()}
	return slices.Concat(first, chooseVersions(), registration(dir, pg), afterCrashes(dir, pg), unchangedInstall(pg), durability(pg))
}

// A result holds the medians.
type result struct{ ours, rival float64 }

func (r result) ratio() float64 { return r.ours / r.rival }

// measure runs both sides in turn: once to warm up, then runs times. Fresh
// directories are not removed in between, because removing many files slows
// down the creation of others on some file systems.
func measure(ctx context.Context, j job, work string, runs int) (result, error) {
	s, err := j.prepare(ctx, filepath.Join(work, "input"))
	if err != nil {
		return result{}, fmt.Errorf("prepare: %w", err)
	}
	if s.close != nil {
		defer func() { _ = s.close() }()
	}
	if j.runs > 0 {
		runs = min(runs, j.runs)
	}
	var ours, rival []float64
	for i := range runs + 1 {
		o, err := into(ctx, s.ours, filepath.Join(work, fmt.Sprintf("ours-%d", i)))
		if err != nil {
			return result{}, fmt.Errorf("ours: %w", err)
		}
		r, err := into(ctx, s.rival, filepath.Join(work, fmt.Sprintf("rival-%d", i)))
		if err != nil {
			return result{}, fmt.Errorf("rival: %w", err)
		}
		if i > 0 {
			ours, rival = append(ours, o), append(rival, r)
		}
	}
	return result{ours: median(ours), rival: median(rival)}, nil
}

func into(ctx context.Context, side func(context.Context, string) (float64, error), fresh string) (float64, error) {
	if err := os.MkdirAll(fresh, 0o755); err != nil {
		return 0, err
	}
	return side(ctx, fresh)
}

// timed returns a side that takes the time of work.
func timed(work func(ctx context.Context, fresh string) error) func(context.Context, string) (float64, error) {
	return func(ctx context.Context, fresh string) (float64, error) {
		start := time.Now()
		err := work(ctx, fresh)
		return milliseconds(time.Since(start)), err
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(figures []float64) float64 {
	slices.Sort(figures)
	return figures[len(figures)/2]
}

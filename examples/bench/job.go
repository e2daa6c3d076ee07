package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A job is one line of the table: the same work done by the library and by a rival.
type job struct {
	id, name, rival string
	goal            float64 // the ratio to beat
	floor           float64 // the ratio of the best technique known
	// prepare creates the input below dir and returns both sides.
	prepare func(ctx context.Context, dir string) (sides, error)
}

// sides do the work once, each into an existing fresh directory.
type sides struct {
	ours, rival func(ctx context.Context, fresh string) error
	close       func() error // may be nil
}

func jobs() []job {
	return []job{cloneRepositories(), downloadArchives(), downloadOne(), copyDirectories(), checksumDirectories(), reuseEnvironment(), openIndex(), resolveAgain()}
}

// A result holds the medians.
type result struct{ ours, rival time.Duration }

func (r result) ratio() float64 { return float64(r.ours) / float64(r.rival) }

// measure runs both sides in turn: once to warm up, then runs times. Fresh
// directories are not removed in between, because removing many files slows
// down the creation of others on some file systems.
func measure(ctx context.Context, j job, dir string, runs int) (result, error) {
	work := filepath.Join(dir, j.id)
	s, err := j.prepare(ctx, filepath.Join(work, "input"))
	if err != nil {
		return result{}, fmt.Errorf("prepare: %w", err)
	}
	if s.close != nil {
		defer func() { _ = s.close() }()
	}
	var ours, rival []time.Duration
	for i := range runs + 1 {
		o, err := timed(ctx, s.ours, filepath.Join(work, fmt.Sprintf("ours-%d", i)))
		if err != nil {
			return result{}, fmt.Errorf("ours: %w", err)
		}
		r, err := timed(ctx, s.rival, filepath.Join(work, fmt.Sprintf("rival-%d", i)))
		if err != nil {
			return result{}, fmt.Errorf("rival: %w", err)
		}
		if i > 0 {
			ours, rival = append(ours, o), append(rival, r)
		}
	}
	return result{ours: median(ours), rival: median(rival)}, nil
}

func timed(ctx context.Context, side func(context.Context, string) error, fresh string) (time.Duration, error) {
	if err := os.MkdirAll(fresh, 0o755); err != nil {
		return 0, err
	}
	start := time.Now()
	err := side(ctx, fresh)
	return time.Since(start), err
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

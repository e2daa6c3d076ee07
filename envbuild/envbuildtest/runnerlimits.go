package envbuildtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// limitChecks are on limits. What a result says was enforced has to hold.
func limitChecks() []runnerCheck {
	return []runnerCheck{
		{"output limit", checkOutputLimit},
		{"file limit", checkFileLimit},
		{"memory limit", checkMemoryLimit},
		{"process limit", checkProcessLimit},
		{"temporary limit", checkTemporaryLimit},
	}
}

// enforced reports whether a result says that a limit held.
func enforced(res pack.Result, what string) bool {
	return slices.ContainsFunc(res.Enforced, func(s string) bool { return strings.HasPrefix(s, what) })
}

func checkOutputLimit(ctx context.Context, b *runnerBench) error {
	c := b.command(`head -c 100000 /dev/zero; printf END`)
	c.Limits.OutputBytes = 1000
	out, err := b.output(ctx, c)
	if len(out) > 1100 || !strings.HasSuffix(out, "END") {
		return fmt.Errorf("got %d bytes", len(out))
	}
	return err
}

func checkFileLimit(ctx context.Context, b *runnerBench) error {
	c := b.command(`head -c 100000 /dev/zero > large; :`)
	c.Limits.FileBytes = 5000
	res, err := b.Run(ctx, c)
	if err != nil || !enforced(res, "file size") {
		return err
	}
	info, err := os.Stat(filepath.Join(b.dir, "large"))
	if err != nil {
		return err
	}
	return diff("size", info.Size(), int64(5000))
}

func checkMemoryLimit(ctx context.Context, b *runnerBench) error {
	c := b.command(`head -c 200000000 /dev/zero | tail -c 200000000 | wc -c`)
	c.Limits.MemoryBytes = 50 << 20
	res, err := b.Run(ctx, c)
	if err != nil || !enforced(res, "memory") {
		return err
	}
	if strings.TrimSpace(string(res.Stdout)) == "200000000" {
		return errors.New("it used more memory")
	}
	return nil
}

func checkProcessLimit(ctx context.Context, b *runnerBench) error {
	c := b.command(`for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 5 & done; echo all`)
	c.Limits.Processes = 12
	c.Timeout = 10 * time.Second
	res, err := b.Run(ctx, c)
	if err != nil || !enforced(res, "processes") {
		return err
	}
	if strings.Contains(string(res.Stdout), "all") && len(res.Stderr) == 0 {
		return errors.New("it started more processes")
	}
	return nil
}

func checkTemporaryLimit(ctx context.Context, b *runnerBench) error {
	temporary := filepath.Join(b.dir, "temporary")
	if err := os.Mkdir(temporary, 0o755); err != nil {
		return err
	}
	c := b.command(`head -c 3000000 /dev/zero > ` + temporary + `/large; wc -c < ` + temporary + `/large`)
	c.Access = pack.Access{Temporary: []string{temporary}}
	c.Limits.DiskBytes = 1 << 20
	res, err := b.Run(ctx, c)
	if err != nil || !enforced(res, "disk") {
		return err
	}
	return diff("size", strings.TrimSpace(string(res.Stdout)), fmt.Sprint(1<<20))
}

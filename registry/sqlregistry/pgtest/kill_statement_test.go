package pgtest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// actVariable is the act that a process does, instead of working until it is killed.
const actVariable = "PGTEST_ACT"

// An act changes the packs of a host from one version to another, "" for none.
type act struct {
	from, to string
	do       func(ctx context.Context, h *host) error
}

func acts() map[string]act {
	breaking := []pack.Ref{registry.AnyDependent}
	return map[string]act{
		"install":   {"", "1.0.0", func(ctx context.Context, h *host) error { return h.register(ctx, 1) }},
		"upgrade":   {"1.0.0", "2.0.0", func(ctx context.Context, h *host) error { return h.register(ctx, 2) }},
		"downgrade": {"2.0.0", "1.0.0", func(ctx context.Context, h *host) error { return h.register(ctx, 1) }},
		"remove": {"1.0.0", "", func(ctx context.Context, h *host) error {
			return errors.Join(h.store.Remove(ctx, "left", &registry.RemoveOptions{AllowBreak: breaking}), h.store.Remove(ctx, "right", nil))
		}},
	}
}

// doAct does an act in a process of its own.
func doAct(ctx context.Context, name, dir, dsn string) error {
	open := func() (*host, error) { return openHost(ctx, dir, dsn, 0) }
	if os.Getenv(leaseVariable) != "" {
		open = func() (*host, error) { return openLeased(ctx, dir, dsn) }
	}
	h, err := open()
	if err != nil {
		return err
	}
	return errors.Join(acts()[name].do(ctx, h), h.close())
}

// TestKilledAtStatements kills a process before the server gets a statement of an act, or when it
// has got it. The next process finds the old state or the new one.
func TestKilledAtStatements(t *testing.T) {
	t.Parallel()
	const stride = 3 // the statements between are those of other runs
	server := pgtest.Start(t)
	for name, a := range acts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn, through, p := proxied(t, server, func() time.Duration { return 0 })
			seen := map[string]int{}
			begin := 1 + rand.IntN(stride)
			for n, ended := begin, false; !ended && !t.Failed(); n += stride {
				t.Run(fmt.Sprint("statement ", n), func(t *testing.T) {
					k := &killing{t: t, dsn: dsn, through: through, proxy: p, name: name, act: a}
					var version string
					version, ended = k.run(n)
					seen[version]++
				})
			}
			if t.Logf("from statement %d: %v", begin, seen); seen[a.from] == 0 || seen[a.to] == 0 {
				t.Errorf("saw only %v", seen)
			}
		})
	}
}

// A killing is an act in a root of its own, whose process is killed.
type killing struct {
	t            *testing.T
	dsn, through string
	proxy        *proxy
	name         string
	act          act
}

// run kills the process at its nth statement. It returns the version that the next
// process finds, and whether the act ended before.
func (k *killing) run(n int) (version string, ended bool) {
	t, dir := k.t, k.t.TempDir()
	h := newHost(t, dir, k.dsn, 0)
	if k.act.from != "" {
		var number int
		if _, err := fmt.Sscanf(k.act.from, "%d.0.0", &number); err != nil {
			t.Fatal(err)
		}
		if err := h.register(t.Context(), number); err != nil {
			t.Fatal(err)
		}
	}
	ended = k.kill(dir, n)
	next := newHost(t, dir, k.dsn, 0)
	next.oneByOne = k.act.to == ""
	version = next.check(t, direct(t, k.dsn, h.root))
	next.wantNoIntents(t)
	if version != k.act.from && version != k.act.to {
		t.Errorf("killed at statement %d: got version %q, want %q or %q", n, version, k.act.from, k.act.to)
	}
	if err := k.act.do(t.Context(), next); err != nil && !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("killed at statement %d, done again: %v", n, err)
	}
	if got := next.check(t, direct(t, k.dsn, h.root)); got != k.act.to {
		t.Errorf("killed at statement %d, done again: got version %q, want %q", n, got, k.act.to)
	}
	return version, ended
}

// kill starts the process and kills it at its nth statement.
func (k *killing) kill(dir string, n int) (ended bool) {
	t := k.t
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), workVariable+"="+dir, dsnVariable+"="+k.through, actVariable+"="+k.name, seedVariable+"=0")
	var process atomic.Pointer[os.Process]
	statements := 0
	k.proxy.interfere(func(message []byte) fate {
		if message[0] != 'Q' && message[0] != 'S' { // a query, or the end of an extended one
			return delivered
		}
		if statements++; statements < n {
			return delivered
		}
		for process.Load() == nil {
			time.Sleep(time.Millisecond)
		}
		_ = process.Load().Kill()
		return []fate{undelivered, unanswered}[n%2]
	})
	defer k.proxy.interfere(nil)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	process.Store(cmd.Process)
	err := cmd.Wait()
	if cmd.ProcessState.Exited() && err != nil {
		t.Errorf("the process failed: %v", err)
	}
	return cmd.ProcessState.Exited()
}

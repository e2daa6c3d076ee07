package pgtest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// proxied returns a database, directly and through a proxy.
func proxied(t *testing.T, server *pgtest.Server, delay func() time.Duration) (dsn, through string, p *proxy) {
	t.Helper()
	dsn = server.Database(t)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	p = startProxy(t, u.Host, delay)
	return dsn, pgtest.At(dsn, p.addr), p
}

// connectionCut cuts the connection at each message of an operation, before or after the
// server receives it.
func connectionCut(t *testing.T, server *pgtest.Server) {
	dsn, through, p := proxied(t, server, func() time.Duration { return 20 * time.Millisecond })
	direct, records := openRecords(t, dsn), openRecords(t, through)
	n := 0
	for _, f := range []fate{undelivered, unanswered} {
		for cut := 1; ; cut++ {
			messages := 0
			p.interfere(func([]byte) fate {
				if messages++; messages == cut {
					return f
				}
				return delivered
			})
			apply(t, records, operation("a", n)) // it is tried again
			p.interfere(nil)
			if messages < cut {
				break
			}
			wantApplied(t, direct, "a", n)
			n++
		}
		n++ // the last one was applied, too
	}
	if n < 20 {
		t.Errorf("the connection was cut only %d times", n)
	}
}

func wantApplied(t *testing.T, records interface {
	Outcome(ctx context.Context, id string) (bool, error)
	Active(ctx context.Context, ref pack.Ref) (string, error)
}, ref pack.Ref, n int,
) {
	t.Helper()
	active, err := records.Active(t.Context(), ref)
	if err != nil || active != generationName(n) {
		t.Errorf("active generation %q, %v, want %q", active, err, generationName(n))
	}
	if applied, err := records.Outcome(t.Context(), operation(ref, n).ID); err != nil || !applied {
		t.Errorf("operation %d: applied %v, %v", n, applied, err)
	}
}

// backendsTerminated ends all connections again and again while operations are applied.
func backendsTerminated(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	records := openRecords(t, dsn)
	ctx, stop := context.WithCancel(t.Context())
	var killer sync.WaitGroup
	db := openDB(t, dsn)
	killer.Go(func() {
		for ctx.Err() == nil {
			_, _ = db.ExecContext(ctx, terminate)
			time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		}
	})
	const operations = 8
	errs := make([]error, 3)
	var writers sync.WaitGroup
	for i := range errs {
		writers.Go(func() {
			ref := pack.Ref(fmt.Sprint("pack", i))
			for n := range operations {
				for { // an error may be returned, but is of the right kind
					_, err := records.Apply(t.Context(), operation(ref, n))
					if err == nil {
						break
					}
					if code := pack.CodeOf(err); code != pack.CodeIO && code != pack.CodeBusy {
						errs[i] = err
						return
					}
				}
			}
		})
	}
	writers.Wait()
	stop()
	killer.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i := range errs {
		ref := pack.Ref(fmt.Sprint("pack", i))
		wantApplied(t, records, ref, operations-1)
		if generations, err := records.Generations(t.Context(), ref); err != nil || len(generations) != operations {
			t.Errorf("%d generations, %v", len(generations), err)
		}
	}
}

// immediateShutdown ends a server as a crash does.
func immediateShutdown(t *testing.T, _ *pgtest.Server) {
	server := pgtest.Start(t)
	records := openRecords(t, server.Database(t))
	apply(t, records, operation("a", 0))
	server.Stop()
	for range 2 {
		if _, err := records.Apply(t.Context(), operation("a", 1)); pack.CodeOf(err) != pack.CodeIO {
			t.Errorf("Apply: got %v", err)
		}
		if _, err := records.Active(t.Context(), "a"); pack.CodeOf(err) != pack.CodeIO {
			t.Errorf("Active: got %v", err)
		}
	}
}

package registrytest

import (
	"maps"
	"runtime"
	"testing"

	"github.com/packtrain/pack/registry"
)

// A recorder is a testing.TB that only notes that a case failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Error(...any)          { r.failed = true }
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Fatal(...any)          { r.FailNow() }
func (r *recorder) Fatalf(string, ...any) { r.FailNow() }
func (r *recorder) FailNow()              { r.failed = true; runtime.Goexit() }

// fails reports whether a case notices that records are broken.
func fails(t *testing.T, c suiteCase, records registry.Records) bool {
	t.Helper()
	return failsWith(t, func(tb testing.TB) { c.run(tb, records) })
}

// failsWith reports whether run stops or fails its test.
func failsWith(t *testing.T, run func(tb testing.TB)) bool {
	t.Helper()
	rec := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(rec)
	}()
	<-done
	return rec.failed
}

func TestSoundRecordsPass(t *testing.T) {
	t.Parallel()
	for _, c := range cases() {
		if fails(t, c, &broken{Memory: registry.NewMemory()}) {
			t.Errorf("sound records fail %s", c.name)
		}
	}
}

// TestEveryFaultIsNoticed plants one fault at a time, which the case that is
// named has to notice; and every case notices one.
func TestEveryFaultIsNoticed(t *testing.T) {
	t.Parallel()
	unproven := map[string]suiteCase{}
	for _, c := range cases() {
		unproven[c.name] = c
	}
	all := maps.Clone(unproven)
	for _, f := range faults() {
		b := f.broken()
		b.Memory = registry.NewMemory()
		if !fails(t, all[f.noticedBy], b) {
			t.Errorf("%s: not noticed by %s", f.name, f.noticedBy)
		}
		delete(unproven, f.noticedBy)
	}
	for name := range unproven {
		t.Errorf("no fault shows that %s can fail", name)
	}
}

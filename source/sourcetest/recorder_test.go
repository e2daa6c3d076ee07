package sourcetest_test

import (
	"fmt"
	"runtime"
	"testing"
)

// A recorder stands in for the test that a case runs in, and notes its outcome.
type recorder struct {
	testing.TB
	failures []string
	log      string
}

// record runs a case on a goroutine of its own, which Fatal ends.
func record(t *testing.T, run func(t testing.TB)) *recorder {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(r)
	}()
	<-done
	return r
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.failures = append(r.failures, fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Log(args ...any) { r.log += fmt.Sprint(args...) }

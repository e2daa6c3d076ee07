package batch_test

import (
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

func TestRescue(t *testing.T) {
	t.Parallel()
	before := errors.New("before")
	run := func(fn func()) (err error) {
		err = before
		defer batch.Rescue(&err)
		fn()
		return err
	}
	if err := run(func() {}); !errors.Is(err, before) {
		t.Errorf("without a panic: got %v", err)
	}
	err := run(func() { panic("at the disco") })
	if pack.CodeOf(err) != pack.CodeIO || err.Error() != "panic: at the disco" {
		t.Errorf("after a panic: got %v", err)
	}
}

package rescue_test

import (
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/rescue"
)

func TestInto(t *testing.T) {
	t.Parallel()
	before := errors.New("before")
	run := func(fn func()) (err error) {
		err = before
		defer rescue.Into(&err)
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

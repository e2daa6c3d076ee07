package batch

import "github.com/packtrain/pack"

// Rescue is called by a deferred statement. It ends a panic and makes an error of
// it, with [pack.CodeIO], in place of what *err was: a panic of a source, a runner
// or an observer would end the host in the middle of all other packs.
func Rescue(err *error) {
	if v := recover(); v != nil {
		*err = pack.Errorf(pack.CodeIO, "panic: %v", v)
	}
}

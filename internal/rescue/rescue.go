// Package rescue keeps the panics of what a host brought (a source, a runner, an
// observer) to the one pack that they happened for.
package rescue

import "github.com/packtrain/pack"

// Into is to be deferred. It ends a panic and makes an error of it, with
// [pack.CodeIO], in place of what *err was. Without it the panic would end the
// host, in the middle of all other packs.
func Into(err *error) {
	if v := recover(); v != nil {
		*err = pack.Errorf(pack.CodeIO, "panic: %v", v)
	}
}

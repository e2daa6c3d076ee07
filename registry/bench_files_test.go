package registry_test

import (
	"fmt"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// BenchmarkFiles opens the records of 1,000 packs with 40 components each, reads
// one of them, lists all, and replaces one.
func BenchmarkFiles(b *testing.B) {
	dir := b.TempDir()
	f := openFiles(b, dir)
	op := registry.Operation{ID: "all"}
	for i := range 1000 {
		ref := pack.Ref(fmt.Sprint("pack", i))
		a := activating("", 1, ref).Activate[0]
		a.Components = nil
		for k := range 40 {
			name := fmt.Sprint("action", k)
			a.Components = append(a.Components, pack.Component{
				Kind: pack.KindAction, Ref: ref.Component(name), Name: name, File: "actions/" + name + ".yaml",
				Description: "Does what many actions do, and says so in a text that is about as long as usual.",
				Spec:        map[string]any{"parameters": map[string]any{"host": map[string]any{"type": "string", "required": true}, "port": map[string]any{"type": "integer"}}},
			})
		}
		op.Activate = append(op.Activate, a)
	}
	if _, err := f.Apply(b.Context(), op); err != nil {
		b.Fatal(err)
	}
	b.Run("open and read one", func(b *testing.B) {
		for b.Loop() {
			if _, err := openFiles(b, dir).Pack(b.Context(), "pack7"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read one", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Pack(b.Context(), "pack7"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Packs(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	n := 1
	b.Run("replace one", func(b *testing.B) {
		for b.Loop() {
			n++
			if _, err := f.Apply(b.Context(), activating(fmt.Sprint("op", n), n, "pack7")); err != nil {
				b.Fatal(err)
			}
		}
	})
}

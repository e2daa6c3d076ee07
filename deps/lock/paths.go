package lock

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// schemeLocal is the scheme of pins of directories and archives of this machine.
const schemeLocal = "local"

// Absolute returns the lock with absolute paths in its pins; its relative ones are below
// dir, where its file is.
func (l *Lock) Absolute(dir string) *Lock {
	return l.located(func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(dir, filepath.FromSlash(path))
	})
}

// Relative returns the lock with the paths of its pins relative to dir, so that the
// directory can be moved with them. Paths on another volume stay absolute.
func (l *Lock) Relative(dir string) *Lock {
	return l.located(func(path string) string {
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return path
		}
		return filepath.ToSlash(rel)
	})
}

func (l *Lock) located(path func(string) string) *Lock {
	c := *l
	c.Packs = slices.Clone(l.Packs)
	for i := range c.Packs {
		p := &c.Packs[i]
		p.Pins = slices.Clone(p.Pins)
		for j := range p.Pins {
			if pin := &p.Pins[j]; pin.Scheme == schemeLocal {
				pin.Location = path(pin.Location)
			}
		}
	}
	return &c
}

// spec returns the want as one of deps; dir is where relative places are.
func (w Want) spec(dir string) pack.Want {
	switch {
	case w.From == "":
		return pack.Want{Ref: w.Ref, Constraint: w.Constraint}
	case dir != "" && strings.HasPrefix(w.From, "."):
		return pack.Want{Spec: dir + "/" + w.From}
	}
	return pack.Want{Spec: w.From}
}

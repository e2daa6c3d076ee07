package sqlregistry

import (
	"context"

	"github.com/packtrain/pack/registry"
)

const (
	updateSettings   = `UPDATE packtrain_packs SET settings = ? WHERE root_id = ? AND ref = ?`
	forgetGeneration = `DELETE FROM packtrain_generations WHERE name = ? AND` +
		` pack_id IN (SELECT id FROM packtrain_packs WHERE root_id = ? AND ref = ? AND generation <> ?)`
)

// changeSettings replaces the settings that op names, and removes the generations that it forgets.
func (c *change) changeSettings(ctx context.Context, op *registry.Operation) error {
	for i := range op.Settings {
		s := &op.Settings[i]
		n, err := c.exec(ctx, updateSettings, asJSON(&s.Settings), c.root, s.Ref.String())
		if err == nil && n == 0 {
			err = &registry.NotInstalledError{Ref: s.Ref}
		}
		if err != nil {
			return err
		}
	}
	for _, f := range op.Forget {
		for _, name := range f.Generations {
			if _, err := c.exec(ctx, forgetGeneration, name, c.root, f.Ref.String(), name); err != nil {
				return err
			}
		}
	}
	return nil
}

package host

import (
	"context"
	"path/filepath"

	"github.com/packtrain/pack/registry"
)

// openRecords returns the records of c, or the default ones of its root.
func openRecords(ctx context.Context, c Config) (registry.Records, error) {
	if c.Records != nil {
		return c.Records, nil
	}
	return registry.OpenFiles(ctx, filepath.Join(c.Root, "records"))
}

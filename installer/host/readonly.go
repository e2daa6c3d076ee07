package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/packtrain/pack/registry"
)

// OpenReadOnly opens an existing root to list, show and verify its packs and to run their
// actions, without permission to write: see [registry.OpenReadOnly]. The Host has a Store, a
// Runner, and a Builder for [envbuild.Request.Check]; its other stages are nil. The caller
// closes it.
func OpenReadOnly(ctx context.Context, c Config) (*Host, error) {
	h := &Host{}
	if err := h.openReadOnly(ctx, c); err != nil {
		return nil, fmt.Errorf("open host: %w", errors.Join(err, h.Close()))
	}
	return h, nil
}

func (h *Host) openReadOnly(ctx context.Context, c Config) error {
	if err := c.prepare(); err != nil {
		return err
	}
	h.Runner, h.searchPath = c.Runner, strings.Join(c.SearchPath, string(os.PathListSeparator))
	builder, err := newBuilder(c, nil)
	if err != nil {
		return err
	}
	h.Builder = builder
	records, err := openRecords(ctx, c)
	if err != nil {
		return err
	}
	h.Store, err = registry.OpenReadOnly(ctx, registry.Config{
		Root: c.Root, Records: records, Provided: c.Provided, PlatformVersion: c.PlatformVersion, Load: c.Load,
		Parallel: c.Parallel, Logger: c.Logger, Clock: c.Clock,
	})
	if err != nil {
		return err
	}
	h.closers = append(h.closers, h.Store)
	return nil
}

package registry_test

import (
	"testing"

	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(testing.TB) registry.Records { return registry.NewMemory() })
}

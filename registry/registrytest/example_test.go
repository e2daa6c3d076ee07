package registrytest_test

import (
	"testing"

	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
)

// A host's own records pass the suite that those of this module pass.
func ExampleRun() {
	_ = func(t *testing.T) { // TestRecords
		registrytest.Run(t, func(testing.TB) registry.Records {
			return registry.NewMemory() // yours
		})
	}
	// Output:
}

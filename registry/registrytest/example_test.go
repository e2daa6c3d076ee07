package registrytest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/packtrain/pack"
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

// A pack whose tests fail does not become active, and is not listed.
func ExampleFake() {
	ctx := context.Background()
	fake := &registrytest.Fake{Broken: map[pack.Ref]error{"slack": pack.Errorf(pack.CodeTestsFailed, "2 of 9 tests failed")}}
	report, err := fake.Register(ctx, registry.Request{Paths: []string{"/packs/slack", "/packs/jira"}})
	fmt.Println(len(report.Registered), "registered:", err)
	packs, err := fake.List(ctx)
	for _, p := range packs {
		fmt.Println(p.Ref, p.Active.Version, p.StoragePath)
	}
	fmt.Println(err)
	// Output:
	// 1 registered: /packs/slack: tests: 2 of 9 tests failed
	// jira 1.0.0 /fake/current/jira
	// <nil>
}

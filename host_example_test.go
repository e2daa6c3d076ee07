package pack_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
)

// The whole road, from a spec to an active pack. Every stage can be used alone,
// and be replaced by one of the host's own: see package host.
func Example() {
	dir, err := os.MkdirTemp("", "packtrain-*")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for range 3 { // as a program that is started again
		install(context.Background(), filepath.Join(dir, "root"), must(filepath.Abs("testdata/packs/hello")))
	}
	// Output:
	// hello 1.0.0 installed
	// hello 1.0.0 unchanged
	// hello 1.0.0 unchanged
}

// must is for examples; a host handles its errors.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func install(ctx context.Context, root string, specs ...string) {
	h := must(host.Open(ctx, host.Config{Root: root}))
	defer h.Close()
	report := must(h.Install(ctx, pipeline.Request{Specs: specs}))
	for _, o := range report.Outcomes {
		fmt.Println(o.Ref, o.Version, o.Status)
	}
}

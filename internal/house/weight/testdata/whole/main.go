// A host with everything that host.Open composes.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
)

func main() {
	if err := install(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func install(ctx context.Context, root string, specs []string) error {
	h, err := host.Open(ctx, host.Config{Root: root})
	if err != nil {
		return err
	}
	defer h.Close()
	report, err := h.Install(ctx, pipeline.Request{Specs: specs})
	fmt.Println(report)
	return err
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/examples/internal/samples"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/source/registrysource"
)

// A demo installs the sample packs of one world and prints the progress.
type demo struct {
	out    io.Writer
	world  *samples.World
	host   *host.Host
	runner *countingRunner
}

func openDemo(ctx context.Context, w io.Writer, root string, world *samples.World) (*demo, error) {
	counting := &countingRunner{Runner: runner.New(nil)}
	loopback := pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}
	h, err := host.Open(ctx, host.Config{
		Root:         filepath.Join(root, "root"),
		Indices:      []registrysource.Index{{URL: world.Index()}},
		Network:      pack.Network{Policy: loopback},
		Runner:       counting,
		FindLinks:    []string{world.Wheels()},
		NodeRegistry: world.NodeRegistry(),
		SearchPath:   filepath.SplitList(os.Getenv("PATH")),
	})
	if err != nil {
		return nil, err
	}
	return &demo{out: w, world: world, host: h, runner: counting}, nil
}

func (d *demo) close() { _ = d.host.Close() }

// install installs one pack from each kind of source; report needs hello.
func (d *demo) install(ctx context.Context) error {
	specs := []string{"hello@^1.0", d.world.Git(), d.world.Archive(), d.world.Directory()}
	fmt.Fprintln(d.out, "specs:")
	for _, spec := range specs {
		fmt.Fprintln(d.out, "  "+spec)
	}
	fmt.Fprintln(d.out, "\nfinished stages:")
	start := time.Now()
	report, err := d.host.Pipeline.Install(ctx, pipeline.Request{Specs: specs, OnEvent: d.observe})
	if report == nil {
		return err
	}
	took := time.Since(start)
	fmt.Fprintln(d.out, "\noutcomes:")
	for _, o := range report.Outcomes {
		d.printOutcome(o)
	}
	fmt.Fprintf(d.out, "\ninstalled in %d ms: %d archives downloaded, %d processes started\n",
		took.Milliseconds(), d.world.Downloads(), d.runner.started.Load())
	return err
}

// observe prints a line for each stage that ends.
func (d *demo) observe(_ context.Context, e pack.Event) {
	about := e.Spec
	if e.Pack != "" {
		about = pack.ID{Ref: e.Pack, Version: e.Version}.String()
	}
	switch e.Kind {
	case pack.EventFinished:
		fmt.Fprintf(d.out, "  %-13s %s\n", e.Stage, about)
	case pack.EventFailed:
		fmt.Fprintf(d.out, "  %-13s %s failed: %s\n", e.Stage, about, e.Err)
	}
}

func (d *demo) printOutcome(o pipeline.Outcome) {
	fmt.Fprintf(d.out, "  %-17s %s", pack.ID{Ref: o.Ref, Version: o.Version}, o.Status)
	if o.Tests != nil {
		fmt.Fprintf(d.out, ", tests %s (%d of %d)", o.Tests.Status, o.Tests.Passed, o.Tests.Total)
	}
	for _, e := range o.Environments {
		fmt.Fprintf(d.out, ", %s; packages: %d", e.Title(), e.PackageCount)
	}
	if o.Failure != nil {
		fmt.Fprintf(d.out, " at %s: %s", o.Failure.Stage, o.Failure.Message)
	}
	fmt.Fprintln(d.out)
}

// A countingRunner counts the processes that are started.
type countingRunner struct {
	pack.Runner
	started atomic.Int64
}

func (r *countingRunner) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	r.started.Add(1)
	return r.Runner.Run(ctx, c)
}

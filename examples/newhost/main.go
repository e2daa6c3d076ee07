// Newhost is a complete host program with its own source and Runner, and progress output.
package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
)

// team serves "team:NAME" from a directory shared by a team.
type team struct{ fs.FS }

func (team) Schemes() []string { return []string{"team"} }
func (team) Resolve(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
	return []pack.Pin{{Scheme: loc.Scheme, Location: loc.Location}}, nil
}

func (t team) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	dir, err := fs.Sub(t, pin.Location)
	if err != nil {
		return err
	}
	return source.PutFS(ctx, dst, dir)
}

// loud is a Runner that prints the programs it starts.
type loud struct {
	io.Writer
	pack.Runner
}

func (l loud) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	fmt.Fprintln(l, "start", c.Path)
	return l.Runner.Run(ctx, c)
}

func install(ctx context.Context, out io.Writer, c host.Config, specs ...string) error {
	c.Runner = loud{out, runner.New(nil)}
	h, err := host.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	progress := func(_ context.Context, e pack.Event) { fmt.Fprintln(out, e.Stage, e.Kind, e.Pack, e.Status, e.Err) }
	_, err = h.Install(ctx, pipeline.Request{Specs: specs, OnEvent: progress})
	return err
}

func main() {
	if len(os.Args) < 5 {
		fmt.Fprintln(os.Stderr, "usage: newhost ROOT INDEX TEAM-DIRECTORY SPEC...")
		os.Exit(2)
	}
	c := host.Config{Root: os.Args[1], Indices: []registrysource.Index{{URL: os.Args[2]}}, Sources: []source.Plugin{team{os.DirFS(os.Args[3])}}}
	if err := install(context.Background(), os.Stdout, c, os.Args[4:]...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

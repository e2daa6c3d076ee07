package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/framing"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// world is the part of the process that packd can access.
type world struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	environ        func() []string
	hangup         <-chan os.Signal // asks to read the tokens again; nil for never
}

// run serves until ctx ends and returns the exit status.
func run(ctx context.Context, args []string, w world) int {
	if len(args) > 0 && args[0] == "token" {
		return newToken(args[1:], w)
	}
	var f flags
	config, err := f.parse(args, w)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return exitOK
	case f.version:
		info, _ := debug.ReadBuildInfo()
		fmt.Fprintln(w.stdout, "packd", hostflags.Version(info))
		return exitOK
	case err != nil:
		fmt.Fprintf(w.stderr, "packd: %v\nrun \"packd --help\" for help\n", err)
		return exitUsage
	}
	if err := f.serve(ctx, config, w); err != nil {
		fmt.Fprintf(w.stderr, "packd: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// parse reads the command line and returns what it describes.
func (f *flags) parse(args []string, w world) (api.Config, error) {
	set := pflag.NewFlagSet("packd", pflag.ContinueOnError)
	set.SetOutput(w.stdout)
	f.bind(set)
	if err := set.Parse(args); err != nil {
		return api.Config{}, err
	}
	if set.NArg() > 0 {
		return api.Config{}, fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	config, err := f.config(w)
	config.Logger = slog.New(slog.NewJSONHandler(w.stderr, nil))
	for _, t := range config.Tokens {
		if t.Weak() {
			config.Logger.Warn("the secret of a token is short", "token", t.DisplayName(), "characters", len(t.Secret), "want", api.StrongSecret)
		}
	}
	return config, err
}

// serve opens the server, prints its address, and ends it when ctx ends.
func (f *flags) serve(ctx context.Context, config api.Config, w world) error {
	tracer, flush, err := openTracer(ctx, f.Packd.TraceEndpoint)
	if err != nil {
		return fmt.Errorf("open tracer: %w", err)
	}
	config.Tracer = tracer
	s, err := api.Open(ctx, config)
	if err != nil {
		return err
	}
	err = f.listenAndServe(ctx, s, config.Logger, w)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	return errors.Join(err, s.Close(last), flush(last))
}

func (f *flags) listenAndServe(ctx context.Context, s *api.Server, logger *slog.Logger, w world) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.Packd.Addr)
	if err != nil {
		return err
	}
	maintained, stop := context.WithCancel(ctx)
	var maintenance sync.WaitGroup
	maintenance.Go(func() { s.Maintain(maintained, maintenancePeriod) })
	maintenance.Go(func() { s.KeepSynced(maintained, f.Packd.SyncInterval) })
	maintenance.Go(func() { f.keepReloaded(maintained, s, w, logger) })
	if f.Packd.Warm {
		maintenance.Go(func() { s.KeepWarm(maintained, warmingPeriod) })
	}
	defer maintenance.Wait()
	defer stop()
	fmt.Fprintf(w.stdout, "listening on http://%s\n", listener.Addr())
	hs := &http.Server{
		Handler: s, ConnContext: framing.Context, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog:  slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		ConnState: newConnections(f.Packd.MaxConnections).state,
	}
	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(framing.Listen(listener)) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return shutDown(context.WithoutCancel(ctx), hs, s, f.Packd.Grace)
	}
}

// warmingPeriod is how often to look for environments that were added.
const warmingPeriod = 10 * time.Second

// maintenancePeriod is how often the files of removed packs are deleted.
const maintenancePeriod = 10 * time.Minute

// lastWrites is how long clients may take to read their last responses.
const lastWrites = 5 * time.Second

// shutDown stops accepting requests, lets running work finish within the grace, and
// then interrupts it: background work is recorded and continues after the next
// start; the clients of other work get an error.
func shutDown(ctx context.Context, hs *http.Server, s *api.Server, grace time.Duration) error {
	rest, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	last, cancel := context.WithTimeout(ctx, grace+lastWrites)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- hs.Shutdown(last) }()
	err := s.Finish(rest)
	if late := <-closed; late != nil {
		err = errors.Join(err, hs.Close())
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack/examples/packd/server"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// world is what packd sees of the process it runs in.
type world struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	environ        func() []string
}

// run serves until ctx ends and returns the exit status.
func run(ctx context.Context, args []string, w world) int {
	var f flags
	set := pflag.NewFlagSet("packd", pflag.ContinueOnError)
	set.SetOutput(w.stdout)
	f.bind(set)
	err := set.Parse(args)
	if errors.Is(err, pflag.ErrHelp) {
		return exitOK
	}
	if err == nil && set.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	var config server.Config
	if err == nil {
		config, err = f.config(w)
	}
	if err != nil {
		fmt.Fprintf(w.stderr, "packd: %v\nrun \"packd --help\" for help\n", err)
		return exitUsage
	}
	config.Logger = slog.New(slog.NewJSONHandler(w.stderr, nil))
	if err := serve(ctx, f, config, w.stdout); err != nil {
		fmt.Fprintf(w.stderr, "packd: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// serve opens the server, tells where it listens, and closes it when ctx ends.
func serve(ctx context.Context, f flags, config server.Config, stdout io.Writer) error {
	s, err := server.Open(ctx, config)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return errors.Join(err, s.Close(ctx))
	}
	fmt.Fprintf(stdout, "listening on http://%s\n", listener.Addr())
	hs := httpServer(s)
	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(listener) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = nil
	}
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.grace)
	defer cancel()
	return errors.Join(err, hs.Shutdown(rest), s.Close(rest))
}

func httpServer(s *server.Server) *http.Server {
	return &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
}

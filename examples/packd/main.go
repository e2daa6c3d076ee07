// Packd is the pack-management API as a service: the stages of an installation,
// the installed packs, and work in the background, over HTTP. It uses only the
// public packages of Packtrain.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	status := run(ctx, os.Args[1:], world{stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, environ: os.Environ, hangup: hangup})
	stop()
	os.Exit(status)
}

// Soak puts a packd under load: readers that never stop, and installations
// beside them. It fails when a request does, with anything but "too many
// requests, try again later", or when packd takes too much memory; and it prints
// how long reads took. Run it with "make soak".
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// goal is how long the slowest of a hundred reads should take.
const goal = 250 * time.Millisecond

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	l := load{}
	set := flag.NewFlagSet("soak", flag.ContinueOnError)
	set.IntVar(&l.readers, "readers", 500, "how many read at a time")
	set.DurationVar(&l.pause, "pause", time.Second, "how long each reader pauses between two reads")
	set.IntVar(&l.installers, "installers", 50, "how many install at a time")
	set.IntVar(&l.installs, "installs", 4, "how often each of them installs")
	set.DurationVar(&l.quiet, "quiet", 10*time.Second, "how long the readers go on when all is installed, for comparison")
	limit := set.Duration("limit", 5*time.Minute, "how long all of it may take")
	maxRSS := set.Int64("max-rss", 512, "how much memory packd may take, in MiB")
	if err := set.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	dir, err := os.MkdirTemp("", "packd-soak-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, err := startPackd(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	l.url, l.tokens, l.packs = p.url, p.tokens, p.packs
	result, err := l.run(ctx)
	if err != nil {
		return err
	}
	return judge(result, p, *maxRSS, out)
}

// judge prints the result and returns its faults.
func judge(r *result, p *packd, maxRSS int64, out io.Writer) error {
	rss, err := p.peakMemory()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d installations in %s; %d events were read; %d requests were asked to come later\n",
		r.installed, r.took.Round(time.Millisecond), r.events, r.later)
	fmt.Fprintf(out, "while packs were installed, %v; the goal is %s for 99 of 100\n", r.reads, goal)
	fmt.Fprintf(out, "after that, %v\n", r.quiet)
	fmt.Fprintf(out, "packd took %d MiB at its most\n", rss>>20)
	if rss>>20 > maxRSS {
		r.errs = append(r.errs, fmt.Errorf("packd took %d MiB, more than %d", rss>>20, maxRSS))
	}
	return errors.Join(r.errs...)
}

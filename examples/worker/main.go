// Worker is a host program that keeps its packs as a packs.yaml says, follows what changes in
// its root, and runs the actions that its standard input names, one in a line:
//
//	slack.post channel=ops text=hello
//
// It answers each with a line of JSON. Replace the input by a queue for a worker of your own;
// any number of them with the same packs.lock have the same packs.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// A worker runs actions of the packs that a packs.yaml states.
type worker struct {
	host  *host.Host
	wants string // the path of packs.yaml
	log   io.Writer
	since int64 // the position in the feed of changes
}

// An answer is the outcome of one line of input.
type answer struct {
	Action string `json:"action"`
	Error  string `json:"error,omitempty"`
	*actionrun.Result
}

// sync brings the root to packs.yaml. What it could not do stays for the next time: the
// packs that are there go on working.
func (w *worker) sync(ctx context.Context) {
	wants, err := hostflags.OpenWants(w.wants, false)
	if err == nil {
		var r *host.SyncReport
		r, err = w.host.Sync(ctx, host.SyncRequest{Wants: wants.File.Wants, Lock: wants.Lock, Dir: wants.Dir(), Prune: true})
		if err == nil {
			err = wants.Save(wants.File, r.Lock)
		}
	}
	if err != nil {
		fmt.Fprintln(w.log, "sync:", err)
	}
	w.follow(ctx)
}

// follow says what has changed since the last call, whichever process did it.
func (w *worker) follow(ctx context.Context) {
	batch, err := w.host.Store.Changes(ctx, w.since)
	if err != nil {
		fmt.Fprintln(w.log, "changes:", err)
		return
	}
	w.since = batch.Next
	for _, c := range batch.Changes {
		for _, p := range c.Packs {
			fmt.Fprintf(w.log, "%s: %q is now %q\n", p.Ref, p.From.Version, p.To.Version)
		}
	}
}

// run runs one action. Its pack stays as it is until the action ends, whatever a sync does.
func (w *worker) run(ctx context.Context, line string) answer {
	words := strings.Fields(line)
	inv, release, err := actionrun.Prepare(ctx, w.host.Store, words[0], words[1:], w.host.Environ())
	if err != nil {
		return answer{Action: words[0], Error: err.Error()}
	}
	defer release()
	res, err := actionrun.Run(ctx, w.host.Runner, *inv)
	if err != nil {
		return answer{Action: words[0], Error: err.Error(), Result: res}
	}
	return answer{Action: words[0], Result: res}
}

// serve syncs first and at each tick, and runs an action for each line, until the lines end.
func (w *worker) serve(ctx context.Context, lines <-chan string, ticks <-chan time.Time, out io.Writer) error {
	w.sync(ctx)
	answers := json.NewEncoder(out)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticks:
			w.sync(ctx)
		case line, more := <-lines:
			if !more {
				return nil
			}
			if strings.TrimSpace(line) == "" {
				continue
			}
			if err := answers.Encode(w.run(ctx, line)); err != nil {
				return err
			}
		}
	}
}

// readLines sends the lines of in, and closes the channel at their end.
func readLines(in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

func open(ctx context.Context, root, wants string) (*worker, error) {
	h, err := host.Open(registry.WithActor(ctx, "worker"), host.Config{Root: root, SearchPath: filepath.SplitList(os.Getenv("PATH"))})
	return &worker{host: h, wants: wants, log: os.Stderr}, err
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: worker ROOT PACKS.YAML <ACTIONS")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	w, err := open(ctx, os.Args[1], os.Args[2])
	if err == nil {
		err = w.serve(ctx, readLines(os.Stdin), time.Tick(30*time.Second), os.Stdout)
		_ = w.host.Close()
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

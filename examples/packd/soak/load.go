package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

// load is what a packd has to bear.
type load struct {
	url        string
	tokens     []string // each client has one of them
	readers    int
	pause      time.Duration // of a reader between two reads
	installers int
	installs   int           // of each installer
	quiet      time.Duration // how long the readers go on
	packs      string        // a directory that packd may read; packs are written there
}

// run installs all packs while the readers read, which continue for a
// while after that. The error is why that was not possible; what went wrong on
// the way is in the result.
func (l load) run(ctx context.Context) (*result, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: l.readers + l.installers}
	defer transport.CloseIdleConnections()
	m := &meter{next: transport}
	start := time.Now()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	readers, err := l.each(l.readers, m, func(i int, c *client.Client) {
		reader{client: c, meter: m, pause: l.pause, follows: i%4 == 0}.run(reading)
	})
	if err != nil {
		return nil, err
	}
	installers, err := l.each(l.installers, m, func(i int, c *client.Client) { l.install(ctx, i, c, m) })
	if err != nil {
		return nil, err
	}
	installers.Wait()
	m.calm(time.Since(start))
	select {
	case <-ctx.Done():
	case <-time.After(l.quiet):
	}
	stop()
	readers.Wait()
	return m.end(), ctx.Err()
}

// each does something n times at once, each time with a separate client, which
// retries as often as the server asks it to.
func (l load) each(n int, m *meter, do func(int, *client.Client)) (*sync.WaitGroup, error) {
	var all sync.WaitGroup
	for i := range n {
		c, err := client.New(client.Config{
			URL: l.url, Token: l.tokens[i%len(l.tokens)], HTTP: &http.Client{Transport: m}, Attempts: 1 << 20,
		})
		if err != nil {
			return nil, err
		}
		all.Go(func() { do(i, c) })
	}
	return &all, nil
}

// install installs one version of a pack after the other.
func (l load) install(ctx context.Context, i int, c *client.Client, m *meter) {
	for n := range l.installs {
		spec, err := writePack(l.packs, fmt.Sprintf("soak%d", i), n)
		if err != nil {
			m.note(0, 0, err)
			return
		}
		events := 0
		_, err = c.Install(ctx, wire.InstallRequest{Packs: []string{spec}}, func(context.Context, pack.Event) { events++ })
		if err != nil {
			m.note(0, events, fmt.Errorf("install %s: %w", spec, err))
			return
		}
		m.note(1, events, nil)
	}
}

// A reader reads until its context ends: what is installed and what is going on,
// or the events of operations.
type reader struct {
	client  *client.Client
	meter   *meter
	pause   time.Duration
	follows bool
}

func (r reader) run(ctx context.Context) {
	for {
		events, err := r.read(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, pack.ErrNotFound) { // it was listed, but is not kept any more
			err = nil
		}
		r.meter.note(0, events, err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(rand.N(2*r.pause + 1)):
		}
	}
}

// read reads something.
func (r reader) read(ctx context.Context) (events int, err error) {
	switch {
	case r.follows:
		return r.follow(ctx)
	case rand.IntN(2) == 0:
		return 0, r.showPack(ctx)
	}
	op, err := r.pick(ctx)
	if op != nil {
		_, err = r.client.Operation(ctx, op.ID)
	}
	return 0, err
}

func (r reader) showPack(ctx context.Context) error {
	packs, err := r.client.List(ctx)
	if err != nil || len(packs) == 0 {
		return err
	}
	_, err = r.client.Show(ctx, packs[rand.IntN(len(packs))].Ref)
	return err
}

// pick returns an operation, nil when there is none.
func (r reader) pick(ctx context.Context) (*wire.Operation, error) {
	ops, err := r.client.Operations(ctx, client.OperationFilter{})
	if err != nil || len(ops) == 0 {
		return nil, err
	}
	return &ops[rand.IntN(len(ops))], nil
}

// follow reads the events of an operation to their end.
func (r reader) follow(ctx context.Context) (events int, err error) {
	op, err := r.pick(ctx)
	if op == nil {
		return 0, err
	}
	for _, err := range r.client.Events(ctx, op.ID, 0) {
		if err != nil {
			return events, err
		}
		events++
	}
	return events, nil
}

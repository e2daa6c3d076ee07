package sourcetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// mended returns sources that break the promises which a Mux keeps for them: they
// take any scheme, go on when their context is over, and repeat what they are
// asked for as it is.
func mended() source.Source {
	b := newBroken()
	b.resolve = func(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
		pins, err := b.Memory.Resolve(context.Background(), memory(loc.Location))
		if err != nil || loc.Rev != "" {
			return nil, fmt.Errorf("no %.20s %.20s: %w", loc.Location, loc.Rev, pack.Errorf(pack.CodeNotFound, "missing"))
		}
		return pins, nil
	}
	b.fetch = func(_ context.Context, pin pack.Pin, dst source.Sink) error {
		if err := b.Memory.Fetch(context.Background(), pin, dst); err != nil {
			return fmt.Errorf("no %.20s: %w", pin.Location, err)
		}
		return nil
	}
	return b
}

// TestMuxMends asks a source of that kind itself, which shows that it is broken,
// and then through a Mux.
func TestMuxMends(t *testing.T) {
	t.Parallel()
	raw := mended()
	mux, err := source.NewMux(raw)
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	foreign := source.Locator{Scheme: "foreign", Location: "demo"}
	pin := pack.Pin{Scheme: sourcetest.SchemeMemory, Location: "demo"}
	foreignPin := pack.Pin{Scheme: "foreign", Location: "demo"}
	hostile := memory("\x1b[2J\r\n\xff\ufffd")
	for name, ask := range map[string]func(source.Source) (mended bool){
		"a foreign scheme is resolved": func(s source.Source) bool {
			_, err := s.Resolve(t.Context(), foreign)
			_, unknown := errors.AsType[*source.UnknownSchemeError](err)
			return unknown
		},
		"a foreign scheme is fetched": func(s source.Source) bool {
			sink := &countingSink{}
			_, unknown := errors.AsType[*source.UnknownSchemeError](s.Fetch(t.Context(), foreignPin, sink))
			return unknown && sink.puts == 0
		},
		"resolving goes on": func(s source.Source) bool {
			_, err := s.Resolve(cancelled, memory("demo"))
			return errors.Is(err, context.Canceled)
		},
		"fetching goes on": func(s source.Source) bool {
			sink := &countingSink{}
			return errors.Is(s.Fetch(cancelled, pin, sink), context.Canceled) && sink.puts == 0
		},
		"the location is repeated": func(s source.Source) bool {
			_, err := s.Resolve(t.Context(), hostile)
			return isPrintable(err) && errors.Is(err, pack.ErrNotFound) && pack.CodeOf(err) == pack.CodeNotFound
		},
		"the rev is repeated": func(s source.Source) bool {
			loc := memory("demo")
			loc.Rev = "v1\a"
			_, err := s.Resolve(t.Context(), loc)
			return isPrintable(err) && errors.Is(err, pack.ErrNotFound)
		},
		"the pin is repeated": func(s source.Source) bool {
			err := s.Fetch(t.Context(), pack.Pin{Scheme: sourcetest.SchemeMemory, Location: hostile.Location}, &countingSink{})
			return isPrintable(err) && errors.Is(err, pack.ErrNotFound)
		},
	} {
		if ask(raw) {
			t.Errorf("%s: the source is not broken", name)
		}
		if !ask(mux) {
			t.Errorf("%s: the Mux has not mended it", name)
		}
	}
}

func isPrintable(err error) bool {
	return err != nil && !strings.ContainsFunc(err.Error(), func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) })
}

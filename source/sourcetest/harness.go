package sourcetest

import (
	"io/fs"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// A Harness is a source under test, with requests and expected results.
type Harness struct {
	// Source is under test: a [source.Resolver], a [source.Fetcher] or both.
	// Required. It is called through a [source.Mux], as in a host.
	Source source.Plugin
	// With is composed with it: plug-ins that fetch the pins of a Resolver, or
	// resolve the pins of a Fetcher.
	With []source.Plugin
	// Locator names an existing pack, and Want is its content, below the
	// locator's Subdir; at least two files. Required.
	Locator source.Locator
	Want    fs.FS

	// Missing names something that does not exist.
	Missing source.Locator
	// Hostile names content that no [source.Tree] takes: with links, names that
	// lead elsewhere, names that collide. None of it may seem to succeed.
	Hostile []source.Locator
	// Dirs are directories that must stay as they are, such as the source's
	// own and its scratch directory. The current directory always must.
	Dirs []string
	// Secrets are the credentials that Source was configured with. They must
	// not turn up in pins and errors.
	Secrets []string

	mux *source.Mux // of Source and With
}

// resolve returns the pins of h.Locator.
func (h Harness) resolve(t testing.TB) []pack.Pin {
	t.Helper()
	pins, err := h.mux.Resolve(t.Context(), h.Locator)
	if err != nil {
		t.Fatalf("resolve %v: %v", h.Locator, err)
	}
	if len(pins) == 0 {
		t.Fatalf("resolve %v: neither a pin nor an error", h.Locator)
	}
	return pins
}

// Run runs the suite. newHarness is called once per case, and may register
// clean-up functions with t.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			c.run(t, prepare(t, h))
		})
	}
}

// A testCase is one requirement on sources.
type testCase struct {
	name string
	run  func(t testing.TB, h Harness)
}

func cases() []testCase {
	return []testCase{
		{"Schemes", testSchemes},
		{"Resolve", testResolve},
		{"Missing", testMissing},
		{"Content", testContent},
		{"Deterministic", testDeterministic},
		{"PinIsStorable", testPinIsStorable},
		{"Concurrent", testConcurrent},
		{"CancelledMidway", testCancelledMidway},
		{"SinkFails", testSinkFails},
		{"SlowSink", testSlowSink},
		{"HostileRequests", testHostileRequests},
		{"Hostile", testHostile},
		{"NothingOutside", testNothingOutside},
		{"Secrets", testSecrets},
	}
}

// prepare checks a harness and composes its sources.
func prepare(t testing.TB, h Harness) Harness {
	t.Helper()
	if h.Source == nil || h.Want == nil {
		t.Fatal("the harness has no Source or no Want")
	}
	files := 0
	err := fs.WalkDir(h.Want, ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files++
		}
		return err
	})
	if err != nil || files < 2 {
		t.Fatalf("the harness wants %d files (%v): at least two are needed", files, err)
	}
	if h.mux, err = source.NewMux(append([]source.Plugin{h.Source}, h.With...)...); err != nil {
		t.Fatal(err)
	}
	return h
}

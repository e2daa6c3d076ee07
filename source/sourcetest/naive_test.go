package sourcetest_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// A naive source does what the documentation of source.Resolver and source.Fetcher
// demands, and nothing of what a Mux does for it. A pack is a text file, with the
// files of the pack between lines that name them.
type naive struct{ dir string }

func (n naive) Schemes() []string { return []string{"text"} }

func (n naive) Resolve(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
	if _, err := n.read(loc.Location); err != nil {
		return nil, err
	}
	return []pack.Pin{{Scheme: "text", Location: loc.Location, Subdir: loc.Subdir}}, nil
}

func (n naive) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	text, err := n.read(pin.Location)
	if err != nil {
		return err
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(text, "-- "), "\n-- ") {
		name, content, _ := strings.Cut(part, "\n")
		e := source.Entry{Name: strings.TrimSuffix(name, " *"), Mode: 0o644, Size: int64(len(content))}
		if strings.HasSuffix(name, " *") {
			e.Mode = 0o755
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := dst.Put(ctx, e, io.Reader(strings.NewReader(content))); err != nil {
			return fmt.Errorf("put %s of %s: %w", name, pin.Location, err)
		}
	}
	return nil
}

func (n naive) read(location string) (string, error) {
	if location != filepath.Base(location) {
		return "", pack.Errorf(pack.CodeNotFound, "%s names no pack", location)
	}
	text, err := os.ReadFile(filepath.Join(n.dir, location+".txt"))
	if os.IsNotExist(err) {
		return "", pack.Errorf(pack.CodeNotFound, "there is no pack %s", location)
	}
	return string(text), err
}

func TestNaiveSource(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
		t.Helper()
		dir := t.TempDir()
		for name, text := range map[string]string{
			"demo":   "-- pack.yaml\nref: demo\nversion: 1.0.0\n-- actions/run.sh *\n#!/bin/sh",
			"escape": "-- pack.yaml\nref: demo\n-- ../x\nx",
		} {
			if err := os.WriteFile(filepath.Join(dir, name+".txt"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		at := func(location string) source.Locator { return source.Locator{Scheme: "text", Location: location} }
		return sourcetest.Harness{
			Source: naive{dir}, Locator: at("demo"), Missing: at("missing"), Hostile: []source.Locator{at("escape")}, Dirs: []string{dir},
			Want: fstest.MapFS{
				"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0")},
				"actions/run.sh": {Data: []byte("#!/bin/sh"), Mode: 0o755},
			},
		}
	})
}

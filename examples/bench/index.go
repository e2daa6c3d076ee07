package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
)

const indexEntries, resolvedPacks = 20_000, 100

// openIndex is S11: read an index of 20,000 entries and resolve 100 packs.
func openIndex() job {
	return job{
		id: "S11", name: "open an index of 111 MB, resolve 100 packs", rival: "encoding/json", goal: 0.15, floor: 0.1,
		prepare: func(_ context.Context, dir string) (sides, error) {
			path, err := writeIndex(dir)
			return sides{
				ours: timed(func(ctx context.Context, _ string) error {
					s, err := openSource(path)
					if err != nil {
						return err
					}
					return resolveAll(ctx, s)
				}),
				rival: timed(func(context.Context, string) error { return decodeIndex(path) }),
			}, err
		},
	}
}

// resolveAgain is S11 for an index that the process has read before.
func resolveAgain() job {
	return job{
		id: "S11b", name: "resolve 100 packs of the same index again", rival: "encoding/json", goal: 0.002, floor: 0.001,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			path, err := writeIndex(dir)
			if err != nil {
				return sides{}, err
			}
			s, err := openSource(path)
			if err != nil {
				return sides{}, err
			}
			return sides{
				ours:  timed(func(ctx context.Context, _ string) error { return resolveAll(ctx, s) }),
				rival: timed(func(context.Context, string) error { return decodeIndex(path) }),
			}, resolveAll(ctx, s)
		},
	}
}

func openSource(path string) (*registrysource.Source, error) {
	return registrysource.New(registrysource.Config{Indices: []registrysource.Index{{URL: path}}})
}

func resolveAll(ctx context.Context, s *registrysource.Source) error {
	for i := range resolvedPacks {
		loc, err := source.Parse(fmt.Sprintf("pack%d", i*indexEntries/resolvedPacks))
		if err != nil {
			return err
		}
		if _, err := s.Resolve(ctx, loc); err != nil {
			return err
		}
	}
	return nil
}

// decodeIndex reads what a resolver needs, and no more.
func decodeIndex(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var index struct {
		Packs []struct {
			Ref, Version   string
			InstallSources []struct{ Type, URL, Ref, Checksum string } `json:"install_sources"`
		}
	}
	return json.Unmarshal(data, &index)
}

// writeIndex writes an index whose entries describe 40 actions each.
func writeIndex(dir string) (path string, err error) {
	type m = map[string]any
	var actions []m
	for i := range 40 {
		actions = append(actions, m{"name": fmt.Sprintf("action_%d", i), "description": strings.Repeat("Does something. ", 5)})
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "index.json")
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	fmt.Fprint(w, `{"registry_name": "Bench", "version": "1.0", "last_updated": "2026-01-01T00:00:00Z", "packs": [`)
	for i := range indexEntries {
		entry, err := json.MarshalIndent(m{
			"ref": fmt.Sprintf("pack%d", i), "label": "Pack", "description": "A pack.", "version": "1.0.0", "author": "a", "license": "MIT",
			"install_sources": []m{{"type": "archive", "url": fmt.Sprintf("https://host.example/%d.tar.gz", i), "checksum": "sha256:" + strings.Repeat("0a", 32)}},
			"contents":        m{"actions": actions},
		}, "", " ")
		if err != nil {
			return "", err
		}
		comma := ","
		if i == indexEntries-1 {
			comma = "]}"
		}
		fmt.Fprintf(w, "%s%s", entry, comma)
	}
	return path, w.Flush()
}

package registrytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A World describes the environment of a [Subject].
type World struct {
	// Packs are the files of the packs that requests will name.
	Packs map[string]fstest.MapFS
	// Provided and PlatformVersion are as in [registry.Config].
	Provided        []pack.Provided
	PlatformVersion pack.Version
}

// FailingTests is the name, and the ref, of the one pack in a [World] whose tests fail:
// a script that ends with status 1.
const FailingTests = "failing"

// A Subject is the Registrar and Catalog under test, without registered packs.
type Subject struct {
	Registrar registry.Registrar
	// Catalog lists the packs that Registrar registers. [RunRegistrar] does not need
	// it.
	Catalog registry.Catalog
	// Path returns the absolute path of the pack with that name in the World; for
	// another name, a path that does not exist.
	Path func(name string) string
}

// A NewSubject returns a Subject for one check. It may use t for cleanup.
type NewSubject func(t testing.TB, w World) Subject

// RunRegistrar checks that the registrars of newSubject satisfy the contract of
// [registry.Registrar], each promise in its own subtest. They may be remote: fields of
// requests and reports that HTTP does not transport are not checked.
func RunRegistrar(t *testing.T, newSubject NewSubject) {
	t.Helper()
	runChecks(t, registrarChecks(), newSubject)
}

// RunCatalog checks that the catalogs of newSubject satisfy the contract of
// [registry.Catalog].
func RunCatalog(t *testing.T, newSubject NewSubject) {
	t.Helper()
	runChecks(t, catalogChecks(), newSubject)
}

func runChecks(t *testing.T, checks []check, newSubject NewSubject) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := c.run(t.Context(), newBench(t, newSubject)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A check is one promise; run returns an error if it is broken.
type check struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

// A bench is where a check has packs registered.
type bench struct {
	Subject
	packs map[string]fstest.MapFS
}

func newBench(t testing.TB, newSubject NewSubject) *bench {
	t.Helper()
	packs := samples()
	platform := version(t, "2.1.0")
	core := pack.Provided{Ref: "core", Version: version(t, "1.5.0")}
	return &bench{newSubject(t, World{Packs: packs, Provided: []pack.Provided{core}, PlatformVersion: platform}), packs}
}

// samples are the packs of all checks. The part of a name before "@" is the ref.
func samples() map[string]fstest.MapFS {
	return map[string]fstest.MapFS{
		"demo@1.0.0": sample("demo", "1.0.0", "", "run"), "demo@1.1.0": sample("demo", "1.1.0", "", "run", "stop"),
		"demo@1.0.0 again": sample("demo", "1.0.0", "author: other\n", "run"),
		"lib@1.0.0":        sample("lib", "1.0.0", "", "run"), "lib@2.0.0": sample("lib", "2.0.0", "", "run"),
		"lib@1.1.0-rc.1": sample("lib", "1.1.0-rc.1", "", "run"),
		"app@1.1.0":      sample("app", "1.1.0", "dependencies: [lib@^1]\n", "run"),
		"app@1.0.0":      sample("app", "1.0.0", "dependencies: [lib@^1, core@^1.5]\n", "run"),
		"other":          sample("other", "1.0.0", "", "a", "b"),
		"newcore":        sample("newcore", "1.0.0", "dependencies: [core@^2]\n"), "core": sample("core", "9.0.0", ""),
		"newer": sample("newer", "1.0.0", "dependencies: {attune_version: ^3}\n"), "older": sample("older", "1.0.0", "dependencies: {attune_version: ^2}\n"),
		"left@1.0.0": sample("left", "1.0.0", "dependencies: [right@^1]\n", "run"), "right@1.0.0": sample("right", "1.0.0", "dependencies: [left@^1]\n", "run"),
		"left@2.0.0": sample("left", "2.0.0", "dependencies: [right@^2]\n", "run"), "right@2.0.0": sample("right", "2.0.0", "dependencies: [left@^2]\n", "run"),
		"left@3.0.0": sample("left", "3.0.0", "dependencies: [right@^3, failing]\n", "run"), "right@3.0.0": sample("right", "3.0.0", "dependencies: [left@^3]\n", "run"),
		"selfish":    sample("selfish", "1.0.0", "dependencies: [selfish]\n"),
		"invalid":    invalid(),
		"unreadable": {"pack.yaml": file("ref: [\n")},
		FailingTests: failing(),
	}
}

func sample(ref, version, more string, actions ...string) fstest.MapFS {
	fsys := fstest.MapFS{"pack.yaml": file("ref: " + ref + "\nversion: " + version + "\nlabel: Test\ndescription: A test.\n" + more)}
	for _, name := range actions {
		fsys["actions/"+name+".yaml"] = file("ref: " + ref + "." + name + "\nlabel: A\ndescription: Acts.\nrunner_type: shell\nentry_point: run.sh\n")
		fsys["actions/run.sh"] = script("exit 0")
	}
	return fsys
}

// invalid lacks the entry point of its action.
func invalid() fstest.MapFS {
	fsys := sample("invalid", "1.0.0", "", "run")
	delete(fsys, "actions/run.sh")
	return fsys
}

func failing() fstest.MapFS {
	fsys := sample(FailingTests, "1.0.0", "testing: {enabled: true, runners: {unit: {type: script, entry_point: tests/run.sh}}}\n", "run")
	fsys["tests/run.sh"] = script("exit 1")
	return fsys
}

func file(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content), Mode: 0o644} }

func script(line string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("#!/bin/sh\n" + line + "\n"), Mode: 0o755}
}

func (b *bench) paths(names ...string) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths, b.Path(name))
	}
	return paths
}

// register asks for packs by name.
func (b *bench) register(ctx context.Context, req registry.Request, names ...string) (*registry.Report, error) {
	req.Paths = b.paths(names...)
	rep, err := b.Registrar.Register(ctx, req)
	if rep == nil && err == nil {
		return nil, errors.New("neither a report nor an error")
	}
	return rep, err
}

// registered is register where each pack has to succeed.
func (b *bench) registered(ctx context.Context, req registry.Request, names ...string) ([]registry.RegisteredPack, error) {
	rep, err := b.register(ctx, req, names...)
	if err != nil {
		return nil, err
	}
	if len(rep.Registered) != len(names) || len(rep.Failed) > 0 {
		return nil, fmt.Errorf("got %s, want %d registered packs", outcome(rep), len(names))
	}
	return rep.Registered, nil
}

// outcome lists what became of a request: "ref version", and "ref: stage code".
func outcome(rep *registry.Report) []string {
	var got []string
	if rep == nil {
		return got
	}
	for i := range rep.Registered {
		got = append(got, fmt.Sprintf("%s %s", rep.Registered[i].Ref, rep.Registered[i].Version))
	}
	for i := range rep.Failed {
		got = append(got, fmt.Sprintf("%s: %s %s", rep.Failed[i].Ref, rep.Failed[i].Stage, rep.Failed[i].Code))
	}
	return got
}

// wantOutcome has packs registered and wants what became of them.
func (b *bench) wantOutcome(ctx context.Context, req registry.Request, names []string, want ...string) error {
	rep, err := b.register(ctx, req, names...)
	if d := cmp.Diff(want, outcome(rep)); d != "" {
		return fmt.Errorf("%q with replace %q: %w (-want +got)\n%s", names, req.Replace, orNone(err), d)
	}
	failed := slices.IndexFunc(want, func(s string) bool { return slices.Contains([]byte(s), ':') }) >= 0
	if _, ok := errors.AsType[*pack.BatchError](err); ok != failed || (err != nil) != failed {
		return fmt.Errorf("%q: got error %w with outcome %q", names, orNone(err), want)
	}
	return nil
}

func equal[T any](what string, got, want T) error {
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("%s (-want +got)\n%s", what, d)
	}
	return nil
}

func wantCode(err error, code pack.Code) error {
	if got := pack.CodeOf(err); got != code {
		return fmt.Errorf("got error %w with code %q, want %q", orNone(err), got, code)
	}
	return nil
}

var errNone = errors.New("none")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

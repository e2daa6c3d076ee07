package registry_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// writeExample writes a pack with one action, and its test, into dir.
func writeExample(dir, version string) error {
	files := map[string]string{
		"pack.yaml": "ref: greeter\nversion: " + version + "\nlabel: Greeter\ndescription: Greets.\n" +
			"testing:\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n",
		"actions/greet.yaml": "ref: greeter.greet\nlabel: Greet\ndescription: Greets.\nrunner_type: shell\nentry_point: greet.sh\n",
		"actions/greet.sh":   "#!/bin/sh\necho Hello from " + version + "\n",
		"tests/run.sh":       "#!/bin/sh\nsh actions/greet.sh | grep -q Hello\n",
	}
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A host registers a pack, upgrades it, and goes back.
func Example() {
	dir, err := os.MkdirTemp("", "registry")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()

	store, err := registry.Open(ctx, registry.Config{Root: filepath.Join(dir, "root"), Records: registry.NewMemory()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()

	for _, version := range []string{"1.0.0", "1.1.0", "1.1.0"} {
		source := filepath.Join(dir, version)
		if err := writeExample(source, version); err != nil {
			fmt.Println(err)
			return
		}
		report, err := store.Register(ctx, registry.Request{Paths: []string{source}, Replace: registry.ReplaceUpgrade})
		if err != nil {
			fmt.Println(err)
			return
		}
		p := report.Registered[0]
		fmt.Printf("%s %s: %d action, tests %s, unchanged %v\n", p.Ref, p.Version, p.Components.Actions, p.Tests.Status, p.Unchanged)
	}
	back, err := store.RollBack(ctx, "greeter", nil)
	fmt.Println("back at", back.Active.Version, err)

	// Output:
	// greeter 1.0.0: 1 action, tests passed, unchanged false
	// greeter 1.1.0: 1 action, tests passed, unchanged false
	// greeter 1.1.0: 1 action, tests passed, unchanged true
	// back at 1.0.0 <nil>
}

// The codes of errors are stable, whatever their text is.
func ExampleStore_Remove() {
	dir, err := os.MkdirTemp("", "registry")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	store, err := registry.Open(context.Background(), registry.Config{Root: dir, Records: registry.NewMemory()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()

	err = store.Remove(context.Background(), "greeter", nil)
	fmt.Println(pack.CodeOf(err), "-", err)
	// Output: not_found - pack greeter is not installed
}

// Records in memory are for tests.
func ExampleNewMemory() {
	records := registry.NewMemory()
	applied, err := records.Apply(context.Background(), registry.Operation{ID: "1", Activate: []registry.Activation{
		{Ref: "greeter", Generation: registry.Generation{Name: "000001-4f0c"}},
		{Ref: "mailer", Generation: registry.Generation{Name: "000001-77aa"}},
	}})
	for _, record := range applied {
		fmt.Println(record.ID, record.Ref, record.Active.Name)
	}
	fmt.Println(err)
	// Output:
	// 1 greeter 000001-4f0c
	// 2 mailer 000001-77aa
	// <nil>
}

// Records in files outlive the process, and need no database.
func ExampleOpenFiles() {
	dir, err := os.MkdirTemp("", "registry")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	for range 2 { // as if the process were started again
		records, err := registry.OpenFiles(context.Background(), filepath.Join(dir, "records"))
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = records.Apply(context.Background(), registry.Operation{ID: "1", Activate: []registry.Activation{
			{Ref: "greeter", Generation: registry.Generation{Name: "000001-4f0c"}},
		}})
		if err != nil {
			fmt.Println(err)
			return
		}
		all, err := records.Packs(context.Background())
		fmt.Println(len(all), all[0].ID, all[0].Ref, err)
	}
	// Output:
	// 1 1 greeter <nil>
	// 1 1 greeter <nil>
}

package deps_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
)

func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	manifest := "ref: app\nversion: 1.0.0\nlabel: App\ndescription: An app\ndependencies: [web@^2, core]\n"
	if err := os.WriteFile(filepath.Join(dir, pack.ManifestFile), []byte(manifest), 0o644); err != nil {
		fmt.Println(err)
		return
	}

	// A program would pass its index and its registry here.
	universe, err := depstest.NewUniverse("web@2.0.0: log@^1", "web@2.1.0: log@^1", "log@1.4.0:", "log@2.0.0:")
	if err != nil {
		fmt.Println(err)
		return
	}
	analyzer, err := deps.New(deps.Config{
		World:    universe,
		Provided: []pack.Provided{{Ref: "core"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := analyzer.Analyze(context.Background(), deps.Request{Paths: []string{dir}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range report.Missing {
		fmt.Printf("%s needs %s %s\n", d.RequiredBy, d.Ref, d.VersionSpec)
	}
	for _, a := range report.Additions {
		fmt.Printf("install %s for %s\n", a.ID, a.RequiredBy)
	}
	// Output:
	// app needs web ^2
	// install log@1.4.0 for [web]
	// install web@2.1.0 for [app]
}

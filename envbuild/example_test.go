package envbuild_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/envbuildtest"
)

func Example() {
	root, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(root) }()
	app := filepath.Join(root, "app")
	files := map[string]string{
		pack.ManifestFile:  "ref: app\nversion: 1.0.0\nlabel: App\ndescription: An app\n",
		"requirements.txt": "requests>=2.31\npyyaml\n",
	}
	if err := os.Mkdir(app, 0o755); err != nil {
		fmt.Println(err)
		return
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(app, name), []byte(content), 0o644); err != nil {
			fmt.Println(err)
			return
		}
	}

	// A program would pass the entries of PATH as SearchPath, and no Runner.
	tools, err := envbuildtest.NewTools(filepath.Join(root, "tools"))
	if err != nil {
		fmt.Println(err)
		return
	}
	builder, err := envbuild.New(envbuild.Config{
		Dir:        filepath.Join(root, "envs"),
		SearchPath: tools.SearchPath(),
		Runner:     tools,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		report, err := builder.Build(context.Background(), envbuild.Request{Paths: []string{app}})
		if err != nil {
			fmt.Println(err)
			return
		}
		python := report.Built[0].Environments.Of(pack.RuntimePython)
		fmt.Printf("%s, %d packages, reused: %v\n", python.Version, python.PackageCount, python.Reused)
	}
	// Output:
	// Python 3.11.7, 2 packages, reused: false
	// Python 3.11.7, 2 packages, reused: true
}

func ExampleBuilder_Environments() {
	builder, err := envbuild.New(envbuild.Config{Dir: "/srv/packs/envs", SearchPath: []string{"/usr/bin"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	const tree = pack.Digest("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	environments, err := builder.Environments(context.Background(), tree)
	fmt.Println(len(environments), err)
	// Output:
	// 0 <nil>
}

package pack_test

import (
	"errors"
	"fmt"
	"testing/fstest"

	"github.com/packtrain/pack"
)

func ExampleLoad() {
	fsys := fstest.MapFS{ // usually os.DirFS or os.Root.FS
		"pack.yaml": {Data: []byte(`
ref: greeter
version: 1.2.0
label: Greeter
description: Says hello.
dependencies: [core@^1.0]
`)},
		"actions/hello.yaml": {Data: []byte(`
ref: greeter.hello
entry_point: hello.sh
timeout: soon
`)},
	}
	p, err := pack.Load(fsys, nil)
	if err != nil {
		fmt.Println("not a pack:", err)
		return
	}
	fmt.Println(p.Manifest.ID(), "needs", p.Manifest.Dependencies[0])
	for _, f := range append(p.Findings, pack.Validate(fsys, p, nil)...) {
		fmt.Println(f.Severity, f)
	}
	// Output:
	// greeter@1.2.0 needs core@^1.0
	// error actions/hello.yaml:4: timeout is a string; want a number (component.wrong_type)
	// error actions/hello.yaml:3: entry_point "actions/hello.sh": there is no such file (action.entry_point_missing)
}

func ExampleTreeDigest() {
	fsys := fstest.MapFS{"pack.yaml": {Data: []byte("ref: greeter\n")}}
	before, err := pack.TreeDigest(fsys)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(before)

	fsys["pack.yaml"].Mode = 0o755 // executable now
	after, err := pack.TreeDigest(fsys)
	fmt.Println(before == after, err)
	// Output:
	// sha256:c57b2a2292d12e7a4fbd0aa23260a44fc61d61ddbb3280aa72c8e72c843bf1a8
	// false <nil>
}

func ExampleVerifyDirectory() {
	fsys := fstest.MapFS{"nested/file.txt": {Data: []byte("fixture\n")}}
	published, err := pack.ParseDigest("sha256:e9837162383488cb9b187ea585ce8963634d7d04f75abeb0c43d5456de0d6b13")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pack.VerifyDirectory(fsys, published))

	fsys["nested/file.txt"].Data = []byte("changed\n")
	fmt.Println(errors.Is(pack.VerifyDirectory(fsys, published), pack.ErrIntegrity))
	// Output:
	// <nil>
	// true
}

func ExampleParseConstraint() {
	c, err := pack.ParseConstraint(">=1.2 <2.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"1.2.0", "1.10.0", "2.0.0", "1.5.0-rc.1"} {
		v, err := pack.ParseVersion(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(v, c.Allows(v))
	}
	// Output:
	// 1.2.0 true
	// 1.10.0 true
	// 2.0.0 false
	// 1.5.0-rc.1 false
}

func ExampleParseVersion() {
	_, err := pack.ParseVersion("1.10")
	fmt.Println(err)
	// Output:
	// version "1.10": want three numbers such as "1.2.3"; write 1.10.0
}

func ExampleCodeOf() {
	_, err := pack.Root(fstest.MapFS{"src/pack.yml": {}})
	fmt.Println(pack.CodeOf(err))
	fmt.Println(errors.Is(err, pack.ErrInvalid))
	fmt.Println(err)
	// Output:
	// invalid_manifest
	// true
	// no pack.yaml at the root or in pack/; found "src/pack.yml": rename it to pack.yaml
}

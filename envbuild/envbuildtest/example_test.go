package envbuildtest_test

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/envbuildtest"
)

func ExampleFake() {
	builder := &envbuildtest.Fake{Broken: map[pack.Ref]error{"app": pack.Errorf(pack.CodeBuildFailed, "no such package")}}
	// The code of the host is called here.
	_, err := builder.Build(context.Background(), envbuild.Request{Paths: []string{"/packs/app"}})
	fmt.Println(err)
	fmt.Println(len(builder.Requests()), pack.CodeOf(err))
	// Output:
	// /packs/app: environments: no such package
	// 1 build_failed
}

package envbuildtest_test

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/envbuildtest"
)

func ExampleFake() {
	builder := &envbuildtest.Fake{
		OnBuild: func(_ context.Context, req envbuild.Request) (*envbuild.Report, error) {
			err := pack.Errorf(pack.CodeBuildFailed, "no such package")
			report := envbuildtest.EmptyReport()
			report.Failed = append(report.Failed, envbuild.FailedPack{Path: req.Paths[0], Runtime: pack.RuntimePython, Message: err.Error(), Err: err})
			return report, pack.NewBatchError([]*pack.ItemError{{Spec: req.Paths[0], Stage: pack.StageEnvironments, Err: err}})
		},
	}
	// The code of the host is called here.
	_, err := builder.Build(context.Background(), envbuild.Request{Paths: []string{"/packs/app"}})
	fmt.Println(err)
	fmt.Println(len(builder.Requests()), pack.CodeOf(err))
	// Output:
	// /packs/app: environments: no such package
	// 1 build_failed
}

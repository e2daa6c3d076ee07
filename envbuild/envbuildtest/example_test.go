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
			report.Failed = append(report.Failed, pack.NewFailure(0, req.Paths[0], "app", pack.StageEnvironments, err))
			return report, pack.NewBatchError(report.Failed)
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

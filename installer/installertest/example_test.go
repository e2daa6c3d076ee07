package installertest_test

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/installertest"
	"github.com/packtrain/pack/installer/pipeline"
)

func ExampleFake() {
	fake := &installertest.Fake{Broken: map[pack.Ref]error{"slack": pack.ErrUnavailable}}
	report, err := fake.Install(context.Background(), pipeline.Request{Specs: []string{"slack", "jira@^1"}})
	for _, o := range report.Outcomes {
		fmt.Println(o.Spec, o.Status)
	}
	fmt.Println(err)
	// Output:
	// slack failed
	// jira@^1 installed
	// slack: download: unavailable
}

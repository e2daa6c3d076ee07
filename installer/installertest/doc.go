// Package installertest has a double and a conformance suite for package installer.
//
// A host that downloads or installs packs tests its code with a [Fake], which installs
// nothing, fails where the test says so and records the requests:
//
//	fake := &installertest.Fake{Broken: map[pack.Ref]error{"slack": pack.ErrUnavailable}}
//	report, err := fake.Install(ctx, pipeline.Request{Specs: []string{"slack", "jira"}})
//
// [Run] checks that your own [installer.Installer] satisfies the contract.
package installertest

// Package installertest helps to test what has to do with package installer.
//
// A host that downloads or installs packs tests its code with a [Fake], which
// installs nothing, fails where the test says so and remembers its requests:
//
//	fake := &installertest.Fake{Broken: map[pack.Ref]error{"slack": pack.ErrUnavailable}}
//	report, err := fake.Install(ctx, pipeline.Request{Specs: []string{"slack", "jira"}})
//
// Who writes an [installer.Installer] checks with [Run] that it keeps the
// contract.
package installertest

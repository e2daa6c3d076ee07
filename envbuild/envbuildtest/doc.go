// Package envbuildtest has doubles and a conformance suite for package envbuild.
//
// A host that calls an [envbuild.EnvBuilder] tests its code with a [Fake], which
// builds nothing and fails where the test says so. To run the real builder without
// Python, Node.js and a network, [Tools] imitate all of them:
//
//	tools, err := envbuildtest.NewTools(dir)
//	builder, err := envbuild.New(envbuild.Config{
//		Dir:        filepath.Join(root, "envs"),
//		SearchPath: tools.SearchPath(),
//		Runner:     tools,
//	})
//
// [Run] checks that your own builder satisfies the contract.
package envbuildtest

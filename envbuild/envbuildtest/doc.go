// Package envbuildtest helps to test what has to do with package envbuild.
//
// A host that calls an [envbuild.EnvBuilder] tests its code with a [Fake], which builds
// nothing and fails where the test says so. Where the real builder should work but no
// Python, Node.js or network is there, [Tools] stand in for all of them:
//
//	tools, err := envbuildtest.NewTools(dir)
//	builder, err := envbuild.New(envbuild.Config{
//		Dir:        filepath.Join(root, "envs"),
//		SearchPath: tools.SearchPath(),
//		Runner:     tools,
//	})
//
// Who writes a builder checks with [Run] that it keeps the contract.
package envbuildtest

// Package deps is stage 2 of an installation: it analyses which other packs and
// runtimes packs need.
//
// An [Analyzer] reads packs in directories and reports
//
//   - the packs they need, and whether each is installed, provided by the host, part of
//     the same request, or missing;
//   - the versions of Python and Node.js they need, according to their own files;
//   - the order in which they can be installed;
//   - the versions of missing packs to install with them, transitively;
//   - conflicts: contradictions, unavailable packs.
//
// It only reads: it neither downloads nor installs packs, and runs no code of a pack.
// The host supplies two small interfaces to other packs. A [Finder] lists the available
// versions, usually from an index; [Installed] lists the installed versions, usually
// from a registry. Both are optional.
//
//	analyzer, err := deps.New(deps.Config{
//		Finder:    index,    // for example a registrysource.Source
//		Installed: store,    // for example a registry.Store
//		Provided:  []pack.Provided{{Ref: "core"}},
//	})
//	if err != nil {
//		return err
//	}
//	report, err := analyzer.Analyze(ctx, deps.Request{Paths: paths})
//
// # Selection of versions
//
// A pack of the request has its own version, and a provided pack the provided version.
// Otherwise the installed version is kept if it satisfies all constraints, else the
// highest version that does is chosen, releases before pre-releases. If the index
// states the dependencies of that version, the search continues with them; otherwise it
// ends there, and the pack is analysed after its download.
//
// # The platform
//
// A pack may limit the versions of the platform that it suits (`attune_version` in
// its pack.yaml). Config.PlatformVersion states the version of this one: packs of the
// request that it does not suit fail with a [pack.PlatformError], and versions of
// other packs that it does not suit, as their index says, are not chosen. Where no
// version is stated, nothing is checked, and a warning says so.
//
// # Conflicts
//
// A [Conflict] is not an error of Analyze: the report is complete, and the caller
// decides. It shows which packs require which constraints, with the path from the
// request:
//
//	pack log is available as 2.0.0, 1.0.0, which does not satisfy all constraints:
//	app@1.0.0 -> web@2.1.0 -> log@^1, app@1.0.0 -> log@^2; ...
//
// Hosts test their own code with package depstest.
package deps

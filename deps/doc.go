// Package deps is stage 2 of an installation: it finds out which other packs and
// runtimes packs need.
//
// An [Analyzer] reads packs that lie in directories and reports
//
//   - which packs they need, and of these which are installed, provided by the
//     host, part of the same request, or missing;
//   - which versions of Python and Node.js they need, according to their own files;
//   - in which order they can be installed;
//   - which versions of missing packs to install with them, transitively;
//   - and conflicts: cycles, contradictions, packs that are not available.
//
// It only reads. It downloads nothing, installs nothing and runs nothing that
// comes with a pack. It learns about other packs through two small interfaces
// that the host provides. A [Finder] knows the versions that could be installed,
// usually from an index; [Installed] knows the versions that are installed,
// usually from a registry. Either may be absent.
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
// # Which version is chosen
//
// A pack of the request has its own version, and a provided pack the version that
// is provided. Otherwise the installed version is kept if it satisfies all
// constraints, else the highest version that does is chosen, releases before
// pre-releases. If the index states the dependencies of that version, the search
// continues with them; else it ends there, and the pack is analysed after it was
// downloaded.
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

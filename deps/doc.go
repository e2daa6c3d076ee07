// Package deps is stage 2 of an installation: it tells what packs need, other
// packs and runtimes.
//
// An [Analyzer] reads packs that lie in directories and reports
//
//   - which packs they need, and of these which are installed, provided by the
//     host, part of the same request, or missing;
//   - which Python and Node.js they need, as their own files say;
//   - in which order they can be installed;
//   - which versions of missing packs to install beside them, transitively;
//   - and what cannot be: circles, contradictions, packs that nobody has.
//
// It only reads. It downloads nothing, installs nothing and runs nothing that
// comes with a pack; what it knows of other packs it learns from two small
// interfaces that the host wires in. A [Finder] knows the versions that could be
// installed, usually from an index; [Installed] knows those that are, usually
// from a registry. Either may be absent.
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
// A pack of the request takes part in the version it has; a provided one in the
// version that is provided. Otherwise the installed version is kept while it
// satisfies everyone, else the highest version does that satisfies everyone,
// releases before pre-releases. When the index says what that version needs in
// turn, the search goes on; else it ends there, and the pack is analysed once it
// was downloaded.
//
// # What cannot be
//
// A [Conflict] is not an error of Analyze: the report is complete, and its
// reader decides. It says which packs demand what of which, along the way from
// the request:
//
//	pack log can be had as 2.0.0, 1.0.0, which does not satisfy everyone:
//	app@1.0.0 -> web@2.1.0 -> log@^1, app@1.0.0 -> log@^2; ...
//
// Hosts test their own code with package depstest.
package deps

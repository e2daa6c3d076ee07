// Package deps is stage 2 of an installation: it finds out which other packs and
// runtimes packs need, and chooses their versions.
//
// [Resolve] chooses versions for what is wanted, before anything is downloaded:
//
//	resolution, err := deps.Resolve(ctx, world, []pack.Want{{Ref: "slack", Constraint: c}}, nil)
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
// It neither downloads nor installs packs, and runs no code of a pack. The host supplies a
// [World], which knows the installed packs and the available ones: usually an
// installer.World over an index and a registry.
//
//	analyzer, err := deps.New(deps.Config{
//		World:    world,
//		Provided: []pack.Provided{{Ref: "core"}},
//	})
//	if err != nil {
//		return err
//	}
//	report, err := analyzer.Analyze(ctx, deps.Request{Paths: paths})
//
// # Selection of versions
//
// A choice is found whenever there is one. Each pack has one version; what a chosen
// version needs is there, in a version that it accepts; packs may need each other. Of
// several choices the first of these decides:
//
//  1. what [Policy.Locked] says is kept;
//  2. packs that a want names have their highest version, releases before pre-releases;
//  3. as few other installed packs as possible are replaced;
//  4. the other packs have their highest version, releases before pre-releases.
//
// Installed packs stay, and so does what they need and have: a choice that would break
// one is not made unless [Policy.AllowBreak] names it. One that lacks something already
// keeps no other pack from being installed. An installed version is not replaced by one
// that is not higher, unless [Policy.AllowDowngrade] says so. Installed and provided packs
// and the platform are compared as present: a pre-release satisfies what its number does.
//
// The World is asked only for packs that a choice may need, and about the pack.yaml of
// versions that are about to be chosen and of which no index says what they need. An
// Analyzer does not ask that: it takes such versions to need nothing, until they are
// analysed themselves.
//
// # Dependencies that are URLs
//
// A pack may state the URL of another pack in place of its ref. The World decides whether
// that is followed. What is there is needed by its ref from then on: an installed pack, or
// one of an index, is preferred to the content at the URL. A version whose URL is refused
// is not chosen, and a [URLError] says why.
//
// # The platform
//
// A pack may limit the versions of the platform that it suits (`attune_version` in
// its pack.yaml). [Policy.PlatformVersion] states the version of this one: versions that
// it does not suit are not chosen, and packs that an Analyzer is given fail with a
// [pack.PlatformError]. Where no version is stated, nothing is checked, and a warning says
// so.
//
// # Conflicts
//
// Wants that cannot be met fail with an [Unsolvable] error: a proof, which names no demand
// that plays no part, and the explanation made of it:
//
//	no version of log satisfies all that need it
//	app 1.0.0 (requested) needs web@^1
//	other 1.0.0 (requested) needs log@^1
//	web 1.1.0, 1.0.0 need log@^2
//	log exists as 2.0.0, 1.0.0
//	to solve it, leave out app, or leave out other
//
// Every want is on its own: while they cannot be met together, the one named last of those
// in the proof is dropped. A [Conflict] is not an error of Analyze: the report is complete,
// and the caller decides.
//
// Hosts test their own code with package depstest.
package deps

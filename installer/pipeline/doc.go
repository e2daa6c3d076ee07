// Package pipeline composes the four stages of an installation into one call.
//
// A [Pipeline] downloads packs and their dependencies, builds their environments,
// tests, registers and activates them. It uses the stages only through their
// interfaces, so a host can replace or decorate a stage, or call some of them
// directly:
//
//	whole, err := pipeline.New(pipeline.Config{
//		Installer: downloader, // installer.NewDownloader
//		Analyzer:  analyzer,   // deps.New
//		Builder:   builder,    // envbuild.New
//		Registrar: store,      // registry.Open
//		World:     world,      // installer.NewWorld
//		Staging:   store,
//	})
//	if err != nil {
//		return err
//	}
//	report, err := whole.Install(ctx, pipeline.Request{Specs: []string{"slack@^2"}})
//
// There is one [Outcome] for each spec, in input order, then one for each added pack. A
// failed pack leaves no files behind, fails only the packs that need it, and is in the
// [*pack.BatchError] that comes with the report. An index may omit the dependencies of
// a pack: then analysis and download alternate until no pack is missing, and a version
// that violates a constraint found later is replaced by one that satisfies all of them.
//
// [Pipeline.Plan] says what Install would change, and changes nothing; [Pipeline.Apply]
// does exactly that later, perhaps in another process, or refuses.
//
// Hosts test their own code with package installertest.
package pipeline

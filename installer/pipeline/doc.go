// Package pipeline composes the four stages of an installation into one call.
//
// A [Pipeline] downloads packs and what they need, builds their environments,
// tests, registers and activates them. It knows the stages by their interfaces
// only, so a host can put its own in, decorate one, or use fewer of them by hand:
//
//	whole, err := pipeline.New(pipeline.Config{
//		Installer: downloader, // installer.NewDownloader
//		Analyzer:  analyzer,   // deps.New
//		Builder:   builder,    // envbuild.New
//		Registrar: store,      // registry.Open
//		Installed: store,
//		Staging:   store,
//	})
//	if err != nil {
//		return err
//	}
//	report, err := whole.Install(ctx, pipeline.Request{Specs: []string{"slack@^2"}})
//
// There is one [Outcome] for each spec, in input order, then one for each pack
// that was added. A pack that fails leaves nothing behind, takes along only those
// that need it, and is in the [*pack.BatchError] that comes with the report. An
// index may not say what a pack needs: then analysis and download take turns
// until nothing is missing, and a version that turns out not to suit everyone is
// replaced by one that does.
//
// Hosts test their own code with package installertest.
package pipeline

// Package installer is stage 1 of an installation, downloading, and composes all
// four stages into one call.
//
// # Downloading
//
// A [Downloader] takes what a user typed, lets a [source.Source] resolve and
// deliver it, and puts each pack at <destination>/<ref>: concurrently, each pack
// on its own, with one outcome per spec.
//
//	mux, err := source.NewMux(registry, git, archives, directories)
//	if err != nil {
//		return err
//	}
//	downloader, err := installer.NewDownloader(installer.DownloadConfig{Source: mux})
//	if err != nil {
//		return err
//	}
//	report, err := downloader.Download(ctx, installer.DownloadRequest{
//		Specs: []string{"slack@^2", "github:org/repo@v1.0.0", "./mine"},
//		Dest:  "/srv/packs",
//	})
//
// It trusts no source. Content goes into a fresh [source.Tree], which refuses
// whatever could do harm, and gets its place in one step, once its checksum, its
// ref and its version are those that were promised. Nothing that comes with a
// pack is run. Others who may write in the destination, and exchange directories
// there meanwhile, change nothing about where content is written and what gets its
// place; what lies there afterwards is in their hands.
//
// When a spec resolves to several alternatives, as an index entry with an
// archive and a git repository does, they are tried in order: when one is not to
// be had, or does not have the digest that the index states, the next one takes
// its place. The report says which one it was.
//
// # The whole way
//
// A [Pipeline] downloads packs and what they need, builds their environments,
// tests, registers and activates them. It knows the stages by their interfaces
// only, so a host can put its own in, decorate one, or use fewer of them by hand:
//
//	pipeline, err := installer.NewPipeline(installer.PipelineConfig{
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
//	report, err := pipeline.Install(ctx, installer.Request{Specs: []string{"slack@^2"}})
//
// There is one [Outcome] for each spec, in input order, then one for each pack
// that was added. A pack that fails leaves nothing behind, takes along only those
// that need it, and is in the [*pack.BatchError] that comes with the report. An
// index may not say what a pack needs: then analysis and download take turns
// until nothing is missing, and a version that turns out not to suit everyone is
// replaced by one that does.
//
// Hosts test their own code with package installertest.
package installer

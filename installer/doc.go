// Package installer is stage 1 of an installation: it downloads packs. Package
// pipeline, below it, composes all four stages into one call.
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
// Hosts test their own code with package installertest.
package installer

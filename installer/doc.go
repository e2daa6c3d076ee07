// Package installer is stage 1 of an installation, downloading.
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
// pack is run.
//
// When a spec resolves to several alternatives, as an index entry with an
// archive and a git repository does, they are tried in order: when one is not to
// be had, or does not have the digest that the index states, the next one takes
// its place. The report says which one it was.
package installer

// Package installer is stage 1 of an installation: it downloads packs. Package
// pipeline, below it, composes all four stages into one call.
//
// A [Downloader] takes specs as users type them, has a [source.Source] resolve and
// deliver them, and puts each pack at <destination>/<ref>: concurrently, each pack
// independently, with one outcome per spec.
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
// harmful content, and is moved to its place in one step, after its checksum, ref
// and version were verified. Nothing that comes with a pack is run. Other users who
// can write to the destination, and exchange directories there during a download,
// cannot change where content is written or which content is moved to its place;
// afterwards they control what is there.
//
// When a spec resolves to several alternatives, as an index entry with an archive
// and a git repository does, they are tried in order: if one is unavailable, or
// does not have the digest that the index states, the next one is tried. The
// report says which one was used.
//
// Hosts test their own code with package installertest.
package installer

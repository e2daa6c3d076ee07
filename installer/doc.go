// Package installer is stage 1 of an installation: it downloads packs. Package
// installer/pipeline composes all four stages into one call.
//
// A [Downloader] takes specs as users enter them, resolves and fetches them with a
// [source.Source], and puts each pack at <destination>/<ref>: concurrently,
// independently of each other, with one outcome per spec.
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
// It trusts no source. Content is received in a fresh [source.Tree], which refuses
// harmful content, and is moved to its place in one step after its checksum, ref and
// version have been verified. No code of a pack is run. Other users with write access
// to the destination, who replace directories there during a download, can neither
// redirect writes nor replace the moved content; afterwards they can change it.
//
// When a spec resolves to several alternatives, as an index entry with an archive
// and a git repository does, they are tried in order: if one is unavailable, the next
// one is tried. One that does not have the digest that the index states ends the
// download of the pack, unless DownloadConfig.PassMismatch allows the next one. The
// report says which one was used, and why others were passed over.
//
// Hosts test their own code with package installertest.
package installer

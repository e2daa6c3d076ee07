package host

import (
	"crypto/tls"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// newInstaller returns a downloader from all sources over one client, and the indices.
// kept may be nil.
func newInstaller(c Config, client *web.Client, kept *cache.Cache) (installer.Installer, *registrysource.Source, error) {
	sources, indices, err := newSources(c, client, kept)
	if err != nil {
		return nil, nil, err
	}
	used, err := newDownloader(c, sources)
	return used, indices, err
}

func newDownloader(c Config, sources source.Source) (installer.Installer, error) {
	d, err := installer.NewDownloader(installer.DownloadConfig{
		Source: sources, Provided: c.Provided, Load: c.Load, Limits: c.Limits, Parallel: c.Parallel,
		PassMismatch: c.PassMismatch,
	})
	if err != nil {
		return nil, err
	}
	return replace[installer.Installer]("Installer", c.Installer, d)
}

func newSources(c Config, client *web.Client, kept *cache.Cache) (source.Source, *registrysource.Source, error) {
	local, err := localsource.New(localOptions(c))
	if err != nil {
		return nil, nil, err
	}
	repositories, err := gitsource.New(client, &gitsource.Options{Scratch: c.scratch(), Roots: gitRoots(c), Limits: gitLimits(c.Limits)})
	if err != nil {
		return nil, nil, err
	}
	indices, err := newIndices(c, client, shelf(kept))
	if err != nil {
		return nil, nil, err
	}
	archives := archivesource.New(client, &archivesource.Options{Scratch: c.scratch(), XZ: c.XZ, Limits: archiveLimits(c.Limits)})
	mux, err := source.NewMux(append([]source.Plugin{local, archives, repositories, indices}, c.Sources...)...)
	if err != nil {
		return nil, nil, err
	}
	all := source.Source(mux)
	if c.bundle != nil {
		all = c.bundle.Source(all)
	}
	if kept != nil {
		all = kept.Source(all)
	}
	return all, indices, nil
}

// shelf returns the cache as the shelf of plug-ins, nil for none.
func shelf(kept *cache.Cache) source.Shelf {
	if kept == nil {
		return nil
	}
	return kept
}

// Indices returns the registry indices of a configuration, to search or describe them
// without a root. Errors are those of [registrysource.New].
func Indices(c Config) (*registrysource.Source, error) {
	c.Network.Offline = c.Network.Offline || c.Bundle != ""
	client, err := web.New(c.Network, c.Web)
	if err != nil {
		return nil, err
	}
	return newIndices(c, client, nil)
}

func newIndices(c Config, client *web.Client, kept source.Shelf) (*registrysource.Source, error) {
	return registrysource.New(registrysource.Config{
		Indices: c.Indices, Strict: c.StrictIndices, Client: client, Limits: c.IndexLimits, Shelf: kept,
		AllowIndex: func(string) bool { return true }, // the client's policy decides
	})
}

// archiveLimits and gitLimits admit what l admits beyond the defaults. Lower limits are
// those of the tree that receives the content.
func archiveLimits(l source.Limits) archivesource.Limits {
	return archivesource.Limits{
		Bytes: raised(l.Bytes, write.DefaultBytes), Entries: raised(l.Entries, write.DefaultEntries), Directories: raised(l.Directories, write.DefaultDirectories),
	}
}

func gitLimits(l source.Limits) gitsource.Limits {
	return gitsource.Limits{
		Bytes: raised(l.Bytes, write.DefaultBytes), ObjectBytes: raised(l.FileBytes, write.DefaultFileBytes), Entries: raised(l.Entries, write.DefaultEntries),
		Depth: raised(l.Depth, write.DefaultDepth), PathLen: raised(l.PathLen, write.DefaultPathLen),
	}
}

// raised returns a limit above the default one, or without limit; 0 otherwise.
func raised(limit, byDefault int64) int64 {
	if limit < 0 || limit > byDefault {
		return limit
	}
	return 0
}

// newFollower is newInstaller with a client that contacts only the hosts of FollowURLs. It
// returns nil if there are none.
func newFollower(c Config, kept *cache.Cache) (installer.Installer, error) {
	for _, host := range c.FollowURLs {
		if host == "" || strings.ContainsAny(host, "/:@*") {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "follow URLs of %q: want the name of a host, without scheme and port", host)
		}
		if allowed := c.Network.Policy.Hosts; len(allowed) > 0 && !slices.ContainsFunc(allowed, func(h string) bool { return strings.EqualFold(h, host) }) {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "follow URLs of %q: it is not one of the hosts that may be contacted", host)
		}
	}
	if len(c.FollowURLs) == 0 {
		return nil, nil //nolint:nilnil // none are followed
	}
	c.Network.Policy.Hosts = c.FollowURLs
	client, err := web.New(c.Network, c.Web)
	if err != nil {
		return nil, err
	}
	used, _, err := newInstaller(c, client, kept)
	return used, err
}

// newUnverified is newInstaller with a separate client: connections to servers
// without a valid certificate are not shared, and carry no secrets. It returns nil if
// they are not allowed.
func newUnverified(c Config) (installer.Installer, error) {
	if !c.AllowUnverified {
		return nil, nil //nolint:nilnil // not allowed
	}
	options := web.Options{}
	if c.Web != nil {
		options = *c.Web
	}
	if options.HTTP != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "unverified downloads need a separate client, but the host supplies its own")
	}
	options.TLS = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} //nolint:gosec // the purpose of this client
	c.Network.Credentials = nil
	client, err := web.New(c.Network, &options)
	if err != nil {
		return nil, err
	}
	used, _, err := newInstaller(c, client, nil) // what comes from there is not kept
	return used, err
}

func localOptions(c Config) localsource.Options {
	opts := localsource.Options{
		Base: c.Base, AllowAll: c.Confine == nil, Apart: []string{c.Root},
		Archives: archivesource.NewUnpacker(&archivesource.UnpackerOptions{XZ: c.XZ, Limits: archiveLimits(c.Limits)}),
	}
	if c.Confine != nil {
		opts.Roots = append(c.Confine.Paths(), c.Root) // a source needs a directory; packs in this one are refused
	}
	return opts
}

// gitRoots returns the directories that may contain local repositories.
func gitRoots(c Config) []string {
	if c.Confine == nil {
		return []string{string(filepath.Separator)}
	}
	return c.Confine.Paths()
}

package localsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/roots"
	"github.com/packtrain/pack/internal/os/workdir"
	"github.com/packtrain/pack/source"
)

// Options configure a [Source]. Either Roots or AllowAll is required.
type Options struct {
	// Roots are absolute paths of directories. Packs may lie anywhere below
	// them, and a root may be a pack itself.
	Roots []string
	// AllowAll lets packs lie anywhere, and Roots must be empty. It is for
	// programs whose user is the owner of the machine.
	AllowAll bool
	// Base is the absolute path of the directory to which relative locations
	// refer; "" refuses them.
	Base string
	// Archives reads packs that are archive files, usually an
	// archivesource.Unpacker. nil refuses them.
	Archives source.Unpacker
	// ArchiveBytes is the size of the largest archive file; zero means 512 MiB,
	// a negative value no limit.
	ArchiveBytes int64
	// Apart are absolute paths of directories that the host keeps for itself,
	// such as that of the installed packs. A path inside or around one is denied.
	Apart []string
	// OnlyOwned denies content that others could have written: files and
	// directories of another user except root, world-writable ones, and files
	// with other names (hard links). The directories above a pack are not
	// checked.
	OnlyOwned bool
	// AllowLinked takes files with other names (hard links) that belong to another user
	// than the pack's directory, and tells them by [pack.Note]. They may be files that
	// the user who made the pack cannot read; by default they are denied.
	AllowLinked bool
}

// A Source delivers directories and archive files. It is safe for concurrent use.
type Source struct {
	opts    Options
	allowed roots.Allowed
}

var _ source.Source = (*Source)(nil)

// New returns a Source. It checks the options, and touches no file.
func New(opts Options) (*Source, error) {
	opts.Roots, opts.Apart = slices.Clone(opts.Roots), slices.Clone(opts.Apart)
	allowed := roots.Allowed{Dirs: opts.Roots, All: opts.AllowAll}
	switch err := allowed.Check(); {
	case len(opts.Roots) == 0 && !opts.AllowAll:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: name the allowed directories as roots, or allow all")
	case len(opts.Roots) > 0 && opts.AllowAll:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: roots have no effect when all directories are allowed; give one of them")
	case err != nil:
		return nil, fmt.Errorf("configure local source: %w", err)
	case opts.Base != "" && !filepath.IsAbs(opts.Base):
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: Base %q: want an absolute path", opts.Base)
	case slices.ContainsFunc(opts.Apart, func(path string) bool { return !filepath.IsAbs(path) }):
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: Apart %q: want absolute paths", opts.Apart)
	}
	return &Source{opts: opts, allowed: allowed}, nil
}

// Schemes returns [source.SchemeLocal].
func (s *Source) Schemes() []string { return []string{source.SchemeLocal} }

// Resolve returns one pin, with the absolute path of the directory, or of the
// archive file, and then its digest. Errors have the code [pack.CodeNotFound]
// when nothing is there, [pack.CodePolicyDenied] for a path that must not be read,
// [pack.CodeForbiddenEntry] for pipes and devices, and [pack.CodeInvalidRequest]
// for a file without Archives, a rev, or a relative location without a Base.
func (s *Source) Resolve(ctx context.Context, loc source.Locator) (pins []pack.Pin, err error) {
	defer func() {
		if missing := absent(loc, err); missing != nil {
			err = missing
			return
		}
		wrap(&err, "resolve", loc.Location)
	}()
	if loc.Rev != "" {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "directories and archives have no revs")
	}
	path, err := s.absolute(loc.Location)
	if err != nil {
		return nil, err
	}
	pin := pack.Pin{Scheme: loc.Scheme, Location: path, Subdir: loc.Subdir}
	dir, err := s.open(ctx, pin)
	if s.isArchive(err) {
		return s.resolveArchive(ctx, pin)
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.rulesFor(content(pin)); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return []pack.Pin{pin}, dir.Close()
}

// Fetch pushes the files of the directory, or of its subdirectory pin.Subdir, without
// what is not part of the pack, which it tells by [pack.Note]; or those of the archive
// file, whose digest must be that of the pin. Beside the
// errors of [Source.Resolve] and of dst there are those of the package
// documentation.
func (s *Source) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) (err error) {
	defer wrap(&err, "read", pin.Location)
	if pin.ArchiveDigest != "" {
		return s.fetchArchive(ctx, pin, dst)
	}
	dir, err := s.open(ctx, pin)
	if err != nil {
		return err
	}
	rules, err := s.rulesFor(content(pin))
	if err != nil {
		return errors.Join(err, dir.Close())
	}
	w := walker{rules: rules, tracked: workdir.Tracked(s.allowed.OpenDir, content(pin)), dst: dst, prefix: pin.Subdir}
	return w.all(ctx, dir)
}

// content is the directory that a pin delivers.
func content(pin pack.Pin) string { return filepath.Join(pin.Location, filepath.FromSlash(pin.Subdir)) }

func wrap(err *error, verb, location string) {
	if *err != nil {
		*err = fmt.Errorf("%s %.1000q: %w", verb, location, *err)
	}
}

// absent returns the error that what loc names does not exist, nil if err has another
// cause.
func absent(loc source.Locator, err error) error {
	switch {
	case !errors.Is(err, fs.ErrNotExist):
		return nil
	case loc.Subdir != "":
		return pack.Errorf(pack.CodeNotFound, "%.1000q has no directory %.200q", loc.Location, loc.Subdir)
	}
	return pack.Errorf(pack.CodeNotFound, "%.1000q does not exist", loc.Location)
}

// absolute returns the absolute path of a location.
func (s *Source) absolute(location string) (string, error) {
	switch {
	case location == "":
		return "", pack.Errorf(pack.CodeInvalidRequest, "the path is empty")
	case filepath.IsAbs(location):
		return filepath.Clean(location), nil
	case s.opts.Base == "":
		return "", pack.Errorf(pack.CodeInvalidRequest, "the path is relative; give an absolute one")
	}
	return filepath.Join(s.opts.Base, location), nil
}

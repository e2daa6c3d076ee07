package localsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// Options say where packs may lie. Either Roots or AllowAll is required.
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
}

// A Source delivers directories. It is safe for concurrent use.
type Source struct {
	opts Options
}

var _ source.Source = (*Source)(nil)

// New returns a Source. It checks the options, and touches no file.
func New(opts Options) (*Source, error) {
	relative := func(path string) bool { return !filepath.IsAbs(path) }
	switch {
	case len(opts.Roots) == 0 && !opts.AllowAll:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: name the allowed directories in Roots, or set AllowAll")
	case len(opts.Roots) > 0 && opts.AllowAll:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: Roots have no effect beside AllowAll; give one of them")
	case slices.ContainsFunc(opts.Roots, relative):
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: Roots %q: want absolute paths", opts.Roots)
	case opts.Base != "" && relative(opts.Base):
		return nil, pack.Errorf(pack.CodeInvalidRequest, "configure local source: Base %q: want an absolute path", opts.Base)
	}
	opts.Roots = slices.Clone(opts.Roots)
	return &Source{opts: opts}, nil
}

// Schemes returns [source.SchemeLocal].
func (s *Source) Schemes() []string { return []string{source.SchemeLocal} }

// Resolve returns one pin, with the absolute path of the directory. Errors have
// the code [pack.CodeNotFound] when nothing is there, [pack.CodePolicyDenied]
// for what must not be read, [pack.CodeForbiddenEntry] for pipes and devices,
// and [pack.CodeInvalidRequest] for a file, a rev, or a relative location
// without a Base.
func (s *Source) Resolve(ctx context.Context, loc source.Locator) (pins []pack.Pin, err error) {
	defer wrap(&err, "resolve", loc.Location)
	if loc.Rev != "" {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "a directory has no rev")
	}
	path, err := s.absolute(loc.Location)
	if err != nil {
		return nil, err
	}
	pin := pack.Pin{Scheme: loc.Scheme, Location: path, Subdir: loc.Subdir}
	dir, err := s.open(ctx, pin)
	if err != nil {
		return nil, err
	}
	return []pack.Pin{pin}, dir.Close()
}

// Fetch pushes the files of the directory, or of its subdirectory pin.Subdir.
// Beside the errors of [Source.Resolve] and of dst there are those of the package
// documentation.
func (s *Source) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) (err error) {
	defer wrap(&err, "read", pin.Location)
	dir, err := s.open(ctx, pin)
	if err != nil {
		return err
	}
	w := walker{dst: dst}
	return w.dir(ctx, dir, pin.Subdir)
}

func wrap(err *error, verb, location string) {
	if *err != nil {
		*err = fmt.Errorf("%s directory %q: %w", verb, location, *err)
	}
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

// failed gives an error of the file system its code.
func failed(err error) error {
	switch {
	case err == nil, errors.Is(err, pack.ErrIntegrity):
		return err
	case errors.Is(err, fs.ErrNotExist):
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = fmt.Errorf("%s: %w", e.Path, e.Err) // the name of the system call tells nobody anything
		}
		return pack.Errorf(pack.CodeNotFound, "%w", err)
	}
	return pack.Errorf(pack.CodeIO, "%w", err)
}

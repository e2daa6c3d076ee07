package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/internal/text/npm"
	"github.com/packtrain/pack/source"
)

// A BundleRequest says what [Host.Bundle] puts together.
type BundleRequest struct {
	// Lock says what is in the bundle, and Dir is the absolute path of the directory in which
	// its relative paths are.
	Lock *lock.Lock
	Dir  string
	// Path is that of the bundle: a file, which is replaced, or with Directory a directory,
	// which gets what it lacks.
	Path      string
	Directory bool
	// Wheels are directories with Python distributions that are put in, too, and are taken
	// in place of those of an index.
	Wheels []string
	// Platforms limits the environments to some of the platforms that the lock states, such
	// as "linux/amd64/cp311"; nil for all.
	Platforms []string
	// OnEvent observes the downloads of packs; nil is fine.
	OnEvent pack.EventFunc
}

// Bundle writes a bundle with all that a lock needs: its packs, taken from the cache where
// they are kept; the Python and Node.js packages of the environments that it states, and of the
// package-lock.json files of its packs; and the indices at URLs that its packs come from, with what they
// were verified by. The same lock and indices give the same bytes.
//
// The index of Python packages and the registry of Node.js packages are those of the
// configuration: the defaults of tools are not known here.
//
// Packs that cannot be downloaded are in a [*pack.BatchError]. A distribution that no index
// has, or that the lock states by an address of its own, is an error with
// [pack.CodeNotFound].
func (h *Host) Bundle(ctx context.Context, req BundleRequest) (*bundle.Manifest, error) {
	c := &bundling{Host: h, req: &req, lock: req.Lock.Absolute(req.Dir)}
	if err := c.all(ctx); err != nil {
		return nil, fmt.Errorf("make bundle: %w", err)
	}
	if req.Directory {
		return bundle.UpdateDir(ctx, req.Path, c.items)
	}
	return bundle.CreateFile(ctx, req.Path, c.items)
}

// A bundling is one call of Bundle.
type bundling struct {
	*Host
	req   *BundleRequest
	lock  *lock.Lock
	items []bundle.Item
}

func (b *bundling) all(ctx context.Context) error {
	b.add(bundle.DataItem(bundle.Entry{Kind: bundle.KindLock, Name: "packs.lock"}, b.req.Lock.Bytes()))
	for _, dir := range b.req.Wheels {
		items, err := bundle.PythonFiles(dir)
		if err != nil {
			return err
		}
		b.add(items...)
	}
	for _, part := range []func(context.Context) error{b.packs, b.environments, b.indices} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// add adds items that are not there yet. Of the same name, the first counts.
func (b *bundling) add(items ...bundle.Item) {
	for _, item := range items {
		same := func(have bundle.Item) bool { return have.Kind == item.Kind && have.Name == item.Name }
		if !slices.ContainsFunc(b.items, same) {
			b.items = append(b.items, item)
		}
	}
}

// packs adds the packs, and the packages that their own locks state.
func (b *bundling) packs(ctx context.Context) error {
	req := installer.DownloadRequest{Pins: map[string][]pack.Pin{}, OnEvent: b.req.OnEvent}
	for i := range b.lock.Packs {
		p := &b.lock.Packs[i]
		if err := fetchable(p); err != nil && b.Cache == nil {
			return err
		}
		req.Specs = append(req.Specs, p.ID.String())
		req.Pins[p.ID.String()] = p.Pins
	}
	if len(req.Specs) == 0 {
		return nil
	}
	dir, err := os.MkdirTemp(b.scratch, "bundle-")
	if err != nil {
		return pack.Errorf(pack.CodeIO, "make directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if b.Cache != nil {
		ctx = b.Cache.Keep(ctx)
	}
	req.Dest = filepath.Join(dir, "packs")
	rep, err := b.Installer.Download(ctx, req)
	if err != nil {
		return err
	}
	for i := range rep.Downloaded {
		if err := b.pack(rep.Downloaded[i].Content); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundling) pack(c *pack.Content) error {
	p := b.lock.Find(c.ID.Ref)
	if p == nil {
		return pack.Errorf(pack.CodeInvalidRef, "the lock does not state %s", c.ID)
	}
	b.add(bundle.Item{Entry: bundle.PackEntry(c.ID, c.Pin.TreeDigest, p.Pins), Write: b.writePack(c.Pin)})
	own, err := npm.ReadLock(func(name string) ([]byte, error) { return fs.ReadFile(os.DirFS(c.Dir), name) })
	if err != nil || own == nil {
		return nil //nolint:nilerr // its environment cannot be built either, which is told then
	}
	packages, err := own.Packages()
	for _, n := range packages {
		if n.Integrity != "" {
			b.add(b.packages.Node(n.Name, n.Version, n.Integrity))
		}
	}
	return err
}

// writePack returns a function that writes a pack as it was received, whole.
func (b *bundling) writePack(pin pack.Pin) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) (err error) {
		dir, err := os.MkdirTemp(b.scratch, "bundle-")
		if err != nil {
			return pack.Errorf(pack.CodeIO, "make directory: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		tree, err := source.NewTree(filepath.Join(dir, "tree"), &source.TreeOptions{StripTop: pin.StripTop, Subdir: pin.Subdir})
		if err != nil {
			return err
		}
		if err := b.sources.Fetch(ctx, pin, tree); err != nil {
			return errors.Join(err, tree.Discard())
		}
		got, err := tree.Finish()
		if err == nil {
			err = pin.TreeDigest.VerifyTree(got.TreeDigest)
		}
		if err != nil {
			return err
		}
		return bundle.WriteTree(ctx, w, os.DirFS(got.Dir))
	}
}

// environments adds the packages that the lock states.
func (b *bundling) environments(ctx context.Context) error {
	for i := range b.lock.Environments {
		e := &b.lock.Environments[i]
		for _, platform := range e.Platforms() {
			if len(b.req.Platforms) > 0 && platform != envbuild.AnyPlatform && !slices.Contains(b.req.Platforms, platform) {
				continue
			}
			for _, d := range e.On(platform) {
				if err := b.distribution(ctx, e.Runtime, &d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (b *bundling) distribution(ctx context.Context, runtime pack.RuntimeName, d *lock.Distribution) error {
	switch {
	case d.Source != "":
		return pack.Errorf(pack.CodeNotFound, "%s %s comes from %s, and not from an index: it cannot be put in a bundle", d.Name, d.Version, lock.Shown(d.Source))
	case runtime == pack.RuntimePython:
		r := &bundle.PythonRelease{Name: d.Name, Version: d.Version, Platform: d.Platform, Digests: d.Digests}
		if len(b.req.Wheels) > 0 {
			if _, err := (&bundle.Collector{FindLinks: b.req.Wheels}).Python(ctx, r); err == nil {
				return nil // it was put in
			}
		}
		items, err := b.packages.Python(ctx, r)
		b.add(items...)
		return err
	case slices.Contains(d.Digests, npm.InBundle):
		return nil // it is inside of another one
	}
	name, err := npm.NameOf(d.Name, d.Details)
	if err == nil {
		b.add(b.packages.Node(name, d.Version, strings.Join(d.Digests, " ")))
	}
	return err
}

// indices adds the indices that the packs come from.
func (b *bundling) indices(ctx context.Context) error {
	for _, x := range b.lock.Indices {
		index, at := x.Name, b.Indices.Address(x.Name)
		if at == "" {
			index, at = x.Location, x.Location
		}
		if !strings.Contains(at, "://") {
			continue // it is a file
		}
		doc, err := b.Indices.Document(ctx, index)
		if err != nil {
			return err
		}
		at, _, _ = strings.Cut(doc.URL, "?")
		b.add(bundle.DataItem(bundle.Entry{Kind: bundle.KindIndex, Name: x.Name, Location: at}, doc.Data))
		for suffix, data := range doc.Beside {
			b.add(bundle.DataItem(bundle.Entry{Kind: bundle.KindProof, Name: x.Name + suffix, Location: at + suffix}, data))
		}
	}
	return nil
}

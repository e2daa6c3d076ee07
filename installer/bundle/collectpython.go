package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A PythonRelease is a version of a Python package on one platform, as a lock states it.
type PythonRelease struct {
	Name, Version string
	Platform      string   // "linux/amd64/cp311"
	Digests       []string // its archives have one of these, "sha256:..."
}

// Python returns the items of the archives of a release that can be installed on its
// platform: all wheels that may fit or, if there are none, the source distributions. They are
// downloaded when the items are written. A release without any is an error with
// [pack.CodeNotFound], and a Collector without any index or directory one with
// [pack.CodeInvalidRequest].
func (c *Collector) Python(ctx context.Context, r *PythonRelease) ([]Item, error) {
	links, err := c.links(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("python package %s: %w", r.Name, err)
	}
	links = slices.DeleteFunc(links, func(l link) bool { return !l.isOf(r) || !l.isWhole(ctx, r) })
	chosen := slices.Clone(links)
	chosen = slices.DeleteFunc(chosen, func(l link) bool { return !fits(l.file, r.Platform) })
	if len(chosen) == 0 {
		chosen = slices.DeleteFunc(links, func(l link) bool { return strings.HasSuffix(l.file, ".whl") })
	}
	if len(chosen) == 0 {
		return nil, pack.Errorf(pack.CodeNotFound, "python package %s %s: no archive that the lock states can be found for %s", r.Name, r.Version, r.Platform)
	}
	items := make([]Item, len(chosen))
	for i, l := range chosen {
		items[i] = c.python(l, r.Digests)
	}
	return items, nil
}

// A link leads to an archive.
type link struct {
	file   string // its name
	at     string // URL, or path
	digest pack.Digest
}

// isWhole reports whether an archive in a directory has one of the digests of a release.
// What comes from elsewhere is compared when it is there.
func (l link) isWhole(ctx context.Context, r *PythonRelease) bool {
	if !filepath.IsAbs(l.at) {
		return true
	}
	h := sha256.New()
	err := copyFile(l.at)(ctx, h)
	return err == nil && slices.Contains(r.Digests, "sha256:"+hex.EncodeToString(h.Sum(nil)))
}

// python returns the item of an archive that has one of the digests.
func (c *Collector) python(l link, digests []string) Item {
	write := c.download(l.at)
	if filepath.IsAbs(l.at) {
		write = copyFile(l.at)
	}
	return Item{Entry: Entry{Kind: KindPython, Name: l.file, Digest: l.digest}, Write: func(ctx context.Context, w io.Writer) error {
		h := sha256.New()
		if err := write(ctx, io.MultiWriter(w, h)); err != nil {
			return err
		}
		if got := "sha256:" + hex.EncodeToString(h.Sum(nil)); !slices.Contains(digests, got) {
			return pack.Errorf(pack.CodeChecksumMismatch, "%s has the digest %s, want %s", l.file, got, strings.Join(digests, " or "))
		}
		return nil
	}}
}

func copyFile(path string) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) (err error) {
		f, err := os.Open(path)
		if err != nil {
			return ioError("open", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		_, err = io.Copy(w, &stopping{ctx, f})
		return err
	}
}

// PythonFiles returns the items of all Python distributions in a directory.
func PythonFiles(dir string) ([]Item, error) {
	links, err := linksIn(dir)
	items := make([]Item, len(links))
	for i, l := range links {
		items[i] = Item{Entry: Entry{Kind: KindPython, Name: l.file}, Write: copyFile(l.at)}
	}
	return items, err
}

// linksIn returns the distributions in a directory.
func linksIn(dir string) (links []link, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && pythonName.MatchString(e.Name()) {
			links = append(links, link{file: e.Name(), at: filepath.Join(dir, e.Name())})
		}
	}
	return links, ioError("list", err)
}

// links returns those to the archives of a package, and maybe of others.
func (c *Collector) links(ctx context.Context, name string) (all []link, err error) {
	pages := []string{}
	for _, place := range c.FindLinks {
		if !filepath.IsAbs(place) {
			pages = append(pages, place)
			continue
		}
		found, err := linksIn(place)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	switch {
	case c.PythonIndex != "":
		pages = append(pages, below(c.PythonIndex, pep508.NormalizeName(name)+"/"))
	case len(c.FindLinks) == 0:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "state the index of Python packages")
	}
	for _, page := range pages {
		data, kind, at, err := c.page(ctx, page, "application/vnd.pypi.simple.v1+json, text/html;q=0.5")
		if err != nil {
			return nil, err
		}
		found, err := linksOf(data, kind, at)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// linksOf returns the links of a page of an index, in JSON or HTML.
func linksOf(data []byte, kind string, at *url.URL) (links []link, err error) {
	if !strings.Contains(kind, "json") {
		return linksOfHTML(data, at), nil
	}
	var page struct {
		Files []struct {
			URL    string
			Hashes map[string]string
		}
	}
	if err := json.Unmarshal(data, &page); err != nil {
		return nil, pack.Errorf(pack.CodeMalformedContent, "page of the index: %w", err)
	}
	for _, f := range page.Files {
		if l, ok := newLink(at, f.URL); ok {
			l.digest, _ = pack.ParseDigest("sha256:" + f.Hashes["sha256"]) // it is compared all the same
			links = append(links, l)
		}
	}
	return links, nil
}

var anchor = regexp.MustCompile(`(?is)<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')`)

func linksOfHTML(data []byte, at *url.URL) (links []link) {
	for _, m := range anchor.FindAllSubmatch(data, -1) {
		if l, ok := newLink(at, html.UnescapeString(string(m[1])+string(m[2]))); ok {
			links = append(links, l)
		}
	}
	return links
}

// newLink returns a link of a page to a distribution.
func newLink(page *url.URL, to string) (l link, ok bool) {
	u, err := page.Parse(to)
	if err != nil {
		return l, false
	}
	l.digest, _ = pack.ParseDigest(strings.Replace(u.Fragment, "sha256=", "sha256:", 1)) // it is compared all the same
	u.Fragment = ""
	l.file, l.at = path.Base(u.Path), u.String()
	return l, pythonName.MatchString(l.file)
}

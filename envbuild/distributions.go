package envbuild

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/npm"
)

// maxMetadata bounds what is read of the metadata of one distribution. Names and
// versions are at its beginning.
const maxMetadata = 64 << 10

// distributions lists the packages of the virtualenv in dir by their metadata.
// Nothing outside of dir is read, whatever links a package left.
func (v *virtualenv) distributions(dir string) ([]pack.Distribution, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read
	infos, err := fs.Glob(root.FS(), sitePackages()+"/*.dist-info")
	if err != nil {
		return nil, err
	}
	found := make([]pack.Distribution, 0, len(infos))
	for _, info := range infos {
		found = append(found, pythonDistribution(root.FS(), info))
	}
	return sorted(found), nil
}

// pythonDistribution describes the distribution whose metadata are in the directory
// info. What is not stated there, or not in a form that can be shown, is taken from
// the name of info.
func pythonDistribution(fsys fs.FS, info string) pack.Distribution {
	name, version, _ := strings.Cut(strings.TrimSuffix(path.Base(info), ".dist-info"), "-")
	d := pack.Distribution{Name: plain(name), Version: plain(version)}
	for line := range strings.Lines(head(fsys, path.Join(info, "METADATA"))) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		if key == "" {
			break // the description follows
		}
		switch {
		case !isPlain(value):
		case key == "Name":
			d.Name = value
		case key == "Version":
			d.Version = value
		}
	}
	d.Source, d.Digests = directSource(head(fsys, path.Join(info, "direct_url.json")))
	return d
}

// directSource returns where a distribution came from that did not come from an
// index, and the digest of its archive.
func directSource(text string) (source string, digests []pack.Digest) {
	digests = []pack.Digest{}
	var direct struct {
		URL     string `json:"url"`
		Archive struct {
			Hashes map[string]string `json:"hashes"`
		} `json:"archive_info"`
	}
	if json.Unmarshal([]byte(text), &direct) != nil {
		return "", digests
	}
	if d, err := pack.ParseDigest("sha256:" + direct.Archive.Hashes["sha256"]); err == nil {
		digests = append(digests, d)
	}
	return publicName(direct.URL), digests
}

// head returns the beginning of a file, "" when it cannot be read.
func head(fsys fs.FS, name string) string {
	if info, err := fs.Stat(fsys, name); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := fsys.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()                      // it was only read
	data, _ := io.ReadAll(io.LimitReader(f, maxMetadata)) // what came will do
	return string(data)
}

// isPlain reports whether a name or version consists of printable ASCII characters
// and is short.
func isPlain(s string) bool {
	strange := func(r rune) bool { return r <= ' ' || r > '~' }
	return s != "" && len(s) <= 256 && !strings.ContainsFunc(s, strange)
}

// plain returns s in a form that can be shown.
func plain(s string) string {
	if s == "" || isPlain(s) {
		return s
	}
	return strconv.QuoteToASCII(s)
}

// distributions lists the packages in dir by the lock that npm leaves beside them.
func (m *modules) distributions(dir string) ([]pack.Distribution, error) {
	installed, err := m.installed(dir)
	if err != nil {
		return nil, err
	}
	return nodeDistributions(installed), nil
}

func nodeDistributions(packages []npm.Package) []pack.Distribution {
	found := make([]pack.Distribution, len(packages))
	for i, p := range packages {
		found[i] = pack.Distribution{
			Name: p.Name, Version: p.Version, Digests: integrity(p.Integrity), Source: publicName(p.Resolved), Integrity: p.Integrity,
		}
		if strings.HasPrefix(p.Resolved, "http://"+PackagesHost+"/") {
			found[i].Source = "" // it is nowhere
		}
	}
	return sorted(found)
}

func (m *modules) installed(dir string) ([]npm.Package, error) {
	data, err := os.ReadFile(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // all packages are optional, and do not fit this system
	}
	if err != nil {
		return nil, err
	}
	installed, err := npm.Installed(data)
	return installed, npmError(err)
}

// integrity returns the SHA-256 digests of a list such as "sha256-... sha512-...".
func integrity(list string) []pack.Digest {
	digests := []pack.Digest{}
	for item := range strings.FieldsSeq(list) {
		encoded, ok := strings.CutPrefix(item, "sha256-")
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil {
			continue
		}
		if d, err := pack.ParseDigest("sha256:" + hex.EncodeToString(sum)); err == nil {
			digests = append(digests, d)
		}
	}
	return digests
}

func sorted(ds []pack.Distribution) []pack.Distribution {
	slices.SortFunc(ds, func(a, b pack.Distribution) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version), strings.Compare(a.Source, b.Source))
	})
	return ds
}

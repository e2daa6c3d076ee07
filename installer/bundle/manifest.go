package bundle

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path"
	"regexp"
	"slices"

	"github.com/packtrain/pack"
)

// Format is the version of the format that this package reads and writes.
const Format = 1

// A Manifest lists what is in a bundle.
type Manifest struct {
	Format int `json:"format"`
	// Sum is the SHA-256 of the text of the manifest without the line that states it.
	Sum     pack.Digest `json:"sum,omitempty"`
	Entries []Entry     `json:"entries"`
}

// A Kind is what an entry is.
type Kind string

// The kinds of entries.
const (
	KindIndex  Kind = "index"  // a registry index
	KindLock   Kind = "lock"   // the packs.lock
	KindNode   Kind = "node"   // a package of Node.js
	KindPack   Kind = "pack"   // the files of a pack
	KindProof  Kind = "proof"  // a file beside an index, such as its signature
	KindPython Kind = "python" // a distribution of Python
)

// An Entry is one content.
type Entry struct {
	Kind Kind `json:"kind"`
	// Name is "packs.lock"; REF@VERSION of a pack; the name of the file of a Python
	// distribution; NAME@VERSION of a Node.js package; the name of an index, and of a proof
	// that with the suffix of its file. It is unique among those of its kind.
	Name string `json:"name"`
	// Digest and Size are those of the bytes.
	Digest pack.Digest `json:"digest"`
	Size   int64       `json:"size"`
	// Tree is the tree digest of a pack, and Pins are those that deliver it.
	Tree pack.Digest `json:"tree,omitempty"`
	Pins []pack.Pin  `json:"pins,omitempty"`
	// Integrity is the digest by which a lock states a Node.js package, "sha512-...".
	Integrity string `json:"integrity,omitempty"`
	// Location is the URL of an index or proof, without query.
	Location string `json:"location,omitempty"`
}

// The bounds of a bundle.
const (
	maxManifest = 64 << 20
	maxEntries  = 100_000
	maxBlob     = 8<<30 - 1 // what a ustar header can state
)

// bytes returns the one text of a manifest, whose entries it sorts and whose sum it sets.
func (m *Manifest) bytes() ([]byte, error) {
	slices.SortFunc(m.Entries, byName)
	m.Sum = ""
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	m.Sum = pack.Digest("sha256:" + hex.EncodeToString(sum[:]))
	return m.encode()
}

func (m *Manifest) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(m)
	return b.Bytes(), err
}

func byName(a, b Entry) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// parseManifest reads a manifest, and refuses every text but the one that states it.
func parseManifest(data []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, malformed("its manifest is not JSON: %v", err)
	}
	if m.Format != Format {
		return nil, malformed("its format is %d, and this program reads %d", m.Format, Format)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	text, err := m.bytes()
	if err != nil || !bytes.Equal(text, data) {
		return nil, malformed("its manifest was changed, or is not written as the format wants it")
	}
	return &m, nil
}

func (m *Manifest) check() error {
	if len(m.Entries) > maxEntries {
		return &pack.LimitError{Limit: "entries of a bundle", Max: maxEntries, Value: int64(len(m.Entries))}
	}
	sizes := map[pack.Digest]int64{}
	for i := range m.Entries {
		e := &m.Entries[i]
		if err := e.check(); err != nil {
			return err
		}
		if i > 0 && byName(m.Entries[i-1], *e) >= 0 {
			return malformed("%s %q is not in its place, or is there twice", e.Kind, e.Name)
		}
		if size, ok := sizes[e.Digest]; ok && size != e.Size {
			return malformed("%s %q has another size than the same content elsewhere", e.Kind, e.Name)
		}
		sizes[e.Digest] = e.Size
	}
	return nil
}

var (
	indexName  = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}\z`)
	lockName   = regexp.MustCompile(`^packs\.lock\z`)
	nodeName   = regexp.MustCompile(`^(@[a-zA-Z0-9~._-]{1,214}/)?[a-zA-Z0-9~_-][a-zA-Z0-9~._-]{0,213}@[0-9][a-zA-Z0-9.+-]{0,127}\z`)
	packName   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,254}@[0-9][a-zA-Z0-9.+-]{0,254}\z`)
	proofName  = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,191}\z`)
	pythonName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._+!-]{0,250}\.(whl|tar\.gz|zip)\z`)
)

// form returns the form of the names of a kind, nil for one that is not known.
func (k Kind) form() *regexp.Regexp {
	switch k {
	case KindIndex:
		return indexName
	case KindLock:
		return lockName
	case KindNode:
		return nodeName
	case KindPack:
		return packName
	case KindProof:
		return proofName
	case KindPython:
		return pythonName
	}
	return nil
}

func (e *Entry) check() error {
	form := e.Kind.form()
	digest, err := pack.ParseDigest(string(e.Digest))
	switch {
	case form == nil:
		return malformed("kind %.40q is not known", e.Kind)
	case !form.MatchString(e.Name):
		return malformed("%.200q is not the name of a %s", e.Name, e.Kind)
	case err != nil || digest != e.Digest:
		return malformed("%s %q has no digest", e.Kind, e.Name)
	case e.Size < 0 || e.Size > maxBlob:
		return malformed("%s %q has the size %d", e.Kind, e.Name, e.Size)
	case (e.Kind == KindPack) != (e.Tree != ""), e.Kind != KindPack && len(e.Pins) > 0:
		return malformed("%s %q: a pack has a tree digest, and nothing else has one", e.Kind, e.Name)
	case (e.Kind == KindNode) != (e.Integrity != ""):
		return malformed("%s %q: a Node.js package has an integrity, and nothing else has one", e.Kind, e.Name)
	case (e.Kind == KindIndex || e.Kind == KindProof) != (e.Location != ""):
		return malformed("%s %q: an index has a location, and nothing else has one", e.Kind, e.Name)
	}
	return nil
}

// path returns the name of the file of a content.
func blobPath(d pack.Digest) string { return path.Join("blobs", string(d[len("sha256:"):])) }

func malformed(format string, args ...any) error {
	return pack.Errorf(pack.CodeMalformedContent, "bundle: "+format, args...)
}

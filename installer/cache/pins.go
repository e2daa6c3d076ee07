package cache

import (
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/packtrain/pack"
)

// mark returns a text that is the same for pins whose sources verify that they deliver
// the same files; "" for a pin that has no immutable mark.
func mark(pin pack.Pin) string {
	if pin.ArchiveDigest == "" && pin.Commit == "" && pin.ETag == "" {
		return ""
	}
	text, err := json.Marshal(pack.Pin{
		Scheme: pin.Scheme, Location: pin.Location, Commit: pin.Commit, ETag: pin.ETag, ArchiveDigest: pin.ArchiveDigest,
		Size: pin.Size, Subdir: pin.Subdir, StripTop: pin.StripTop,
	})
	if err != nil {
		return "" // a location that is not text
	}
	return string(text)
}

// treeOf returns the noted tree of a pin, "" for none.
func (c *Cache) treeOf(pin pack.Pin) pack.Digest {
	m := mark(pin)
	if m == "" {
		return ""
	}
	f, err := open(c.hashed(pinsDir, m))
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, 100))
	if err != nil {
		return ""
	}
	line, ok := strings.CutSuffix(string(text), "\n")
	if d, err := pack.ParseDigest(line); ok && err == nil {
		return d
	}
	return ""
}

// noteTree notes the tree of a pin that has an immutable mark.
func (c *Cache) noteTree(pin pack.Pin, tree pack.Digest) error {
	m := mark(pin)
	if m == "" || c.treeOf(pin) == tree {
		return nil
	}
	t, err := c.newTemp()
	if err != nil {
		return err
	}
	defer t.discard()
	if _, err := t.file.WriteString(string(tree) + "\n"); err != nil {
		return ioError("write", err)
	}
	return t.publish(c.hashed(pinsDir, m))
}

// remove removes a file; one that cannot be removed is replaced later.
func (c *Cache) remove(path string) { _ = os.Remove(path) }

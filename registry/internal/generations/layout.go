package generations

import (
	"path/filepath"

	"github.com/packtrain/pack"
)

// The directories of a root.
const (
	packsDir   = "packs"
	currentDir = "current"
	stagingDir = "staging"
	journalDir = "journal"
	locksDir   = "locks"
	trashDir   = "trash"
)

// ContentName is the name of the content in the directory of a generation,
// staged or in place.
const ContentName = "pack"

const (
	metadataName     = "metadata.json"
	componentsName   = "components"
	leaseName        = "lease"
	removedName      = "removed"
	formatName       = "format"
	intentSuffix     = ".json"
	pointerSuffix    = ".pointer"
	lastSuffix       = ".last"
	lockSuffix       = ".lock"
	componentsSuffix = ".components"
)

// A Layout names what lies below a root. It does no I/O.
type Layout struct{ root string }

// Current returns the path of the link to the active content of ref, which
// readers follow.
func (l Layout) Current(ref pack.Ref) string {
	return filepath.Join(l.root, currentDir, ref.String())
}

// Generation returns the directory of a generation.
func (l Layout) Generation(ref pack.Ref, name string) string {
	return filepath.Join(l.pack(ref), name)
}

// Content returns the directory of the content of a generation.
func (l Layout) Content(ref pack.Ref, name string) string {
	return filepath.Join(l.Generation(ref, name), ContentName)
}

// InStaging reports whether dir lies below the directory for staging.
func (l Layout) InStaging(dir string) bool {
	rel, err := filepath.Rel(l.dir(stagingDir), dir)
	return err == nil && rel != "." && filepath.IsLocal(rel)
}

func (l Layout) dir(name string) string { return filepath.Join(l.root, name) }

func (l Layout) pack(ref pack.Ref) string {
	return filepath.Join(l.root, packsDir, ref.String())
}

func (l Layout) componentsFile(ref pack.Ref, name string) string {
	return filepath.Join(l.Generation(ref, name), componentsName)
}

func (l Layout) metadataFile(ref pack.Ref, name string) string {
	return filepath.Join(l.Generation(ref, name), metadataName)
}

func (l Layout) intentFile(id string) string {
	return filepath.Join(l.root, journalDir, id+intentSuffix)
}

// linkFile returns the link that is about to become the pointer of ref, under a lock
// with the given fence.
func (l Layout) linkFile(ref pack.Ref, fence int64) string {
	name := ref.String()
	if fence != 0 {
		name += "." + formatFence(fence)
	}
	return filepath.Join(l.root, journalDir, name+pointerSuffix)
}

// lastFile returns the file with the number of the last generation of a pack that
// was removed. Its name is not a valid ref.
func (l Layout) lastFile(ref pack.Ref) string {
	return filepath.Join(l.root, packsDir, ref.String()+lastSuffix)
}

func (l Layout) lockFile(name string) string {
	return filepath.Join(l.root, locksDir, name+lockSuffix)
}

package localsource

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
)

// rules decide which files of a directory are delivered.
type rules struct {
	apart     []fs.FileInfo // directories that must not be part of a pack
	onlyOwned bool

	allowLinked bool
	top         fs.FileInfo // the pack's directory, or the one that holds its archive
}

// rulesFor returns the rules for the pack at an absolute path, which is apart
// from the directories that the host keeps for itself.
func (s *Source) rulesFor(path string) (rules, error) {
	r := rules{onlyOwned: s.opts.OnlyOwned, allowLinked: s.opts.AllowLinked}
	for _, dir := range s.opts.Apart {
		if overlap(resolved(path), resolved(dir)) {
			return r, pack.Errorf(pack.CodePolicyDenied, "it is inside %q or contains it, and packs must not come from there", dir)
		}
		if info, err := os.Stat(dir); err == nil {
			r.apart = append(r.apart, info)
		}
	}
	return r, nil
}

// resolved returns a path without links, where it exists.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// overlap reports whether one path is the other one or lies below.
func overlap(a, b string) bool {
	below := func(dir, path string) bool {
		rel, err := filepath.Rel(dir, path)
		return err == nil && filepath.IsLocal(rel)
	}
	return below(a, b) || below(b, a)
}

// checkDir refuses directories by their identity, regardless of their path.
func (r rules) checkDir(info fs.FileInfo, name string) error {
	isApart := func(apart fs.FileInfo) bool { return os.SameFile(apart, info) }
	if slices.ContainsFunc(r.apart, isApart) {
		return pack.Errorf(pack.CodePolicyDenied, "packs must not come from %q", name)
	}
	return r.checkOwner(info, name, false)
}

func (r rules) checkFile(info fs.FileInfo, name string) error { return r.checkOwner(info, name, true) }

func (r rules) checkOwner(info fs.FileInfo, name string, isFile bool) error {
	if !r.onlyOwned {
		return nil
	}
	if reason := foreign(info, isFile); reason != "" {
		return pack.Errorf(pack.CodePolicyDenied, "%q %s", name, reason)
	}
	return nil
}

// checkLinked judges a file that has other names, and another owner than the pack:
// the maker of the pack may have linked it without being able to read it.
func (r rules) checkLinked(ctx context.Context, info fs.FileInfo, name string) error {
	if r.top == nil || !isForeignLink(info, r.top) {
		return nil
	}
	if r.allowLinked {
		pack.Note(ctx, "%q has other names (hard links), and belongs to another user than the pack", name)
		return nil
	}
	return pack.Errorf(pack.CodePolicyDenied, "%q has other names (hard links), and belongs to another user than the pack: copy it", name)
}

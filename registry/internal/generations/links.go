package generations

import (
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// Links are the symbolic links to environments that lie beside the content of
// a generation: targets by name.
type Links map[string]string

// LinksTo returns the links to environments. Those without a path get none. Links to
// environments in the root are relative, so that the root may be moved.
func (l Layout) LinksTo(envs []pack.Environment) Links {
	const depth = "../../.." // of a generation, staged or in place
	links := Links{}
	for _, e := range envs {
		name := e.Link()
		if name == "" || e.Path == "" {
			continue
		}
		links[name] = e.Path
		if rel, err := filepath.Rel(l.root, e.Path); err == nil && filepath.IsLocal(rel) {
			links[name] = filepath.Join(depth, rel)
		}
	}
	return links
}

// Link creates the links in the directory dir of a staged generation.
func (d *Disk) Link(dir string, links Links) error {
	for name, target := range links {
		err := d.do("link environment", func() error { return os.Symlink(target, filepath.Join(dir, name)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Changed returns the name of the first link that no longer lies in the
// directory dir of a staged generation, or of the first entry that is neither
// a link nor the content; "" when there is none.
func (l Links) Changed(dir string) (name string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", pack.Errorf(pack.CodeIO, "check staged pack: %w", err)
	}
	if name := l.Missing(dir); name != "" {
		return name, nil
	}
	for _, e := range entries {
		if _, ok := l[e.Name()]; !ok && e.Name() != ContentName {
			return e.Name(), nil
		}
	}
	return "", nil
}

// Missing returns the name of a link that does not lie in dir with its target; ""
// when there is none.
func (l Links) Missing(dir string) string {
	for name, target := range l {
		if !isLink(filepath.Join(dir, name), target) {
			return name
		}
	}
	return ""
}

// isLink reports whether a link to target is at path.
func isLink(path, target string) bool {
	got, err := os.Readlink(path)
	return err == nil && got == target
}

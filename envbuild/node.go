package envbuild

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/interp"
	"github.com/packtrain/pack/internal/need"
	"github.com/packtrain/pack/internal/npmfile"
)

// Node makes node_modules.
type node struct {
	config   *Config
	prefer   interp.Range
	programs func() ([]interp.Program, error)
	npm      func(interp.Program) (interp.NPM, error)
}

func (n *node) name() string { return pack.RuntimeNode }

func (n *node) recipe(files fs.FS, needs *need.Runtime) (recipe, error) {
	r := &modules{config: n.config}
	if err := r.read(files, needs.File); err != nil {
		return nil, err
	}
	texts := needs.Ranges
	if r.manifest.Engine != "" {
		texts = append(texts[:len(texts):len(texts)], r.manifest.Engine)
	}
	ranges, err := parseRanges(texts, interp.NodeRange)
	if err != nil {
		return nil, err
	}
	programs, err := n.programs()
	if err != nil {
		return nil, err
	}
	c := choice{runtime: "Node.js", ranges: ranges, prefer: n.prefer}
	if r.node, err = c.of(programs); err != nil || r.void() {
		return r, err
	}
	r.npm, err = n.npm(r.node)
	return r, err
}

// Modules is how a node_modules directory is made.
type modules struct {
	config   *Config
	node     interp.Program
	npm      interp.NPM
	manifest *npmfile.Manifest
	lock     *npmfile.Lock // nil for none
}

const lockFile = "package-lock.json"

func (m *modules) read(files fs.FS, name string) error {
	m.manifest = &npmfile.Manifest{}
	if name == "" {
		return nil
	}
	data, err := readFile(files, name, npmfile.MaxManifestSize)
	if err != nil {
		return err
	}
	if m.manifest, err = npmfile.ParseManifest(data); err != nil {
		return err
	}
	data, err = readFile(files, lockFile, npmfile.MaxLockSize)
	if errors.Is(err, fs.ErrNotExist) || m.manifest.Empty() {
		return nil
	}
	if err != nil {
		return err
	}
	m.lock, err = npmfile.ParseLock(data)
	return err
}

func (m *modules) program() interp.Program { return m.node }

func (m *modules) void() bool { return m.manifest.Empty() }

func (m *modules) ingredients() any {
	base := []string{m.node.Path, m.node.Version, m.node.Build}
	if m.void() {
		return []any{base}
	}
	return []any{base, m.manifest, m.lock, "npm " + m.npm.Version, publicName(m.config.NodeRegistry)}
}

func (m *modules) place(dir string) (path, interpreter string) {
	if m.void() || dir == "" {
		return "", m.node.Path
	}
	return filepath.Join(dir, "node_modules"), m.node.Path
}

// count counts the packages by the lock that npm leaves beside them.
func (m *modules) count(dir string) (int, error) {
	lock, err := m.installed(dir)
	if err != nil {
		return 0, err
	}
	return lock.Packages, nil
}

// installed reads what npm says it installed. What comes from elsewhere than a
// registry, at the wish of a package, is an error.
func (m *modules) installed(dir string) (*npmfile.Lock, error) {
	data, err := os.ReadFile(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return &npmfile.Lock{}, nil // all packages are optional, and do not fit this system
	}
	if err != nil {
		return nil, err
	}
	return npmfile.ParseLock(data)
}

func (m *modules) build(ctx context.Context, t *tool) error {
	if err := m.write(t); err != nil {
		return err
	}
	return t.run(ctx, m.node.Path, append([]string{m.npm.Script}, m.npmArgs(t)...)...)
}

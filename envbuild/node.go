package envbuild

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/text/npm"
	"github.com/packtrain/pack/internal/text/pep440"
)

// A node chooses how node_modules directories are made.
type node struct {
	config   *Config
	prefer   versionRange
	must     bool
	programs func() ([]interp.Program, error)
	silent   *silence
	npm      func(interp.Program) (interp.NPM, error)
}

func (n *node) name() pack.RuntimeName { return pack.RuntimeNode }

func (n *node) preferring(version string, must bool) (err error) {
	n.must = must
	n.prefer, err = nodeRange(version)
	return err
}

func (n *node) recipe(files fs.FS, needs *pack.RuntimeNeed) (recipe, error) {
	r := &modules{config: n.config, ranges: needs.Ranges}
	if err := r.read(files, needs.Manifest); err != nil {
		return nil, err
	}
	texts := needs.Ranges
	if r.manifest.Engine != "" {
		texts = append(texts[:len(texts):len(texts)], r.manifest.Engine)
	}
	ranges, err := parseRanges(texts, nodeRange)
	if err != nil {
		return nil, err
	}
	programs, err := n.programs()
	if err != nil {
		return nil, err
	}
	c := choice{runtime: n.name(), ranges: ranges, prefer: n.prefer, must: n.must, silent: n.silent}
	if r.node, err = c.of(programs); err != nil {
		return r, err
	}
	if r.others = c.passedOver(programs, r.node); r.void() {
		return r, nil
	}
	r.npm, err = n.npm(r.node)
	if err == nil && pep440.Compare(r.npm.Version, minNPM) < 0 {
		err = pack.Errorf(pack.CodeBuildFailed, "npm %s at %s is too old: install npm %s or later", r.npm.Version, r.npm.Script, minNPM)
	}
	return r, err
}

// minNPM is the first npm that uses only the configured registry.
const minNPM = "8"

// Modules are how one node_modules directory is made.
type modules struct {
	config   *Config
	node     interp.Program
	others   []PassedOver
	npm      interp.NPM
	ranges   []string // that the pack states, without that of package.json
	manifest *npm.Manifest
	lock     *npm.Lock  // nil for none
	set      *LockedSet // what a lock of packs states, from which the lock is then made; else nil
	// scripts lists the patterns of packages whose install scripts are run.
	scripts []string
}

func (m *modules) read(files fs.FS, name string) error {
	m.manifest = &npm.Manifest{}
	if name == "" {
		return nil
	}
	data, err := readFile(files, name, npm.MaxManifestSize)
	if err != nil {
		return err
	}
	if m.manifest, err = npm.ParseManifest(data); err != nil {
		return npmError(err)
	}
	if m.manifest.Empty() {
		return nil
	}
	m.lock, err = npm.ReadLock(func(name string) ([]byte, error) { return readFile(files, name, npm.MaxLockSize) })
	if err == nil && m.lock == nil && !m.config.Policy.IgnoreForeignLocks {
		return foreignLock(files)
	}
	return npmError(err)
}

// foreignLock returns an error if another tool pins the versions.
func foreignLock(files fs.FS) error {
	for _, name := range npm.ForeignLocks() {
		if _, err := fs.Stat(files, name); err != nil {
			continue // it cannot be read by its tool either
		}
		return &BuildError{Reason: ReasonForeignLock, Package: name, WantedBy: []string{name}, Message: name +
			": the versions that another tool pins are not installed: add a " + npm.LockFile + " (npm install --package-lock-only), or allow other versions"}
	}
	return nil
}

// npmError gives an error of package npm its code.
func npmError(err error) error {
	e, ok := errors.AsType[*npm.Error](err)
	switch {
	case !ok:
		return err
	case e.Kind == npm.Limit:
		return &pack.LimitError{Limit: e.Limit, Max: e.Max, Value: e.Value, Path: e.File}
	case e.Kind == npm.Refused:
		return pack.Errorf(pack.CodePolicyDenied, "%w", err)
	}
	return pack.Errorf(pack.CodeInvalidManifest, "%w", err)
}

func (m *modules) program() interp.Program { return m.node }

func (m *modules) passed() []PassedOver { return m.others }

func (m *modules) described() *pack.Runtime { return nil }

func (m *modules) void() bool { return m.manifest.Empty() }

func (m *modules) ingredients() any {
	base := []string{m.node.Path, m.node.Version, m.node.Build}
	if m.void() {
		return []any{base}
	}
	policy := map[string]any{}
	if len(m.scripts) > 0 {
		policy["scripts"] = normalPatterns(m.scripts)
	}
	if age := m.minimumAge(); age > 0 {
		policy["minimum age"] = age.String()
	}
	registry := publicName(m.config.NodeRegistry)
	if m.set != nil {
		registry = "" // digests decide, not where the packages come from
	}
	return []any{base, m.manifest, m.lock, (*npmTool)(nil).name(), registry, policy}
}

// minimumAge returns how old releases have to be. A lock pins them.
func (m *modules) minimumAge() time.Duration {
	if m.lock != nil {
		return 0
	}
	return m.config.Policy.MinimumAge
}

// wider implements recipe: what has no script that may be run is built without any.
func (m *modules) wider() recipe {
	if len(m.scripts) > 0 || len(m.config.Policy.Scripts) == 0 {
		return nil
	}
	wide := *m
	wide.scripts = m.config.Policy.Scripts
	return &wide
}

// suffices implements recipe.
func (m *modules) suffices(r *envstore.Record, err error) bool {
	return err != nil || !slices.ContainsFunc(r.SkippedScripts, func(name string) bool { return admitsNode(m.config.Policy.Scripts, name) })
}

func (m *modules) place(dir string) (path, interpreter string) {
	if m.void() || dir == "" {
		return "", m.node.Path
	}
	return filepath.Join(dir, "node_modules"), m.node.Path
}

func (m *modules) build(ctx context.Context, t *tool) (c contents, err error) {
	npm := &npmTool{m}
	if c.distributions, err = do(ctx, t, npm, npm.install, m.places); err != nil {
		return c, m.set.beside(err)
	}
	c.tool = npm.name() + " " + npm.version()
	packages, err := m.installed(t.site.Dir)
	if err != nil {
		return c, err
	}
	files, err := envstore.Scan(t.site.Dir)
	if err != nil {
		return c, err
	}
	if err := checkNode(t.site.Dir, packages, files); err != nil {
		return c, refusal(err, m.places)
	}
	var run []string
	if run, c.skippedScripts = m.installScripts(packages); len(run) == 0 {
		c.files = files
	}
	return c, npm.runScripts(ctx, t, run)
}

// installScripts returns the packages whose install scripts are run, and those whose are
// not.
func (m *modules) installScripts(packages []npm.Package) (run, skipped []string) {
	for _, p := range packages {
		switch {
		case !p.Script:
		case admitsNode(m.scripts, p.Name):
			run = append(run, p.Name)
		default:
			skipped = append(skipped, p.Name)
		}
	}
	return normalPatterns(run), normalPatterns(skipped)
}

// places returns where the pack asks for a package.
func (m *modules) places(name string) []string {
	if m.manifest.Asks(name) {
		return []string{npm.ManifestFile}
	}
	return nil
}

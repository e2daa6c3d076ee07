package pack

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// A Shape is a dialect of pack files.
type Shape string

// The shapes.
const (
	// ShapeNative is our own: components carry a ref.
	ShapeNative Shape = "native"
	// ShapeStackStorm is read for compatibility: components carry a name, rules
	// and sensors their triggers inline.
	ShapeStackStorm Shape = "stackstorm"
)

// A Pack is the content of a pack's own files, as [Load] read them.
type Pack struct {
	// Shape is the dialect in which the pack was read.
	Shape    Shape    `json:"shape"`
	Manifest Manifest `json:"manifest"`
	// Components of every kind, ordered by kind and file.
	Components []Component `json:"components"`
	// Findings of loading, errors included: see [Findings.Err].
	Findings Findings `json:"findings"`
	// Runtimes are those that the pack can use beside the built-in ones: of
	// [LoadOptions.Runtimes], and then those that it describes itself.
	Runtimes []Runtime `json:"-"`

	lines map[fileKey]int // of the keys that Validate reports about
}

// table returns the runtimes that the pack can use.
func (p *Pack) table() runtimeTable { return append(runtimes(), p.Runtimes...) }

// LoadOptions say how to read a pack.
type LoadOptions struct {
	// Shape is the dialect; "" means [ShapeNative].
	Shape Shape
	// ManifestOnly reads pack.yaml alone, which is enough to know the pack's
	// identity and takes a fraction of the time. Pack.Components is then empty.
	ManifestOnly bool
	// Limits bound what is read.
	Limits Limits
	// Schemas checks that a conf_schema is JSON Schema, and that configurations fit it.
	// nil: as [Manifest.CheckConfig] does without one.
	Schemas SchemaCompiler
	// Runtimes are those that the host knows beside the built-in ones: see [ReadRuntime].
	Runtimes []Runtime
}

// Limits bound the files of a pack that [Load] and [Validate] read. A field
// that is zero means its default, which every pack we know passes by far.
type Limits struct {
	ManifestSize  int // bytes of pack.yaml: 256 KiB
	ComponentSize int // bytes of every other file: 1 MiB
	TotalSize     int // bytes of pack.yaml and all component files: 32 MiB
	Components    int // component files: 5,000
	Files         int // files and directories that Validate visits: 50,000
	Depth         int // nesting of mappings and lists: 64
	Keys          int // keys in one mapping: 2,000
	Values        int // values in one file, aliases expanded: 100,000
	Aliases       int // aliases in one component file: 100; pack.yaml may have none
}

func (l Limits) withDefaults() Limits {
	return Limits{
		ManifestSize:  cmp.Or(l.ManifestSize, 256<<10),
		ComponentSize: cmp.Or(l.ComponentSize, 1<<20),
		TotalSize:     cmp.Or(l.TotalSize, 32<<20),
		Components:    cmp.Or(l.Components, 5000),
		Files:         cmp.Or(l.Files, 50_000),
		Depth:         cmp.Or(l.Depth, 64),
		Keys:          cmp.Or(l.Keys, 2000),
		Values:        cmp.Or(l.Values, 100_000),
		Aliases:       cmp.Or(l.Aliases, 100),
	}
}

// Load reads the pack whose pack.yaml is at the root of fsys (see [Root]):
// the manifest and the component files, which are the files "*.yaml" and
// "*.yml" directly in the directories of [Kinds]. Nothing else is looked at;
// [Validate] checks the rest of the tree.
//
// The Pack that Load returns is never nil and has all findings, those of
// severity error included: a caller that wants only valid packs asks
// [Findings.Err]. The error is not nil when the pack has no usable identity,
// because pack.yaml cannot be read, has more than one reading, or its ref or
// version is invalid. It is then an error that matches [ErrInvalid], or what fsys returned. opts
// may be nil.
func Load(fsys fs.FS, opts *LoadOptions) (*Pack, error) {
	if opts == nil {
		opts = &LoadOptions{}
	}
	l := &loader{
		fsys:    fsys,
		pack:    &Pack{Shape: cmp.Or(opts.Shape, ShapeNative), Components: []Component{}, Findings: Findings{}, lines: map[fileKey]int{}},
		limits:  opts.Limits.withDefaults(),
		schemas: opts.Schemas,
	}
	l.pack.Runtimes = slices.Clone(opts.Runtimes)
	if err := l.load(opts.ManifestOnly); err != nil {
		return l.pack, fmt.Errorf("load pack: %w", err)
	}
	if m := &l.pack.Manifest; m.Ref == "" || m.Version.IsZero() || l.pack.Findings.ambiguous() {
		return l.pack, l.pack.Findings.Err()
	}
	return l.pack, nil
}

// ambiguous reports whether other programs may read another pack.yaml: another
// document, the other of two keys, or what an alias or a tag makes of it.
func (fs Findings) ambiguous() bool {
	return slices.ContainsFunc(fs, func(f Finding) bool {
		return f.File == ManifestFile && (f.Code == manifestKeyCase || strings.HasPrefix(string(f.Code), "yaml."))
	})
}

// sort puts findings into the order of files and lines; pack.yaml comes first.
func (fs Findings) sort() {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b2i(a.File != ManifestFile), b2i(b.File != ManifestFile)),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
		)
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A loader reads one pack.
type loader struct {
	fsys    fs.FS
	pack    *Pack
	limits  Limits
	schemas SchemaCompiler
	size    int // bytes read so far
	// refLines are the lines of the refs of pack.Components.
	refLines []int
}

func (l *loader) load(manifestOnly bool) error {
	if err := l.loadManifest(); err != nil {
		return err
	}
	if manifestOnly {
		l.findRuntimeDeps()
		l.pack.Findings.sort()
		return nil
	}
	if err := l.loadConfigSchema(); err != nil {
		return err
	}
	if err := l.loadComponents(); err != nil {
		return err
	}
	l.findRuntimeDeps()
	l.checkDuplicates()
	l.pack.Findings.sort()
	return nil
}

// configSchemaFile describes the configuration of packs of StackStorm shape.
const configSchemaFile = "config.schema.yaml"

// loadConfigSchema reads config.schema.yaml, which describes the configuration of a pack
// without conf_schema. One that cannot be read describes nothing; [Validate] reports it.
func (l *loader) loadConfigSchema() error {
	if len(l.pack.Manifest.ConfSchema) > 0 {
		return nil
	}
	data, err := readRegular(l.fsys, configSchemaFile, l.limits.ComponentSize)
	if _, tooLarge := errors.AsType[*LimitError](err); tooLarge || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	l.size += len(data)
	node, problems := yaml.Parse(data, l.limits.yaml(l.limits.ComponentSize, l.limits.Aliases))
	if node != nil && node.Kind == yaml.Mapping && len(problems) == 0 {
		l.pack.Manifest.ConfSchema = node.Map()
	}
	return nil
}

// compat reports whether the pack is read in compatibility mode.
func (l *loader) compat() bool { return l.pack.Shape == ShapeStackStorm }

// A fileKey is a key of the mapping in a file.
type fileKey struct{ file, key string }

// noteLines notes the lines of keys that name files or other components.
func (p *Pack) noteLines(file string, node *yaml.Node) {
	for _, key := range []string{
		"entry_point", "workflow_file", "trigger_ref", "action_ref", "trigger", "action", "trigger_type", "trigger_types",
		"tasks", "resource_ref", "testing", "runtime_version", "runtime_deps", "dependencies",
	} {
		if f := node.Field(key); f != nil {
			p.lines[fileKey{file, key}] = f.Key.Line
		}
	}
}

// lineOf returns the line of the first of keys that is in file, 0 for none.
func (p *Pack) lineOf(file string, keys ...string) int {
	for _, key := range keys {
		if line := p.lines[fileKey{file, key}]; line > 0 {
			return line
		}
	}
	return 0
}

// Count returns how many components of each kind the pack has, as an index counts
// them: an action with a workflow_file is a workflow. Kinds without any are absent.
func (p *Pack) Count() map[Kind]int {
	n := map[Kind]int{}
	for i := range p.Components {
		c := &p.Components[i]
		if c.Action != nil && c.Action.WorkflowFile != "" {
			n[KindWorkflow]++
		} else {
			n[c.Kind]++
		}
	}
	return n
}

// Component returns the component of kind k with the given full ref, or nil.
func (p *Pack) Component(k Kind, ref ComponentRef) *Component {
	i := slices.IndexFunc(p.Components, func(c Component) bool { return c.Kind == k && c.Ref == ref })
	if i < 0 {
		return nil
	}
	return &p.Components[i]
}

// readYAML returns the mapping in a file, or nil after findings that say why
// there is none. An error is one of the file system.
func (l *loader) readYAML(file string, lim yaml.Limits) (*yaml.Node, error) {
	data, err := readFile(l.fsys, file, lim.Bytes)
	if limit, ok := errors.AsType[*LimitError](err); ok {
		l.pack.Findings.report(yamlLimit, file, 0, limit)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l.size += len(data)
	node, problems := yaml.Parse(data, lim)
	for i := range problems {
		code, err := problemCode(&problems[i])
		l.pack.Findings.report(code, file, problems[i].Line, err)
	}
	if node != nil && strings.HasPrefix(node.Text, lfsStart) {
		l.pack.Findings.report(yamlNotMapping, file, node.Line, errLFSPointer)
		return nil, nil
	}
	if node != nil && node.Kind != yaml.Mapping {
		l.pack.Findings.report(yamlNotMapping, file, node.Line, fmt.Errorf("the document is %v; want a mapping with keys", node.Kind))
		return nil, nil
	}
	return node, nil
}

// lfsStart is how the pointer begins that Git LFS leaves in place of a file.
const lfsStart = "version https://git-lfs.github.com/spec/"

var errLFSPointer = errors.New("that is a Git LFS pointer, not the file itself: keep the files of a pack out of LFS")

// readRegular reads a file as [readFile] does. A file that is not regular is
// treated as missing: a link might lead anywhere.
func readRegular(fsys fs.FS, file string, limit int) ([]byte, error) {
	info, err := fs.Lstat(fsys, file)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: file, Err: fs.ErrNotExist}
	}
	return readFile(fsys, file, limit)
}

// readFile reads a file of at most limit bytes; a longer one is a
// [*LimitError].
func readFile(fsys fs.FS, file string, limit int) ([]byte, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = &LimitError{Limit: "file size in bytes", Max: int64(limit), Value: int64(len(data))}
	}
	return data, err
}

func problemCode(p *yaml.Problem) (FindingCode, error) {
	if p.Reason == yaml.Limit {
		return yamlLimit, &LimitError{Limit: p.Name, Max: int64(p.Max), Value: int64(p.Value)}
	}
	return FindingCode("yaml." + string(p.Reason)), errors.New(p.Message)
}

// yaml returns the limits of a file with at most size bytes.
func (l Limits) yaml(size, aliases int) yaml.Limits {
	return yaml.Limits{Bytes: size, Depth: l.Depth, Keys: l.Keys, Nodes: l.Values, Aliases: aliases}
}

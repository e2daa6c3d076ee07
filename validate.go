package pack

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/pep508"
	"github.com/packtrain/pack/internal/text/schema"
	"github.com/packtrain/pack/internal/text/yaml"
)

// ValidateOptions say how to validate a pack.
type ValidateOptions struct {
	// Limits bound what is read.
	Limits Limits
}

// Validate checks what [Load] does not look at: the whole tree of the pack p in
// fsys (links, submodules, nested packs), the files that its components and
// tests name, the components they use, config.schema.yaml, and the files that
// list packages to install (requirements.txt, package.json, package-lock.json).
// It returns its own findings; those of loading are in p, which may be the result
// of a [Load] that failed. A directory without pack.yaml has none. opts may be nil.
func Validate(fsys fs.FS, p *Pack, opts *ValidateOptions) Findings {
	if opts == nil {
		opts = &ValidateOptions{}
	}
	v := &validator{fsys: fsys, pack: p, limits: opts.Limits.withDefaults(), findings: Findings{}, judged: map[string]bool{}, folded: map[string]string{}, files: map[string]error{}}
	if slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Code == manifestMissing }) {
		return v.findings
	}
	v.checkTree()
	v.checkFiles()
	if p.Manifest.Ref != "" {
		v.checkUses()
	}
	v.checkRequirements()
	v.checkNode()
	v.checkConfigSchema()
	v.checkRanges()
	v.findings.sort()
	return v.findings
}

// A validator checks one pack.
type validator struct {
	fsys     fs.FS
	pack     *Pack
	limits   Limits
	findings Findings
	judged   map[string]bool   // scripts, with their runners, and directories of scripts
	folded   map[string]string // names, by what some system takes for the same
	files    map[string]error  // the results of isFile, because many components name one file
}

func (v *validator) report(code FindingCode, file string, line int, format string, args ...any) {
	v.findings.report(code, file, line, fmt.Errorf(format, args...))
}

// checkConfigSchema warns of a config.schema.yaml that cannot be read.
func (v *validator) checkConfigSchema() {
	data, err := readRegular(v.fsys, configSchemaFile, v.limits.ComponentSize)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		v.findings.report(configSchemaInvalid, configSchemaFile, 0, err)
		return
	}
	node, problems := yaml.Parse(data, v.limits.yaml(v.limits.ComponentSize, v.limits.Aliases))
	for i := range problems {
		_, err := problemCode(&problems[i])
		v.findings.report(configSchemaInvalid, configSchemaFile, problems[i].Line, err)
	}
	if node != nil && node.Kind != yaml.Mapping {
		v.report(configSchemaInvalid, configSchemaFile, node.Line, "the document is %v; want a mapping of settings", node.Kind)
	}
	for _, p := range schema.Check("setting", node) {
		code := configSchemaInvalid
		if p.Reason == schema.Secret {
			code = schemaSecret
		}
		v.report(code, configSchemaFile, p.Line, "%s", p.Message)
	}
}

// checkFiles checks that the files which components and tests name exist and can
// be started.
func (v *validator) checkFiles() {
	for i := range v.pack.Components {
		switch c := &v.pack.Components[i]; {
		case c.Action != nil:
			v.checkEntryPoint(actionEntryPointMissing, c, c.Action.EntryPoint, c.Action.Runner)
			v.wantFile(actionWorkflowMissing, c, "workflow_file", c.Action.WorkflowFile)
		case c.Sensor != nil:
			v.checkEntryPoint(sensorEntryPointMissing, c, c.Sensor.EntryPoint, c.Sensor.Runner)
		}
	}
	v.checkTests()
}

func (v *validator) checkEntryPoint(code FindingCode, c *Component, file, runner string) {
	if v.runsFile(runner) && !v.wantFile(code, c, "entry_point", file) || file == "" {
		return
	}
	key := runner + " " + file
	if v.judged[key] {
		return
	}
	v.judged[key] = true
	v.checkScript(file, runner)
	v.checkModules(file, runner)
}

// runsFile reports whether the entry point of a runner is a file of the pack.
// That of the native runner may come with the platform, that of a command
// runner means nothing.
func (v *validator) runsFile(runner string) bool {
	return !isNative(runner) && !containsFold(platformCommands, runner)
}

// wantFile reports when a file that component c names is not there.
func (v *validator) wantFile(code FindingCode, c *Component, key, file string) (ok bool) {
	if file == "" {
		return true
	}
	err := v.isFile(file)
	if err != nil {
		v.report(code, c.File, v.pack.lineOf(c.File, key), "%s %q: %w", key, file, err)
	}
	return err == nil
}

var (
	errNoSuchFile = errors.New("there is no such file")
	errNotAFile   = errors.New("that is not a regular file")
)

// isFile returns what is wrong with a file that the pack names, nil for nothing.
func (v *validator) isFile(file string) error {
	err, known := v.files[file]
	if !known {
		err = v.lookFor(file)
		v.files[file] = err
	}
	return err
}

func (v *validator) lookFor(file string) error {
	info, err := fs.Lstat(v.fsys, file)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid):
		return errNoSuchFile
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil // which is told of every link
	case !info.Mode().IsRegular():
		return errNotAFile
	case v.isPointer(file, info.Size()):
		return errLFSPointer
	}
	return nil
}

// isPointer reports whether a file is a pointer that Git LFS left in place of
// another file.
func (v *validator) isPointer(file string, size int64) bool {
	const (
		least = int64(len(lfsStart + "v1\noid sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nsize 1\n"))
		most  = 1024 // as its specification has it
	)
	if size < least || size > most {
		return false
	}
	data, err := readFile(v.fsys, file, most)
	return err == nil && strings.HasPrefix(string(data), lfsStart)
}

func (v *validator) checkTests() {
	t := v.pack.Manifest.Testing
	if t == nil || !t.Enabled {
		return
	}
	line := v.pack.lineOf(ManifestFile, "testing")
	for _, s := range t.Suites(v.fsys) {
		if err := s.Err(); err != nil {
			v.report(manifestTestRunner, ManifestFile, line, "testing: %q: %w", s.Name, err)
		} else if s.Type == suiteScript {
			v.checkScript(s.Entry, s.Runner)
		}
		if _, err := fs.Lstat(v.fsys, s.Entry); err != nil && len(t.Runners) == 0 && s.Err() == nil {
			v.report(manifestTestsMissing, ManifestFile, line, "testing: command %q of test %q: %w", s.Entry, s.Name, errNoSuchFile)
		}
	}
	for _, r := range t.Runners {
		if r.Requirements != "" && r.Requirements != pep508.RequirementsFile {
			v.report(packagesUnread, ManifestFile, line, "testing: requirements %q of runner %q are not installed; list them in %s", r.Requirements, r.Name, pep508.RequirementsFile)
		}
		if r.EntryPoint == "" {
			continue
		}
		if _, err := fs.Lstat(v.fsys, r.EntryPoint); err != nil {
			v.report(manifestTestsMissing, ManifestFile, line, "testing: entry_point %q of runner %q: %w", r.EntryPoint, r.Name, errNoSuchFile)
		}
	}
}

// checkTree walks over the whole pack.
func (v *validator) checkTree() {
	entries := 0
	_ = fs.WalkDir(v.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			v.findings.report(FindingUnreadable, p, 0, err)
			return fs.SkipDir
		}
		if entries++; entries > v.limits.Files {
			v.findings.report(treeLimit, ".", 0, &LimitError{Limit: "number of files and directories", Max: int64(v.limits.Files), Value: int64(entries)})
			return fs.SkipAll
		}
		return v.checkEntry(p, d)
	})
	v.checkGitModules()
}

func (v *validator) checkEntry(p string, d fs.DirEntry) error {
	if d.Name() != ".git" && p != "." {
		v.checkName(p)
	}
	switch {
	case d.Name() == ".git":
		return v.checkGit(p, d)
	case d.IsDir():
	case d.Type()&fs.ModeSymlink != 0:
		v.findings.report(treeSymlink, p, 0, Errorf(CodeForbiddenEntry, "%q is a symbolic link; put the file itself there", p))
	case !d.Type().IsRegular():
		v.findings.report(treeIrregular, p, 0, Errorf(CodeForbiddenEntry, "%q is %s; remove it", p, typeName(d.Type())))
	case p == "pack/"+ManifestFile:
		v.report(manifestAmbiguous, p, 0, "there are %s and pack/%[1]s; keep one", ManifestFile)
	case looksLikeManifest(d.Name()) && p != ManifestFile:
		v.report(treeNestedPack, p, 0, "%q is ignored; the pack is described by the %s at its root", p, ManifestFile)
	default:
		v.checkUnread(p)
	}
	return nil
}

// checkGit passes over the pack's own repository; any other is a submodule.
func (v *validator) checkGit(p string, d fs.DirEntry) error {
	if dir := path.Dir(p); dir != "." {
		v.report(treeSubmodule, dir, 0, "%q is a git repository of its own; its content is not delivered with the pack", dir)
	}
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

const gitModulesFile = ".gitmodules"

// checkGitModules warns of the submodules that .gitmodules lists.
func (v *validator) checkGitModules() {
	data, err := readRegular(v.fsys, gitModulesFile, v.limits.ComponentSize)
	if err != nil {
		return // absent, or reported as what it is
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for number := 1; lines.Scan(); number++ {
		key, dir, _ := strings.Cut(lines.Text(), "=")
		if strings.TrimSpace(key) == "path" {
			v.report(treeSubmodule, gitModulesFile, number, "%q is a git submodule; its content is not delivered with the pack", strings.TrimSpace(dir))
		}
	}
}

// checkUses checks that the components exist which other components name. In
// StackStorm shape nothing can be said: many packs name what others bring.
func (v *validator) checkUses() {
	if v.pack.Shape == ShapeStackStorm {
		return
	}
	known, unread := v.knownRefs(), v.unreadKinds()
	for i := range v.pack.Components {
		switch c := &v.pack.Components[i]; {
		case c.Rule != nil:
			v.wantRef(known, unread, use{c, KindTrigger, c.Rule.TriggerRef, ruleUnknownTrigger, []string{"trigger_ref", "trigger"}})
			v.wantRef(known, unread, use{c, KindAction, c.Rule.ActionRef, ruleUnknownAction, []string{"action_ref", "action"}})
		case c.Sensor != nil:
			for _, ref := range c.Sensor.TriggerTypes {
				v.wantRef(known, unread, use{c, KindTrigger, ref, sensorUnknownTrigger, []string{"trigger_types", "trigger_type"}})
			}
		case c.Workflow != nil:
			for _, ref := range c.Workflow.ActionRefs {
				v.checkForeign(use{by: c, ref: ref, keys: []string{"tasks"}})
			}
		case c.Policy != nil:
			v.checkForeign(use{by: c, ref: c.Policy.ActionRef, keys: []string{"action_ref", "resource_ref"}})
		}
	}
}

// A refKey is a component of some kind.
type refKey struct {
	kind Kind
	ref  ComponentRef
}

// knownRefs returns the components of the pack. Workflows are actions too.
func (v *validator) knownRefs() map[refKey]bool {
	known := map[refKey]bool{}
	for i := range v.pack.Components {
		c := &v.pack.Components[i]
		known[refKey{c.Kind, c.Ref}] = true
		if c.Kind == KindWorkflow {
			known[refKey{KindAction, c.Ref}] = true
		}
	}
	return known
}

// unreadKinds returns the kinds of which a component could not be read, or has no
// valid ref: a component that seems to be missing may be that one.
func (v *validator) unreadKinds() map[Kind]bool {
	unread := map[Kind]bool{}
	for _, f := range v.pack.Findings {
		switch f.Code {
		case componentNoRef, componentInvalidRef, componentForeignRef, componentNotRegular:
		case componentLimit:
			unread[KindAction], unread[KindTrigger] = true, true
		default:
			if !strings.HasPrefix(string(f.Code), "yaml.") {
				continue
			}
		}
		dir, _, _ := strings.Cut(f.File, "/")
		unread[Kind(dir)] = true
	}
	unread[KindAction] = unread[KindAction] || unread[KindWorkflow]
	return unread
}

// A use is one component's mention of another.
type use struct {
	by   *Component
	kind Kind
	ref  ComponentRef
	code FindingCode // to report when it is of this pack and not known
	keys []string    // under which it is mentioned
}

// wantRef reports a ref of this pack that is not known, and warns of one of
// another pack.
func (v *validator) wantRef(known map[refKey]bool, unread map[Kind]bool, u use) {
	if u.ref == "" || v.isForeign(u.ref) {
		v.checkForeign(u)
		return
	}
	if !known[refKey{u.kind, u.ref}] && !unread[u.kind] {
		v.report(u.code, u.by.File, v.pack.lineOf(u.by.File, u.keys...), "%.128q is not among the %s of this pack", u.ref, u.kind)
	}
}

// checkForeign warns of a ref of another pack.
func (v *validator) checkForeign(u use) {
	if u.ref != "" && v.isForeign(u.ref) {
		v.report(componentForeignUse, u.by.File, v.pack.lineOf(u.by.File, u.keys...), "%.128q belongs to another pack, which has to be installed too", u.ref)
	}
}

func (v *validator) isForeign(ref ComponentRef) bool { return ref.Pack() != v.pack.Manifest.Ref }

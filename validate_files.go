package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/archive/names"
	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/npm"
	"github.com/packtrain/pack/internal/text/pep508"
	"github.com/packtrain/pack/internal/text/pymodules"
	"github.com/packtrain/pack/internal/text/ranges"
	"github.com/packtrain/pack/internal/text/shebang"
)

// The files that list packages to install are judged by the functions that
// judge them when environments are built.

// checkScript reports a script that nothing can start, once.
func (v *validator) checkScript(file, runner string) {
	s, err := v.pack.table().readScript(v.fsys, file, runner)
	fault, ok := errors.AsType[*shebang.Fault](s.Err())
	if err != nil || !ok || v.judged[file] {
		return // not there, or not ours to start: reported as that
	}
	v.judged[file] = true
	v.findings.report(FindingCode("script."+string(fault.Reason)), file, 1, s.Err())
}

// checkModules warns of files beside a Python script that hide modules of the
// standard library from it.
func (v *validator) checkModules(file, runner string) {
	s, err := v.pack.table().readScript(v.fsys, file, runner)
	dir := path.Dir(file)
	if err != nil || s.Runtime != RuntimePython || v.judged[dir] {
		return
	}
	v.judged[dir] = true
	entries, err := fs.ReadDir(v.fsys, dir)
	if err != nil {
		return // reported as unreadable
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if module := pymodules.Hides(e.Name(), e.IsDir()); module != "" && (!e.IsDir() || v.isFile(path.Join(name, "__init__.py")) == nil) {
			v.report(actionHidesModule, name, 0, "%q hides the module %q of Python's standard library from the scripts in %s/, which fail when they import it; give it another name", name, module, dir)
		}
	}
}

// checkName reports a name that a pack cannot have where it is received, or that
// some system takes for another one of the pack.
func (v *validator) checkName(p string) {
	if fault := names.Fault(path.Base(p)); fault != "" {
		v.findings.report(treeUnsafeName, p, 0, Errorf(CodeUnsafePath, "the name %q %s; give it another", path.Base(p), fault))
		return
	}
	key := names.Fold(p)
	if other := v.folded[key]; other != "" {
		v.findings.report(treeCollision, p, 0, Errorf(CodeNameCollision, "%q and %q are the same name on some systems; rename one", other, p))
		return
	}
	v.folded[key] = p
}

// checkRanges judges the version ranges of runtimes where they are written.
func (v *validator) checkRanges() {
	n := needs{fsys: v.fsys, table: v.pack.table(), told: func(name RuntimeName, versions, reason string) {
		file, line := reason, v.pack.lineOf(reason, "runtime_version")
		if reason == "runtime_deps" || reason == "dependencies" {
			file, line = ManifestFile, v.pack.lineOf(ManifestFile, reason)
		}
		v.checkRange(name, versions, file, line)
	}}
	n.addPack(v.pack)
}

func (v *validator) checkRange(name RuntimeName, versions, file string, line int) {
	fits := map[RuntimeName]func(string) bool{RuntimePython: ranges.IsPython, RuntimeNode: ranges.IsNode}[name]
	if fits == nil || fits(versions) {
		return
	}
	r, _ := RuntimeByName(name)
	v.findings.report(runtimeRange, file, line, Errorf(CodeInvalidVersion, "%s version range %.64q: write it as in %q", r.Title, versions, r.RangeExample))
}

// checkUnread warns of a file that plainly says something about the pack, and is
// read by nothing.
func (v *validator) checkUnread(p string) {
	dir, name := path.Split(p)
	dir = strings.TrimSuffix(dir, "/")
	if advice := v.unreadPackages(dir, name); advice != "" {
		v.report(packagesUnread, p, 0, "%q is not read; %s", p, advice)
		return
	}
	if dir == "" || strings.Contains(dir, "/") || !isComponentFile(strings.ToLower(name)) {
		return
	}
	switch kind := nearest.Word(dir, kindNames()); {
	case kind == dir && !isComponentFile(name):
		v.report(componentUnread, p, 0, "%q is not read; give it a name that ends with .yaml", p)
	case kind != dir && kind != "":
		v.report(componentUnread, p, 0, "%q is not read: did you mean the directory %q?", p, kind)
	}
}

func kindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return names
}

// unreadPackages says what to do about a file that lists packages and is not read,
// "" when it is read or lists none. Deeper files are the business of the scripts
// there.
func (v *validator) unreadPackages(dir, name string) string {
	inPack := dir == "" || slices.Contains(append(kindNames(), "lib", "src"), dir)
	for _, r := range v.pack.table() {
		if r.Manifest == "" || !inPack {
			continue
		}
		for _, known := range append([]string{r.Manifest}, r.Locks...) {
			switch {
			case dir == "" && name == known:
				return ""
			case strings.EqualFold(name, known):
				return fmt.Sprintf("%s packages are listed in %s at the root of the pack: move it there", r.Title, known)
			}
		}
		if dir == "" && slices.Contains(foreignManifests(r.Name), name) {
			return fmt.Sprintf("%s packages are listed in %s: list there what it lists", r.Title, strings.Join(append([]string{r.Manifest}, r.Locks...), " and "))
		}
	}
	return ""
}

// foreignManifests returns the files in which other tools of a runtime list
// packages.
func foreignManifests(r RuntimeName) []string {
	switch r {
	case RuntimePython:
		return []string{
			"pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml",
			"requirements.in", "requirement.txt", "requirements.text", "requirements", "environment.yml", "environment.yaml",
		}
	case RuntimeNode:
		return append(npm.ForeignLocks(), "deno.lock")
	}
	return nil
}

// checkRequirements judges every line of requirements.txt and of the files that it
// includes.
func (v *validator) checkRequirements() {
	read := func(name string) ([]byte, error) {
		return readRegular(v.fsys, name, min(v.limits.ComponentSize, pep508.MaxSize))
	}
	if _, err := read(pep508.RequirementsFile); err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			v.findings.report(requirementUnreadable, pep508.RequirementsFile, 0, err)
		}
		return
	}
	for line, fault := range pep508.JudgeFiles(read, pep508.RequirementsFile) {
		switch {
		case fault != nil:
			v.reportRequirement(&line, fault)
		case !line.Pinned() && !line.Constraint:
			v.report(requirementUnpinned, line.File, line.Number, "unpinned: specify a version for %.200q", line.Text)
		}
	}
}

// reportRequirement words the fault of a line, or of all files.
func (v *validator) reportRequirement(l *pep508.Line, f *pep508.Fault) {
	code := requirementCode(l, f)
	switch f.Rule {
	case pep508.RuleLimit:
		v.findings.report(code, f.File, 0, &LimitError{Limit: f.Limit, Max: f.Max, Value: f.Value})
	case pep508.RuleDirect:
		v.report(code, f.File, f.Line, "%.200q is installed only where the host allows addresses; name a package of the index", l.Text)
	default:
		v.findings.report(code, f.File, f.Line, f)
	}
}

// requirementCode returns the code of a fault. All but one of the rules hold
// whatever the host allows, so the codes are errors, with one exception: many
// packs were written with repositories as pip takes them, and work elsewhere.
func requirementCode(l *pep508.Line, f *pep508.Fault) FindingCode {
	isVCS := l.Kind == pep508.VCS
	switch f.Rule {
	case pep508.RuleEncoding:
		return requirementUnreadable
	case pep508.RuleControl:
		return requirementInvalid
	case pep508.RuleSyntax:
		if errors.Is(f, pep508.ErrSingleEquals) {
			return requirementSingleEquals
		}
		return requirementInvalid
	case pep508.RuleOption, pep508.RuleInclude:
		return requirementOption
	case pep508.RulePath:
		return requirementPath
	case pep508.RuleEditable, pep508.RuleUnnamed, pep508.RuleDirect:
		if isVCS {
			return requirementVCS
		}
		if f.Rule == pep508.RuleDirect {
			return requirementURL
		}
	}
	return requirementRefused
}

// checkNode judges package.json and, when that lists packages, the lock.
func (v *validator) checkNode() {
	data, ok := v.readNode(npm.ManifestFile, min(v.limits.ComponentSize, npm.MaxManifestSize), nodeManifestInvalid)
	if !ok {
		return
	}
	m, err := npm.ParseManifest(data)
	if err != nil {
		v.reportNode(err, nodeManifestInvalid, nodeDependencyRefused)
		return
	}
	for _, key := range m.Ignored {
		v.report(nodeIgnored, npm.ManifestFile, 0, "%s has no effect; list what the pack needs in dependencies", key)
	}
	v.checkRange(RuntimeNode, m.Engine, npm.ManifestFile, 0)
	if m.Empty() {
		return
	}
	_, err = npm.ReadLock(func(name string) ([]byte, error) {
		data, ok := v.readNode(name, npm.MaxLockSize, nodeLockInvalid)
		if !ok {
			return nil, fs.ErrNotExist // or reported
		}
		return data, nil
	})
	if err != nil {
		v.reportNode(err, nodeLockInvalid, nodeLockRefused)
	}
}

// readNode reads a file. One that is there but cannot be read is reported.
func (v *validator) readNode(file string, limit int, code FindingCode) ([]byte, bool) {
	data, err := readRegular(v.fsys, file, limit)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.findings.report(code, file, 0, err)
	}
	return data, err == nil
}

// reportNode words an error of package npm.
func (v *validator) reportNode(err error, invalid, refused FindingCode) {
	e, ok := errors.AsType[*npm.Error](err)
	switch {
	case !ok:
		v.findings.report(invalid, npm.ManifestFile, 0, err)
	case e.Kind == npm.Limit:
		v.findings.report(invalid, e.File, 0, &LimitError{Limit: e.Limit, Max: e.Max, Value: e.Value})
	case e.Kind == npm.Refused:
		v.report(refused, e.File, e.Line, "%s", e.Reason)
	default:
		v.report(invalid, e.File, e.Line, "%s", e.Reason)
	}
}

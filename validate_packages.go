package pack

import (
	"errors"
	"io/fs"

	"github.com/packtrain/pack/internal/text/npm"
	"github.com/packtrain/pack/internal/text/pep508"
)

// The files that list packages to install are judged by the functions that
// judge them when environments are built.

// checkRequirements judges every line of requirements.txt.
func (v *validator) checkRequirements() {
	data, err := readRegular(v.fsys, pep508.RequirementsFile, min(v.limits.ComponentSize, pep508.MaxSize))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		v.findings.report(requirementUnreadable, pep508.RequirementsFile, 0, err)
		return
	}
	for line, fault := range pep508.JudgeFile(string(data)) {
		switch {
		case fault != nil:
			v.reportRequirement(&line, fault)
		case !line.Pinned():
			v.report(requirementUnpinned, pep508.RequirementsFile, line.Number, "unpinned: specify a version for %.200q", line.Text)
		}
	}
}

// reportRequirement words the fault of a line, or of the whole file.
func (v *validator) reportRequirement(l *pep508.Line, f *pep508.Fault) {
	code := requirementCode(l, f)
	switch f.Rule {
	case pep508.RuleLimit:
		v.findings.report(code, pep508.RequirementsFile, 0, &LimitError{Limit: f.Limit, Max: f.Max, Value: f.Value})
	case pep508.RuleDirect:
		v.report(code, pep508.RequirementsFile, f.Line, "%.200q is installed only where the host allows addresses; name a package of the index", l.Text)
	default:
		v.findings.report(code, pep508.RequirementsFile, f.Line, f)
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
	case pep508.RuleOption:
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
	if m.Empty() {
		return
	}
	if data, ok = v.readNode(npm.LockFile, npm.MaxLockSize, nodeLockInvalid); !ok {
		return
	}
	if _, err := npm.ParseLock(data); err != nil {
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

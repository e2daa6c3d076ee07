package pack

import (
	"bufio"
	"bytes"
	"io/fs"
	"path"
	"strings"
)

// checkTree walks over the whole pack.
func (v *validator) checkTree() {
	entries := 0
	_ = fs.WalkDir(v.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			v.findings.report(treeUnreadable, p, 0, err)
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
	switch {
	case d.Name() == ".git":
		return v.checkGit(p, d)
	case d.IsDir():
	case d.Type()&fs.ModeSymlink != 0:
		v.findings.report(treeSymlink, p, 0, Errorf(CodeForbiddenEntry, "%q is a symbolic link; put the file itself there", p))
	case !d.Type().IsRegular():
		v.findings.report(treeIrregular, p, 0, Errorf(CodeForbiddenEntry, "%q is %s; remove it", p, typeName(d.Type())))
	case d.Name() == ManifestFile && p != ManifestFile:
		v.report(treeNestedPack, p, 0, "this pack.yaml is ignored; the pack is described by the one at its root")
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

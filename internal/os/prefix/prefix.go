// Package prefix finds the files that belong to an installed program, so that a child
// process which sees listed files only can start it.
package prefix

import (
	"os"
	"path/filepath"
)

// maxLinks bounds the length of a chain of links.
const maxLinks = 16

// Of returns the paths that running program reads: each link of the chain that leads to
// its file, the file, and for a Python interpreter the directories of its installation.
// A program that is a shim of a version manager needs the directory above the shims.
// Paths that do not exist are left out.
func Of(program string) []string {
	var paths []string
	for _, file := range chain(program) {
		paths = append(paths, file)
		if dir := filepath.Dir(file); filepath.Base(dir) == "shims" {
			paths = append(paths, filepath.Dir(dir))
		}
		paths = append(paths, installation(filepath.Dir(file))...)
	}
	return paths
}

// chain returns the links from path to its file, and the file, also as it is called
// without links among its directories.
func chain(path string) []string {
	var files []string
	for range maxLinks {
		if _, err := os.Lstat(path); err != nil {
			return files
		}
		files = append(files, path)
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
		files = append(files, real)
	}
	return files
}

// installation returns the directories of the Python that is installed with its
// programs in bin: not all of what lies beside bin, which may be the home of a user.
func installation(bin string) []string {
	dir := filepath.Dir(bin)
	library, err := filepath.Glob(filepath.Join(dir, "lib*", "python3*", "os.py"))
	if err != nil || len(library) == 0 {
		return nil
	}
	paths := []string{bin}
	for _, name := range []string{"lib", "lib64", "include"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

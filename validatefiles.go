package pack

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// checkFiles checks that the files exist which components and tests name.
func (v *validator) checkFiles() {
	for i := range v.pack.Components {
		switch c := &v.pack.Components[i]; {
		case c.Action != nil:
			if v.runsFile(c.Action.Runner) {
				v.wantFile(actionEntryPointMissing, c, "entry_point", c.Action.EntryPoint)
			}
			v.wantFile(actionWorkflowMissing, c, "workflow_file", c.Action.WorkflowFile)
		case c.Sensor != nil && v.runsFile(c.Sensor.Runner):
			v.wantFile(sensorEntryPointMissing, c, "entry_point", c.Sensor.EntryPoint)
		}
	}
	v.checkTests()
}

// runsFile reports whether the entry point of a runner is a file of the pack.
// That of the native runner may come with the platform, that of a command
// runner means nothing.
func (v *validator) runsFile(runner string) bool {
	return runner != "native" && !slices.Contains(commandRunners, runner)
}

// wantFile reports when a file that component c names is not there.
func (v *validator) wantFile(code findingCode, c *Component, key, file string) {
	if file == "" {
		return
	}
	if err := v.isFile(file); err != nil {
		v.report(code, c.File, v.pack.lineOf(c.File, key), "%s %q: %w", key, file, err)
	}
}

var (
	errNoSuchFile = errors.New("there is no such file")
	errNotAFile   = errors.New("that is not a regular file")
	errLFSPointer = errors.New("that is a Git LFS pointer, not the file itself: keep the files of a pack out of LFS")
)

func (v *validator) isFile(file string) error {
	info, err := fs.Lstat(v.fsys, file)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid):
		return errNoSuchFile
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errNotAFile
	case v.isPointer(file, info.Size()):
		return errLFSPointer
	}
	return nil
}

// isPointer reports whether a file is what Git LFS leaves in place of another.
func (v *validator) isPointer(file string, size int64) bool {
	const (
		start = "version https://git-lfs.github.com/spec/"
		least = int64(len(start + "v1\noid sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nsize 1\n"))
		most  = 1024 // as its specification has it
	)
	if size < least || size > most {
		return false
	}
	data, err := readFile(v.fsys, file, most)
	return err == nil && strings.HasPrefix(string(data), start)
}

func (v *validator) checkTests() {
	t := v.pack.Manifest.Testing
	if t == nil || !t.Enabled {
		return
	}
	for _, r := range t.Runners {
		if r.EntryPoint == "" {
			continue
		}
		if _, err := fs.Lstat(v.fsys, r.EntryPoint); err != nil {
			v.report(manifestTestsMissing, ManifestFile, v.pack.lineOf(ManifestFile, "testing"), "testing: entry_point %q of runner %q: %w", r.EntryPoint, r.Name, errNoSuchFile)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// A volume is the file system that has a directory.
type volume struct {
	kind           string // "" if it is not known
	free           int64  // bytes; negative if not known
	readOnly       bool
	withoutExecute bool // programs in it cannot be run
}

// scarce is the free space, in bytes, below which builds of environments are likely to fail.
const scarce = 1 << 30

// checkSpace looks at the file systems of the root and of temporary files.
func checkSpace(_ context.Context, p *patient) []diagnosis {
	found := diagnoseVolume("space", p.config.Root, volumeOf(existing(p.config.Root)))
	return append(found, diagnoseVolume("temporary", os.TempDir(), volumeOf(os.TempDir()))...)
}

// existing returns dir, or the first directory above it that exists.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func diagnoseVolume(name, dir string, v volume) []diagnosis {
	found := []diagnosis{{Check: name, Verdict: verdictOK, Message: fmt.Sprintf("%s  %s", dir, v)}}
	if v.free >= 0 && v.free < scarce {
		found = []diagnosis{{name, verdictWarning, fmt.Sprintf("only %s left at %s", megabytes(v.free), dir), "free some: packctl env prune, packctl cache prune --all"}}
	}
	add := func(severity verdict, message, fix string) {
		found = append(found, diagnosis{name, severity, dir + " " + message, fix})
	}
	if name == "temporary" {
		return found
	}
	switch {
	case v.readOnly:
		add(verdictWarning, "is on a file system that is mounted read-only: nothing can be installed", "mount it for writing, unless the root is part of an image")
	case v.withoutExecute:
		add(verdictProblem, "is on a file system that is mounted noexec: environments in it cannot run", "mount it without noexec, or choose another root by --root")
	}
	switch v.kind {
	case "tmpfs":
		add(verdictWarning, "is in memory: its packs are gone after a restart", "choose a root on a disk by --root")
	case "nfs", "cifs", "smb2", "fuse", "9p":
		add(verdictWarning, fmt.Sprintf("is on %s, whose locks and renames are not as certain as those of a disk", v.kind), "choose a root on a local disk; several hosts share one with --shared-root and records in PostgreSQL")
	}
	return found
}

// String describes the file system.
func (v volume) String() string {
	text := v.kind
	if v.free >= 0 {
		text += fmt.Sprintf("  %s free", megabytes(v.free))
	}
	return text
}

// writable warns of a root that this user can only read.
func writable(root string) []diagnosis {
	if !readOnly(root) {
		return nil
	}
	return []diagnosis{{"root", verdictWarning, root + " can be read, but not changed, by this user", "run packctl as its owner to change packs"}}
}

package envbuild

import "strings"

// Action says what can be done, as an imperative sentence without a full stop, in terms of
// the files of the pack and of the settings of the host; "" if the reason is not known.
func (e *BuildError) Action() string {
	text := actions()[e.Reason]
	if text == "" {
		return ""
	}
	name, file := e.Package, "the requirements"
	if name == "" {
		name = "the package"
	}
	for _, by := range e.WantedBy {
		if strings.HasSuffix(by, ".json") || strings.Contains(by, ".txt:") {
			file = by
			break
		}
	}
	return strings.NewReplacer("$pkg", name, "$file", file).Replace(text)
}

// actions are what can be done, by reason. $pkg is the package, and $file the place that
// asks for it.
func actions() map[Reason]string {
	return map[Reason]string{
		ReasonNeedsSource:      "require a version of $pkg that has a wheel in $file, or let the host allow building $pkg from source",
		ReasonNeedsDirect:      "require a release of $pkg from the index in $file, or let the host allow its address",
		ReasonForeignLock:      "add a package-lock.json beside $pkg, or let the host ignore foreign locks",
		ReasonRuntime:          "describe the runtime on this host, or let the host run the commands of $pkg",
		ReasonToolMissing:      "install $pkg on this host, or add where it is to the search path",
		ReasonMinimumAge:       "install a newer tool, or lower the minimum age of releases on this host",
		ReasonNotLocked:        "lock the environments again on a machine of this platform, and review what has changed in the lock",
		ReasonAddress:          "name a release of $pkg in $file that comes from the index",
		ReasonNotFound:         "check the name and version of $pkg in $file, and which index this host uses",
		ReasonConflict:         "widen or change the versions in $file until one choice satisfies all of them",
		ReasonPeerConflict:     "change the versions in $file so that they agree with the peer dependencies of $pkg",
		ReasonPythonMismatch:   "require another version of $pkg in $file, or build with a Python that it supports",
		ReasonEngineMismatch:   "require another version of $pkg in $file, or build with a Node.js that it supports",
		ReasonPlatformMismatch: "require a version of $pkg in $file that supports this system",
		ReasonIndexAuth:        "give this host credentials of the index",
		ReasonIndexUnreachable: "check the address of the index, the proxy and the network of this host, and build again",
		ReasonHeaderMissing:    "install the system library that $pkg is built with, or require a version that has a wheel in $file",
		ReasonSourceBuild:      "require a version of $pkg that has a wheel in $file, or install what building it needs",
		ReasonScript:           "read the output of the script, and install what it needs",
		ReasonHashMismatch:     "compare the digests in $file with those that the author of $pkg publishes before you change them",
		ReasonInvalidPackage:   "report this to the author of $pkg, and require another version in $file",
		ReasonOutOfDateLock:    "write the lock again (npm install --package-lock-only) and commit it beside package.json",
		ReasonDiskFull:         "free space on the disk of the environments, for example with the removal of those that no pack uses",
		ReasonTooLarge:         "raise the limit of the size of files on this host, or require another version of $pkg",
		ReasonTimeout:          "build again with more time, or find out why the index is slow",
	}
}

package pack

import "errors"

// MaxRefLen is the longest ref accepted, for tests.
const MaxRefLen = maxRefLen

// InvalidFindings returns the findings that an error of [Findings.Err] carries.
func InvalidFindings(err error) Findings {
	if invalid, ok := errors.AsType[*invalidError](err); ok {
		return invalid.Findings
	}
	return nil
}

// DirectoryMismatch returns the digests that an error of [VerifyDirectory] carries.
func DirectoryMismatch(err error) (want, got Digest, ok bool) {
	e, ok := errors.AsType[*integrityError](err)
	if !ok || e.subject != subjectDirectory {
		return "", "", false
	}
	return e.want, e.got, true
}

// Runtimes returns the table of runtimes.
func Runtimes() []Runtime { return runtimes() }

// RuntimeLookUps returns the ways to find a runtime by text.
func RuntimeLookUps() map[string]func(string) (Runtime, bool) {
	return map[string]func(string) (Runtime, bool){
		"word": builtIn().ofWord, "runner": builtIn().ofRunner, "test runner": RuntimeOfTestRunner, "program": builtIn().ofProgram, "file": builtIn().ofFile,
	}
}

// ManifestKeys are the keys of a pack.yaml that mean something.
func ManifestKeys() []string { return knownKeys }

// ComponentKeys are the keys of a component that mean something.
func ComponentKeys(kind Kind) []string { return componentKeys(kind) }

// RefPattern is the regular expression of refs.
func RefPattern() string { return refPattern.String() }

// RunnerTypes are the runner types of native shape.
func RunnerTypes() []string { return builtIn().runnerTypes() }

// MaxSeconds is the longest duration that a pack may ask for.
const MaxSeconds = maxSeconds

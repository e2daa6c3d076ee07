package pack

import (
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/runtimespec"
	"github.com/packtrain/pack/internal/text/yaml"
)

// ReadRuntime reads the description of a runtime, one document of YAML in the form of the
// files runtimes/*.yaml of packs, which a host adds to [LoadOptions.Runtimes]. Entries that
// are not known have no effect. A description that breaks one of the rules which hold for
// those of packs, names a program by an absolute path, or describes a runtime that is
// built in, is an error with [CodeInvalidManifest].
func ReadRuntime(description []byte) (Runtime, error) {
	limits := Limits{}.withDefaults()
	n, faults := yaml.Parse(description, limits.yaml(limits.ComponentSize, limits.Aliases))
	if len(faults) > 0 {
		_, err := problemCode(&faults[0])
		return Runtime{}, Errorf(CodeInvalidManifest, "description of a runtime: line %d: %w", faults[0].Line, err)
	}
	if n == nil || n.Kind != yaml.Mapping {
		return Runtime{}, Errorf(CodeInvalidManifest, "description of a runtime: want a mapping")
	}
	if problems := runtimespec.Check(n); len(problems) > 0 {
		return Runtime{}, Errorf(CodeInvalidManifest, "description of a runtime: line %d: %s", problems[0].Line, problems[0].Message)
	}
	r, reason := describedRuntime(runtimespec.Read(n))
	if reason != "" {
		return Runtime{}, Errorf(CodeInvalidManifest, "description of a runtime: %s", reason)
	}
	return r, nil
}

// describedRuntime returns the row for a description that breaks no rule, or why there is
// none.
func describedRuntime(s runtimespec.Spec) (r Runtime, reason string) {
	ref := ComponentRef(s.Ref)
	name := s.Ref[strings.Index(s.Ref, ".")+1:]
	first := s.Versions[0]
	switch {
	case !refPattern.MatchString(name) || !refPattern.MatchString(string(ref.Pack())) || len(s.Ref) > maxComponentRef:
		return r, "its ref is not one, such as core.ruby"
	case slices.Contains([]string{"attached", "cache", "locks", "logs"}, name):
		return r, "the name " + name + " is used for other directories"
	case first.Program == "" && len(first.Checks) == 0:
		return r, "it names no program"
	}
	if _, known := RuntimeByName(RuntimeName(name)); known {
		return r, "the runtime " + name + " is built in"
	}
	d := &RuntimeDescription{Ref: ref, Minimum: s.Minimum}
	r = Runtime{Name: RuntimeName(name), Title: s.Title, Link: "env-" + name, RangeExample: ">=1.2 <3", Described: d}
	if r.Title == "" {
		r.Title = name
	}
	r.Words = append([]string{name}, s.Words...)
	r.RunnerTypes = r.Words
	r.Manifest = path.Clean(first.Manifest)
	if first.Manifest == "" {
		r.Manifest = ""
	}
	for i := range s.Versions {
		v := &s.Versions[i]
		r.Programs, r.Extensions = appendNew(r.Programs, v.Program), appendNew(r.Extensions, v.Extension)
		d.Versions = append(d.Versions, runtimeVersion(v))
	}
	return r, ""
}

func runtimeVersion(s *runtimespec.Version) RuntimeVersion {
	v := RuntimeVersion{
		Version: s.Version, Checks: []RuntimeCheck{}, Args: s.Args, Layout: s.Layout, Create: s.Create, Install: s.Install, Interpreter: s.Interpreter,
	}
	for _, c := range s.Checks {
		v.Checks = append(v.Checks, RuntimeCheck{Program: c.Program, Args: c.Args, ExitCode: c.Exit, Pattern: c.Pattern})
	}
	if len(v.Checks) == 0 {
		v.Checks = append(v.Checks, RuntimeCheck{Program: s.Program, Args: []string{"--version"}})
	}
	for _, a := range s.Variables {
		v.Variables = append(v.Variables, RuntimeVariable{Name: a.Name, Operation: a.Operation, Value: a.Value, Separator: a.Separator})
	}
	return v
}

// describe adds the runtime that the pack itself describes to those it knows. Of runtimes
// with one name, that of the host counts.
func (l *loader) describe(ref ComponentRef, n *yaml.Node) {
	s := runtimespec.Read(n)
	s.Ref = string(ref)
	r, reason := describedRuntime(s)
	if _, known := l.pack.table().byName(r.Name); known || reason != "" || len(runtimespec.Check(n)) > 0 {
		return
	}
	r.Described.Pack = l.pack.Manifest.Ref
	l.pack.Runtimes = append(l.pack.Runtimes, r)
}

package pack

import (
	"fmt"
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// readDependencies reads `dependencies`, which is a list of packs, or a map
// with `packs` and the versions of platform and runtimes.
func (s *section) readDependencies(m *Manifest, compat bool) {
	n := s.get("dependencies")
	if n == nil {
		return
	}
	if n.Kind != yaml.Mapping {
		m.Dependencies = s.dependencyList("dependencies", compat)
		return
	}
	sub := s.at(n)
	m.PlatformVersion = sub.text("attune_version")
	m.PythonVersion = sub.text("python_version")
	m.NodeVersion = sub.text("nodejs_version")
	m.Dependencies = sub.dependencyList("packs", compat)
	for _, f := range n.Fields {
		switch f.Key.Text {
		case "attune_version", "python_version", "nodejs_version", "packs":
		default:
			s.report(manifestUnknownKey, f.Key.Line, "key %.64q of dependencies is not known; it has no effect", f.Key.Text)
		}
	}
}

func (s *section) dependencyList(key string, compat bool) []Dependency {
	list := []Dependency{}
	for _, item := range s.items(key) {
		if item.Kind != yaml.String {
			s.wrongType("a dependency", item, "a string such as \"core\" or \"core@^1.2\"")
			continue
		}
		if strings.ContainsAny(item.Text, "/\\:") {
			s.report(manifestDependencyURL, item.Line, "dependency %.128q is a URL or a path and is ignored; write the pack's ref", item.Text)
			continue
		}
		d, err := parseDependency(item.Text, compat)
		if err != nil {
			s.findings.report(manifestDependency, s.file, item.Line, fmt.Errorf("dependency %.128q: %w", item.Text, err))
			continue
		}
		list = append(list, d)
	}
	return list
}

// parseDependency parses "ref" or "ref@constraint"; in compatibility mode also
// "ref=version".
func parseDependency(text string, compat bool) (Dependency, error) {
	name, constraint, versioned := strings.Cut(text, "@")
	if !versioned && compat {
		name, constraint, versioned = strings.Cut(text, "=")
	}
	ref, err := ParseRef(strings.TrimSpace(name))
	if err != nil {
		return Dependency{}, err
	}
	if versioned && strings.TrimSpace(constraint) == "" {
		return Dependency{}, Errorf(CodeInvalidVersion, "the constraint is empty; write %q", name)
	}
	c, err := ParseConstraint(constraint)
	return Dependency{Ref: ref, Constraint: c}, err
}

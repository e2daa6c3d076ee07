package house

import (
	"fmt"
	"strings"
)

// module is the part of a go.mod that the rules use.
type module struct {
	dir          string // relative to the tree, "." for the root
	path         string
	goLine       string
	requirements []requirement
	blocks       map[string]bool // the directives it uses, such as "tool" and "replace"
}

type requirement struct {
	path, version string
	indirect      bool
}

func (m *module) file() string {
	if m.dir == "." {
		return "go.mod"
	}
	return m.dir + "/go.mod"
}

// parseModule reads a go.mod as the go command formats it. The tree is ours,
// so unusual but legal spellings (quoted paths) are errors instead of features.
func parseModule(dir, content string) (*module, error) {
	m := &module{dir: dir, blocks: map[string]bool{}}
	block := ""
	for i, line := range strings.Split(content, "\n") {
		code, comment, _ := strings.Cut(line, "//")
		fields := strings.Fields(code)
		switch {
		case len(fields) == 0:
			continue
		case block != "" && fields[0] == ")":
			block = ""
			continue
		case block != "":
			fields = append([]string{block}, fields...)
		case len(fields) == 2 && fields[1] == "(":
			block = fields[0]
			continue
		}
		if err := m.directive(fields, strings.TrimSpace(comment)); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", m.file(), i+1, err)
		}
	}
	if m.path == "" {
		return nil, fmt.Errorf("%s: no module line", m.file())
	}
	return m, nil
}

func (m *module) directive(fields []string, comment string) error {
	m.blocks[fields[0]] = true
	switch {
	case fields[0] == "require" && len(fields) == 3:
		m.requirements = append(m.requirements, requirement{fields[1], fields[2], comment == "indirect"})
	case fields[0] == "module" && len(fields) == 2:
		m.path = fields[1]
	case fields[0] == "go" && len(fields) == 2:
		m.goLine = fields[1]
	case fields[0] == "require", fields[0] == "module", fields[0] == "go":
		return fmt.Errorf("cannot read %q", strings.Join(fields, " "))
	}
	return nil
}

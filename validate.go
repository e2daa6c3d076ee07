package pack

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/packtrain/pack/internal/text/yaml"
)

// ValidateOptions say how to validate a pack.
type ValidateOptions struct {
	// Limits bound what is read.
	Limits Limits
}

// Validate checks what [Load] does not look at: the whole tree of the pack p in
// fsys (links, submodules, nested packs), the files that its components and
// tests name, the components they use, requirements.txt and config.schema.yaml.
// It returns its own findings; those of loading are in p. opts may be nil.
func Validate(fsys fs.FS, p *Pack, opts *ValidateOptions) Findings {
	if opts == nil {
		opts = &ValidateOptions{}
	}
	v := &validator{fsys: fsys, pack: p, limits: opts.Limits.withDefaults(), findings: Findings{}}
	v.checkTree()
	v.checkFiles()
	v.checkUses()
	v.checkRequirements()
	v.checkConfigSchema()
	v.findings.sort()
	return v.findings
}

// A validator checks one pack.
type validator struct {
	fsys     fs.FS
	pack     *Pack
	limits   Limits
	findings Findings
}

func (v *validator) report(code findingCode, file string, line int, format string, args ...any) {
	v.findings.report(code, file, line, fmt.Errorf(format, args...))
}

// configSchemaFile describes the configuration of packs of StackStorm shape.
const configSchemaFile = "config.schema.yaml"

// checkConfigSchema warns of a config.schema.yaml that cannot be read.
func (v *validator) checkConfigSchema() {
	data, err := readRegular(v.fsys, configSchemaFile, v.limits.ComponentSize)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		v.findings.report(configSchemaInvalid, configSchemaFile, 0, err)
		return
	}
	node, problems := yaml.Parse(data, v.limits.yaml(v.limits.ComponentSize, v.limits.Aliases))
	for i := range problems {
		_, err := problemCode(&problems[i])
		v.findings.report(configSchemaInvalid, configSchemaFile, problems[i].Line, err)
	}
	if node != nil && node.Kind != yaml.Mapping {
		v.report(configSchemaInvalid, configSchemaFile, node.Line, "the document is %v; want a mapping of settings", node.Kind)
	}
}

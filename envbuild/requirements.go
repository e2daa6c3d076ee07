package envbuild

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/pep508"
)

// Requirements are the requirements of a pack in a normal form: sorted, each
// once. The pack's own text is checked and never passed to a tool.
type requirements struct {
	lines  []string
	hashed bool // every one has a digest
	direct bool // one names an address
	// source are the packages that are built from source, because their addresses are
	// not those of wheels.
	source []string
	// where has the places of each package, by its normal name.
	where map[string][]string
}

// places returns where the pack asks for a package.
func (r *requirements) places(name string) []string { return r.where[pep508.NormalizeName(name)] }

// parseRequirements judges the bytes of a requirements.txt. Only requirements
// that name a package are admitted, with digests or without: options, other
// files, paths and variables are refused, and addresses unless direct lists the package.
func parseRequirements(data []byte, direct []string) (requirements, error) {
	r := requirements{where: map[string][]string{}}
	for line, fault := range pep508.JudgeFile(data) {
		if fault != nil && (fault.Rule != pep508.RuleDirect || !admitsPython(direct, line.Name)) {
			return requirements{}, requirementError(&line, fault)
		}
		r.addDirect(&line)
		r.lines = append(r.lines, normal(&line))
		name := pep508.NormalizeName(line.Name)
		r.where[name] = append(r.where[name], fmt.Sprintf("%s:%d", pep508.RequirementsFile, line.Number))
		r.hashed = len(line.Options) > 0 // so have all, or none
	}
	slices.Sort(r.lines)
	r.lines = slices.Compact(r.lines)
	return r, nil
}

// addDirect notes a requirement that names an address.
func (r *requirements) addDirect(l *pep508.Line) {
	if l.URL == "" {
		return
	}
	r.direct = true
	if u, err := url.Parse(l.URL); err != nil || l.Kind == pep508.VCS || !strings.HasSuffix(strings.ToLower(u.Path), ".whl") {
		r.source = append(r.source, pep508.NormalizeName(l.Name))
	}
}

// requirementError gives a fault its code, and names the line.
func requirementError(l *pep508.Line, f *pep508.Fault) error {
	code := pack.CodePolicyDenied
	switch f.Rule {
	case pep508.RuleDirect:
		place := fmt.Sprintf("%s:%d", pep508.RequirementsFile, f.Line)
		return &BuildError{Reason: ReasonNeedsDirect, Package: l.Name, WantedBy: []string{place}, Message: place + ": " + f.Error()}
	case pep508.RuleLimit:
		return &pack.LimitError{Limit: f.Limit, Max: f.Max, Value: f.Value, Path: pep508.RequirementsFile}
	case pep508.RuleEncoding, pep508.RuleControl, pep508.RuleSyntax:
		code = pack.CodeInvalidManifest
	case pep508.RuleDigest:
		code = pack.CodeBuildFailed
	}
	if f.Line == 0 {
		return pack.Errorf(code, "%s: %w", pep508.RequirementsFile, f)
	}
	return pack.Errorf(code, "%s:%d: %w", pep508.RequirementsFile, f.Line, f)
}

func normal(l *pep508.Line) string {
	r := l.Requirement
	r.Name = pep508.NormalizeName(r.Name)
	parts := append([]string{r.String()}, slices.Sorted(slices.Values(l.Options))...)
	return strings.Join(parts, " ")
}

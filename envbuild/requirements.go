package envbuild

import (
	"errors"
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
	lines []string
	// constraints limit versions of packages that something else asks for.
	constraints []string
	hashed      bool // every one has a digest
	direct      bool // one names an address
	// source are the packages that are built from source, because their addresses are
	// not those of wheels.
	source []string
	// where has the places of each package, by its normal name.
	where map[string][]string
}

// places returns where the pack asks for a package.
func (r *requirements) places(name string) []string { return r.where[pep508.NormalizeName(name)] }

// readRequirements judges a requirements.txt and the files of the pack that it includes.
// Only requirements that name a package are admitted, with digests or without: options,
// paths and variables are refused, and addresses unless direct lists the package.
func readRequirements(read pep508.Reader, direct []string) (requirements, error) {
	r := requirements{where: map[string][]string{}}
	for line, fault := range pep508.JudgeFiles(read, pep508.RequirementsFile) {
		if fault != nil && (fault.Rule != pep508.RuleDirect || !admitsPython(direct, line.Name)) {
			return requirements{}, requirementError(&line, fault)
		}
		r.add(&line)
	}
	for _, lines := range []*[]string{&r.lines, &r.constraints} {
		slices.Sort(*lines)
		*lines = slices.Compact(*lines)
	}
	return r, nil
}

func (r *requirements) add(l *pep508.Line) {
	r.addDirect(l)
	name := pep508.NormalizeName(l.Name)
	r.where[name] = append(r.where[name], fmt.Sprintf("%s:%d", l.File, l.Number))
	if l.Constraint {
		r.constraints = append(r.constraints, normal(l))
		return
	}
	r.lines = append(r.lines, normal(l))
	r.hashed = len(l.Options) > 0 // so have all, or none
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
	if limit, ok := errors.AsType[*pack.LimitError](f); ok {
		return limit
	}
	code := pack.CodePolicyDenied
	switch f.Rule {
	case pep508.RuleDirect:
		place := fmt.Sprintf("%s:%d", f.File, f.Line)
		return &BuildError{Reason: ReasonNeedsDirect, Package: l.Name, WantedBy: []string{place}, Message: place + ": " + f.Error()}
	case pep508.RuleLimit:
		return &pack.LimitError{Limit: f.Limit, Max: f.Max, Value: f.Value, Path: f.File}
	case pep508.RuleEncoding, pep508.RuleControl, pep508.RuleSyntax:
		code = pack.CodeInvalidManifest
	case pep508.RuleDigest:
		code = pack.CodeBuildFailed
	}
	if f.Line == 0 {
		return pack.Errorf(code, "%s: %w", f.File, f)
	}
	return pack.Errorf(code, "%s:%d: %w", f.File, f.Line, f)
}

func normal(l *pep508.Line) string {
	r := l.Requirement
	r.Name = pep508.NormalizeName(r.Name)
	parts := append([]string{r.String()}, slices.Sorted(slices.Values(l.Options))...)
	return strings.Join(parts, " ")
}

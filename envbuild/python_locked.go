package envbuild

import (
	"runtime"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/text/pep508"
)

// wants implements recipe.
func (v *virtualenv) wants() *LockedSet {
	if v.driver == nil {
		return nil
	}
	wants := slices.Clone(v.requirements.lines)
	for _, line := range v.requirements.constraints {
		wants = append(wants, limiting+line)
	}
	slices.Sort(wants)
	ranges := strings.Join(slices.Sorted(slices.Values(v.ranges)), ", ")
	return &LockedSet{Runtime: pack.RuntimePython, Range: ranges, Wants: wants, Platform: pythonPlatform(v.python)}
}

// limiting begins a requirement that only limits the versions of a package.
const limiting = "-c "

// pythonPlatform returns the system and the binary interface that wheels are for.
func pythonPlatform(p interp.Program) string {
	abi := "py"
	if fields := strings.Fields(p.Build); len(fields) > 1 {
		abi = strings.Replace(fields[len(fields)-2], "cpython", "cp", 1)
	}
	major, rest, _ := strings.Cut(p.Version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	abi += major + minor
	if strings.Contains(p.Build, "free-threading") {
		abi += "t"
	}
	if hasMusl() {
		abi += "-musl"
	}
	return runtime.GOOS + "/" + runtime.GOARCH + "/" + abi
}

// locked implements recipe.
func (v *virtualenv) locked(set *LockedSet) (recipe, error) {
	l := *v
	l.set, l.requirements = set, requirements{where: v.requirements.where}
	have := map[string]string{}
	for i := range set.Distributions {
		d := &set.Distributions[i]
		name := pep508.NormalizeName(d.Name)
		if _, twice := have[name]; twice {
			return nil, deviation("the lock states two versions of %s", name)
		}
		have[name] = d.Version
		if err := l.pin(d); err != nil {
			return nil, err
		}
	}
	if err := checkRequirements("the pack", v.requirements.lines, have); err != nil {
		return nil, err
	}
	slices.Sort(l.requirements.lines)
	if l.driver = nil; len(l.requirements.lines) > 0 {
		l.driver = v.driver.of(&l)
	}
	return &l, nil
}

// pin adds the line of a distribution of the lock, which is text from elsewhere: it is
// judged as that of a pack is.
func (v *virtualenv) pin(d *LockedDistribution) error {
	text := d.Name + "==" + d.Version
	if d.Source != "" {
		text = d.Name + " @ " + d.Source
	}
	line, fault := pep508.Judge(text)
	wrong := line.String() != text || line.Name != d.Name || len(line.Options) > 0 || line.Marker != "" || len(d.Digests) == 0
	if direct := fault != nil && fault.Rule == pep508.RuleDirect && admitsPython(v.config.Policy.Direct, d.Name); fault != nil && !direct || wrong {
		return deviation("the lock states %.200q, which cannot be installed: it has no digest, or the policy does not allow it", text)
	}
	for _, digest := range slices.Sorted(slices.Values(d.Digests)) {
		parsed, err := pack.ParseDigest(digest)
		if err != nil {
			return deviation("the lock states a digest of %s: %v", d.Name, err)
		}
		line.Options = append(line.Options, "--hash="+parsed.String())
	}
	v.requirements.addDirect(&line)
	v.requirements.lines, v.requirements.hashed = append(v.requirements.lines, normal(&line)), true
	return nil
}

package deps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// The limits of an explanation: it has to fit on a screen, while a hostile index can
// have thousands of versions, at the end of a way through thousands of packs.
const (
	maxShownDemands  = 10
	maxShownVersions = 5
	maxShownFacts    = 6
	maxShownText     = 200
)

// Lines returns the explanation: what is the matter, who needs what, beginning with the
// request, what exists, which versions exist and cannot be used, and which change of
// the request would do. They fit on a screen.
func (u *Unsolvable) Lines() []string {
	var demands []string
	for i := range u.Demands {
		if text := u.Demands[i].line(u); text != "" {
			demands = append(demands, text)
		}
	}
	if over := len(demands) - maxShownDemands; over > 0 {
		const half = maxShownDemands / 2
		middle := fmt.Sprintf("(%d more on the way)", over)
		demands = slices.Concat(demands[:half], []string{middle}, demands[len(demands)-half:])
	}
	facts := u.facts
	if over := len(facts) - maxShownFacts; over > 0 {
		facts = append(slices.Clone(facts[:maxShownFacts]), fmt.Sprintf("%d more packs take part", over))
	}
	lines := slices.Concat([]string{u.headline}, demands, facts)
	if text := u.remedy(); text != "" {
		lines = append(lines, text)
	}
	return lines
}

// head says what is the matter with the pack that has no version to choose.
func (u *Unsolvable) head(on []*Demand) string {
	switch {
	case len(on) == 0 && u.Ref != "":
		return fmt.Sprintf("the version of the platform does not suit %s", u.Ref)
	case len(on) == 0:
		return "the packs exclude each other"
	case on[0].Provided:
		return fmt.Sprintf("the host provides %s %s, which does not suit", u.Ref, on[0].Exists[0])
	case len(on[0].Exists) == 0 && len(on[0].Excluded) == 0 && u.absent != nil:
		return fmt.Sprintf("pack %s was not found: %s", u.Ref, clip(strings.TrimPrefix(u.absent.Error(), "find pack "+u.Ref.String()+": ")))
	case len(on[0].Exists) == 0 && len(on[0].Excluded) == 0:
		return fmt.Sprintf("pack %s was not found", u.Ref)
	case len(on[0].Exists) == 0:
		return fmt.Sprintf("no version of %s can be used", u.Ref)
	case u.suits(on) && u.platform():
		return fmt.Sprintf("this platform does not suit %s", u.Ref)
	case u.suits(on):
		return fmt.Sprintf("the versions of %s that are allowed need what is not there", u.Ref)
	case len(on) == 1:
		return fmt.Sprintf("no version of %s satisfies %s", u.Ref, on[0].Dependency)
	}
	return fmt.Sprintf("no version of %s satisfies all that need it", u.Ref)
}

// line says who demands what; "" for what other lines say.
func (d *Demand) line(u *Unsolvable) string {
	switch {
	case d.Want >= 0:
		if len(u.Demands) > 1 && slices.ContainsFunc(u.Demands, func(o Demand) bool { return o.By == d.Ref && o.requested == d.spec }) {
			return ""
		}
		if d.exact != nil && d.spec != d.Ref.String() {
			return fmt.Sprintf("%s %s is requested as %s", d.Ref, d.exact, clip(d.spec))
		}
		return fmt.Sprintf("%s is requested", clip(d.spec))
	case d.By == "":
		return ""
	}
	who := fmt.Sprintf("%s %s", d.By, list(d.Versions))
	switch {
	case d.requested == d.By.String():
		who += " (requested)"
	case d.requested != "":
		who += fmt.Sprintf(" (requested as %s)", clip(d.requested))
	case d.byPresent:
		who += " (installed)"
	}
	need := "needs"
	if len(d.Versions) > 1 {
		need = "need"
	}
	if d.Ref == "" {
		return fmt.Sprintf("%s: platform version %s is needed, and this platform is version %s", who, d.Constraint, d.Exists[0])
	}
	return fmt.Sprintf("%s %s %s", who, need, d.Dependency)
}

// tell notes which versions exist of the packs that some demand limits.
func (u *Unsolvable) tell() {
	on := map[pack.Ref][]*Demand{}
	for i := range u.Demands {
		if d := &u.Demands[i]; d.Want >= 0 || d.By != "" {
			on[d.Ref] = append(on[d.Ref], d)
		}
	}
	for i := range u.Demands {
		if d := &u.Demands[i]; len(on[d.Ref]) > 0 && on[d.Ref][0] == d {
			u.tellPack(on[d.Ref])
		}
	}
}

func (u *Unsolvable) tellPack(on []*Demand) {
	d := on[0]
	if d.Ref == "" {
		return
	}
	if u.limited(on) && !d.Provided {
		u.facts = append(u.facts, fmt.Sprintf("%s exists as %s", d.Ref, d.existing()))
	}
	for _, v := range d.Exists {
		if v.IsPrerelease() && !allowed(on, v, false) && (allowed(on, v, true) || allowed(on, releaseOf(v), false)) {
			u.facts = append(u.facts, fmt.Sprintf("%s %s is a pre-release, which only a range that names it admits, such as >=%s", d.Ref, v, v))
			break
		}
	}
	if suit := suiting(d.Excluded, on); len(suit) > 0 {
		u.facts = append(u.facts, excluded(suit))
	}
	if d.kept {
		u.facts = append(u.facts, fmt.Sprintf("%s %s is installed, and the request does not allow replacing it", d.Ref, d.Installed))
	}
}

// releaseOf returns the release that a pre-release leads to.
func releaseOf(v pack.Version) pack.Version {
	text, _, _ := strings.Cut(v.String(), "-")
	release, err := pack.ParseVersion(text)
	if err != nil {
		return v
	}
	return release
}

// excluded says why the best of cs cannot be used.
func excluded(cs []pack.Candidate) string {
	name := cs[0].ID.String()
	if cs[0].Version.IsZero() {
		name = "an entry of " + cs[0].Ref.String()
	}
	text := fmt.Sprintf("%s cannot be used: %s", name, clip(cs[0].Unusable.Error()))
	if len(cs) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(cs)-1)
	}
	return text
}

// platform reports whether what is asked of the platform takes part.
func (u *Unsolvable) platform() bool {
	return slices.ContainsFunc(u.Demands, func(d Demand) bool { return d.Ref == "" })
}

// suits reports whether a version exists that all demands allow.
func (u *Unsolvable) suits(on []*Demand) bool {
	return slices.ContainsFunc(on[0].Exists, func(v pack.Version) bool { return allowed(on, v, false) })
}

// allowed reports whether all demands allow a version that exists, if it may be chosen, and
// if it is there already.
func allowed(on []*Demand, v pack.Version, present bool) bool {
	return !slices.ContainsFunc(on, func(d *Demand) bool { return !d.allows(v, present) })
}

// limited reports whether a demand excludes a version that exists.
func (u *Unsolvable) limited(on []*Demand) bool {
	return slices.ContainsFunc(on[0].Exists, func(v pack.Version) bool { return !allowed(on, v, false) })
}

// existing lists the versions, and marks the one that is installed.
func (d *Demand) existing() string {
	var texts []string
	for _, v := range d.Exists {
		text := v.String()
		if d.Installed != nil && *d.Installed == v {
			text += " (installed)"
		}
		texts = append(texts, text)
	}
	return join(texts)
}

func list(versions []pack.Version) string {
	texts := make([]string, len(versions))
	for i, v := range versions {
		texts[i] = v.String()
	}
	return join(texts)
}

func join(texts []string) string {
	if over := len(texts) - maxShownVersions; over > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:maxShownVersions], ", "), over)
	}
	return strings.Join(texts, ", ")
}

// remedy says which changes of the request would do.
func (u *Unsolvable) remedy() string {
	var ways []string
	if u.code == pack.CodeDependencyMissing && len(u.facts) == 0 {
		ways = append(ways, fmt.Sprintf("install or provide %s, or name an index that has it", u.Ref))
	}
	if u.platform() {
		ways = append(ways, "upgrade the platform")
	}
	if on := u.on(u.Ref); len(on) > 0 && on[0].Provided && u.Ref != "" {
		ways = append(ways, fmt.Sprintf("upgrade the host, so that it provides another version of %s", u.Ref))
	}
	for i := range u.Demands {
		if d := &u.Demands[i]; d.byPresent && d.requested == "" && d.By != "" && len(ways) < maxRemedies {
			ways = append(ways, fmt.Sprintf("upgrade %s in the same request, or allow it to break", d.By))
		}
	}
	for _, r := range u.Remedies {
		if r.Version.IsZero() {
			ways = append(ways, fmt.Sprintf("leave out %s", clip(r.spec)))
		} else {
			ways = append(ways, fmt.Sprintf("ask for a range with %s in place of %s", r.Version, clip(r.spec)))
		}
	}
	if len(ways) == 0 {
		return ""
	}
	return "to solve it, " + strings.Join(ways, ", or ")
}

// clip shortens text that packs and indices determine.
func clip(s string) string {
	if len(s) <= maxShownText {
		return s
	}
	return strings.ToValidUTF8(s[:maxShownText], "") + "..."
}

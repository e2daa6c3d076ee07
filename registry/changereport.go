package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// Changes say what the change of a pack from one generation to another means for those who
// use it, at the time of the report.
type Changes struct {
	From GenerationID `json:"from"`
	To   GenerationID `json:"to"`
	ComponentChanges
	// Missing are components of installed packs, those of the pack included, that name
	// actions or triggers which were dropped or renamed.
	Missing []MissingReference `json:"missing"`
	// Dependents are the dependencies of installed packs that are not met by To.
	Dependents []BrokenDependent `json:"broken_dependents"`
	// ConfigProblems are the reasons why the recorded configuration does not fit To.
	ConfigProblems []string `json:"config_problems"`
}

// A MissingReference is a component that names one which does not exist.
type MissingReference struct {
	Kind pack.Kind         `json:"kind"`
	Ref  pack.ComponentRef `json:"ref"`
	// Missing is what it names.
	Missing pack.ComponentRef `json:"missing"`
}

// A BrokenDependent is a pack whose dependency is not met.
type BrokenDependent struct {
	Ref        pack.Ref        `json:"pack_ref"`
	Dependency pack.Dependency `json:"dependency"`
}

// changes returns what the change of ref between two generations means.
func (s *Store) changes(ctx context.Context, ref pack.Ref, from, to *Generation) (*Changes, error) {
	before, err := s.side(ref, from.Name)
	if err != nil {
		return nil, err
	}
	after, err := s.side(ref, to.Name)
	if err != nil {
		return nil, err
	}
	c := &Changes{
		From: GenerationID{from.Name, from.Version}, To: GenerationID{to.Name, to.Version},
		ComponentChanges: compareComponents(before, after), Missing: []MissingReference{}, Dependents: []BrokenDependent{},
	}
	if c.Missing, err = s.missing(ctx, ref, &c.ComponentChanges, after.components); err != nil {
		return nil, err
	}
	breaks, err := s.changeBreaks(ctx, ref, pack.Version{}, to.Version)
	if err != nil {
		return nil, err
	}
	for _, d := range breaks.Dependents {
		c.Dependents = append(c.Dependents, BrokenDependent(d))
	}
	if a, err := s.recall(ref, to.Name); err == nil {
		problems, err := s.configProblems(ctx, &a.Manifest)
		if err != nil {
			return nil, err
		}
		c.ConfigProblems = append([]string{}, problems...)
	}
	return c, nil
}

// missing returns the components of installed packs that name actions or triggers of ref
// which changed away, unless present has a component with that ref.
func (s *Store) missing(ctx context.Context, ref pack.Ref, changed *ComponentChanges, present []pack.Component) ([]MissingReference, error) {
	found := []MissingReference{}
	var gone []pack.ComponentRef
	for _, id := range changed.Dropped {
		gone = append(gone, id.Ref)
	}
	for _, r := range changed.Renamed {
		gone = append(gone, r.From)
	}
	gone = slices.DeleteFunc(gone, func(name pack.ComponentRef) bool {
		return slices.ContainsFunc(present, func(c pack.Component) bool { return c.Ref == name })
	})
	if len(gone) == 0 {
		return found, nil
	}
	mentions, err := s.config.Records.Mentions(ctx, ref)
	if err != nil && !damaged(err) {
		return nil, err
	}
	for i := range mentions {
		c := &mentions[i]
		for _, name := range namedBy(c) {
			if slices.Contains(gone, name) {
				found = append(found, MissingReference{c.Kind, c.Ref, name})
			}
		}
	}
	return found, nil
}

// namedBy returns the actions and triggers that c names.
func namedBy(c *pack.Component) []pack.ComponentRef {
	switch {
	case c.Rule != nil:
		return []pack.ComponentRef{c.Rule.TriggerRef, c.Rule.ActionRef}
	case c.Workflow != nil:
		return c.Workflow.ActionRefs
	case c.Policy != nil:
		return []pack.ComponentRef{c.Policy.ActionRef}
	case c.Sensor != nil:
		return c.Sensor.TriggerTypes
	}
	return nil
}

// Problems returns a line for each thing that does not work any more.
func (c *Changes) Problems() []string {
	var lines []string
	for _, m := range c.Missing {
		lines = append(lines, fmt.Sprintf("%s in %s names %s, which %s %s does not have", m.Ref, m.Kind, m.Missing, m.Missing.Pack(), c.To.Version))
	}
	for _, d := range c.Dependents {
		lines = append(lines, fmt.Sprintf("pack %s needs %s, not version %s", d.Ref, d.Dependency, c.To.Version))
	}
	for _, problem := range c.ConfigProblems {
		lines = append(lines, "the configuration does not fit: "+problem)
	}
	return lines
}

// String returns what happened to components in one line, "" if nothing did.
func (c *ComponentChanges) String() string {
	var parts []string
	list := func(doing string, ids []ComponentID) {
		if len(ids) > 0 {
			names := make([]string, len(ids))
			for i, id := range ids {
				names[i] = id.Ref.String()
			}
			parts = append(parts, doing+" "+enumerate(names))
		}
	}
	list("drops", c.Dropped)
	if len(c.Renamed) > 0 {
		names := make([]string, len(c.Renamed))
		for i, r := range c.Renamed {
			names[i] = fmt.Sprintf("%s to %s", r.From, r.To)
		}
		parts = append(parts, "renames "+enumerate(names))
	}
	list("adds", c.Added)
	list("changes", c.Changed)
	return strings.Join(parts, "; ")
}

// enumerate joins names, of many only the first.
func enumerate(names []string) string {
	const most = 10
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// reportChanges notes what the replacements of the request mean. It comes last, when all
// packs of the request are active.
func (r *request) reportChanges(ctx context.Context) {
	for _, it := range r.items {
		if it.Err != nil || it.unchanged || it.record.Active.Previous == "" {
			continue
		}
		it.changes = r.store.latestChanges(ctx, &it.record)
		if it.changes == nil {
			continue
		}
		it.Note = it.changes.ComponentChanges.String()
		for _, m := range it.changes.Missing {
			r.Warn(ctx, &it.Item, "%s in %s names %s, which %s does not have any more", m.Ref, m.Kind, m.Missing, it.ID)
		}
	}
}

// latestChanges returns what differs between the active generation of rec and the one that
// was active before; nil if that is not kept, or damaged.
func (s *Store) latestChanges(ctx context.Context, rec *Record) *Changes {
	recorded, _ := s.generations(ctx, rec.Ref) // others may be damaged
	i := slices.IndexFunc(recorded, func(g Generation) bool { return g.Name == rec.Active.Previous })
	if i < 0 {
		return nil
	}
	return s.changesBetween(ctx, rec.Ref, &recorded[i], &rec.Active)
}

// changesBetween is changes for reports that do not fail because of damaged generations.
func (s *Store) changesBetween(ctx context.Context, ref pack.Ref, from, to *Generation) *Changes {
	c, err := s.changes(ctx, ref, from, to)
	if err != nil {
		s.config.Logger.Warn("changes of a pack are not reported", "pack", ref, "error", err)
		return nil
	}
	return c
}

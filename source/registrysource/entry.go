package registrysource

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/json"
	"github.com/packtrain/pack/source"
)

// An entry is one version of one pack.
type entry struct {
	raw               json.Value
	id                pack.ID
	pins              []pack.Pin // in the order in which they are tried, never empty
	dropped           []dropped
	dependencies      []pack.Dependency
	urls              []string // dependencies that are places
	dependenciesKnown bool
	platform          pack.Constraint
	yanked            error // why it must not be chosen any more, nil if it may
}

// A dropped install source cannot be used, while others of the entry can.
type dropped struct {
	position int
	err      error
}

const (
	maxListItems      = 1000
	maxInstallSources = 32
)

func entryKinds() map[string]string {
	return map[string]string{
		"ref": "string", "version": "string", "label": "string", "description": "string", "author": "string", "license": "string",
		"use_case": "string", "email": "string", "homepage": "string", "repository": "string",
		"yanked": "string", "keywords": "array", "runtime_deps": "array", "install_sources": "array",
		"contents": "object", "dependencies": "object", "meta": "object",
	}
}

func decodeEntry(raw json.Raw, d *decoder) (*entry, error) {
	v, err := raw.Parse(json.Options{})
	if err != nil {
		return nil, coded(err)
	}
	if v.Kind() != "object" {
		return nil, malformed("entry is of the JSON type %s, want object", v.Kind())
	}
	known, wrong := members(v, d.kinds)
	if wrong != nil {
		known = map[string]json.Value{"ref": v.Get("ref"), "version": v.Get("version")}
	}
	id, err := decodeID(known)
	if err != nil {
		return nil, err
	}
	e := &entry{raw: v, id: id}
	if wrong == nil {
		wrong = e.decode(known, d)
	}
	if wrong != nil {
		return nil, fmt.Errorf("entry %s: %w", id, wrong)
	}
	return e, nil
}

// idOf returns the ID of an entry that may not be usable, as far as it can be read.
func idOf(raw json.Raw) (id pack.ID) {
	ref, _ := raw.Text("ref")
	version, _ := raw.Text("version")
	var err error
	if id.Ref, err = pack.ParseRef(ref); err != nil {
		return pack.ID{}
	}
	if id.Version, err = pack.ParseVersion(version); err != nil {
		return pack.ID{Ref: id.Ref}
	}
	return id
}

func decodeID(known map[string]json.Value) (id pack.ID, err error) {
	ref, _ := known["ref"].Text()
	version, _ := known["version"].Text()
	if id.Ref, err = pack.ParseRef(ref); err != nil {
		return id, err
	}
	if id.Version, err = pack.ParseVersion(version); err != nil {
		return id, fmt.Errorf("entry %s: %w", id.Ref, err)
	}
	return id, nil
}

func (e *entry) decode(known map[string]json.Value, d *decoder) error {
	for _, name := range []string{"keywords", "runtime_deps"} {
		if _, err := texts(known[name], name); err != nil {
			return err
		}
	}
	if reason, ok := known["yanked"]; ok {
		text, _ := reason.Text()
		e.yanked = yanked(e.id, text)
	}
	if err := e.decodeDependencies(known["dependencies"]); err != nil {
		return fmt.Errorf("dependencies: %w", err)
	}
	return e.decodeSources(known["install_sources"], d)
}

// yanked says that a version must not be chosen any more.
func yanked(id pack.ID, reason string) error {
	if reason == "" {
		return pack.Errorf(pack.CodeNotFound, "%s was yanked from the index, without a reason", id)
	}
	return pack.Errorf(pack.CodeNotFound, "%s was yanked from the index: %.300q", id, reason)
}

// texts returns a list of strings.
func texts(v json.Value, name string) ([]string, error) {
	var list []string
	for item := range v.Elements() {
		text, ok := item.Text()
		switch {
		case !ok:
			return nil, malformed("%s has an item of the JSON type %s, want string", name, item.Kind())
		case len(list) == maxListItems:
			return nil, &pack.LimitError{Limit: "number of " + name, Max: maxListItems, Value: maxListItems + 1}
		}
		list = append(list, text)
	}
	return list, nil
}

// decodeDependencies reads the stated dependencies; an entry without a list of
// packs states nothing.
func (e *entry) decodeDependencies(v json.Value) error {
	known, err := members(v, map[string]string{
		"packs": "array", "attune_version": "string", "python_version": "string", "nodejs_version": "string",
	})
	if err != nil {
		return err
	}
	list, err := texts(known["packs"], "packs")
	if err != nil {
		return err
	}
	for _, text := range list {
		if strings.Contains(text, "://") {
			e.urls = append(e.urls, text)
			continue
		}
		d, err := pack.ParseDependency(text)
		if err != nil {
			return fmt.Errorf("%.80q: %w", text, err)
		}
		e.dependencies = append(e.dependencies, d)
	}
	_, e.dependenciesKnown = known["packs"]
	platform, _ := known["attune_version"].Text()
	if e.platform, err = pack.ParseConstraint(platform); err != nil {
		return fmt.Errorf("attune_version: %w", err)
	}
	return nil
}

// decodeSources makes a pin of each install source. One that must not be
// contacted, or of an unknown type, is left out as long as another remains; any
// other fault makes the entry unusable.
func (e *entry) decodeSources(v json.Value, d *decoder) error {
	position := -1
	for item := range v.Elements() {
		if position++; position == maxInstallSources {
			return &pack.LimitError{Limit: "number of install sources", Max: maxInstallSources, Value: maxInstallSources + 1}
		}
		if err := e.add(position, item, d); err != nil {
			return fmt.Errorf("install source %d: %w", position+1, err)
		}
	}
	switch {
	case position < 0:
		return malformed("it has no install source")
	case len(e.pins) == 0:
		return fmt.Errorf("no install source can be used: %w", e.dropped[0].err)
	}
	slices.SortStableFunc(e.pins, func(p, q pack.Pin) int { return rank(p, d.gitFirst) - rank(q, d.gitFirst) })
	return nil
}

// add adds the pin of an install source, or notes why it is left out.
func (e *entry) add(position int, v json.Value, d *decoder) error {
	pin, err := decodeSource(v, d)
	if other, ok := errors.AsType[*notForUs](err); ok {
		e.dropped = append(e.dropped, dropped{position, fmt.Errorf("install source %d: %w", position+1, other)})
		return nil
	}
	pin.Ref, pin.Version = e.id.Ref, e.id.Version
	e.pins = append(e.pins, pin)
	return err
}

// rank orders alternatives.
func rank(p pack.Pin, gitFirst bool) int {
	if (p.Scheme == source.SchemeGit) == gitFirst {
		return 0
	}
	return 1
}

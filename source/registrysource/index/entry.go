package index

import (
	"strings"

	"github.com/packtrain/pack"
)

// An Entry describes one version of a pack.
type Entry struct {
	Ref            pack.Ref        `json:"ref"`
	Label          string          `json:"label"`
	Description    string          `json:"description"`
	Version        pack.Version    `json:"version"`
	Author         string          `json:"author"`
	License        string          `json:"license"`
	Keywords       []string        `json:"keywords"`
	RuntimeDeps    []string        `json:"runtime_deps"`
	InstallSources []InstallSource `json:"install_sources"`
	// Contents are the components, by kind: "actions", "sensors", "triggers", "rules"
	// and "workflows". An action that runs a workflow counts as a workflow.
	Contents     map[pack.Kind][]Item `json:"contents"`
	Dependencies Dependencies         `json:"dependencies"`
	Email        string               `json:"email,omitempty"`
	Homepage     string               `json:"homepage,omitempty"`
}

// An Item is a component of an entry. Its name does not begin with the ref of the pack.
type Item struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Dependencies are the packs and versions that an entry needs.
type Dependencies struct {
	Packs           []string `json:"packs"`
	PlatformVersion string   `json:"attune_version,omitempty"`
	PythonVersion   string   `json:"python_version,omitempty"`
	NodeVersion     string   `json:"nodejs_version,omitempty"`
}

// NewEntry describes a pack that was loaded, whose content is at sources.
func NewEntry(p *pack.Pack, sources ...InstallSource) Entry {
	m := p.Manifest
	e := Entry{
		Ref: m.Ref, Version: m.Version, Label: m.Label, Description: m.Description, Author: m.Author, License: m.License,
		Keywords: append([]string{}, m.Tags...), RuntimeDeps: []string{}, InstallSources: sources,
		Contents: map[pack.Kind][]Item{}, Dependencies: Dependencies{Packs: []string{}, PythonVersion: m.PythonVersion, NodeVersion: m.NodeVersion},
		Email: m.Email, Homepage: m.Homepage,
	}
	for _, d := range m.RuntimeDeps {
		e.RuntimeDeps = append(e.RuntimeDeps, d.Name+d.Range)
	}
	for _, d := range m.Dependencies {
		e.Dependencies.Packs = append(e.Dependencies.Packs, d.String())
	}
	for _, url := range m.URLDependencies {
		if strings.Contains(url, "://") { // others are refused wherever they are
			e.Dependencies.Packs = append(e.Dependencies.Packs, url)
		}
	}
	if !m.PlatformVersion.Any() {
		e.Dependencies.PlatformVersion = m.PlatformVersion.String()
	}
	for _, kind := range listed() {
		e.Contents[kind] = []Item{}
	}
	for _, c := range p.Components {
		kind := c.Kind
		if c.Action != nil && c.Action.WorkflowFile != "" {
			kind = pack.KindWorkflow
		}
		if _, ok := e.Contents[kind]; ok {
			e.Contents[kind] = append(e.Contents[kind], Item{Name: c.Name, Description: c.Description})
		}
	}
	return e
}

// listed are the kinds of components that an entry lists.
func listed() []pack.Kind {
	return []pack.Kind{pack.KindAction, pack.KindSensor, pack.KindTrigger, pack.KindRule, pack.KindWorkflow}
}

// id returns the ID of the entry.
func (e *Entry) id() pack.ID { return pack.ID{Ref: e.Ref, Version: e.Version} }

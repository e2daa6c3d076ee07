package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/registry"
)

// A packGraph has packs and what they need: those that are installed, or those of a lock.
type packGraph struct {
	Packs []graphNode `json:"packs"`
}

// A graphNode is one pack of a graph.
type graphNode struct {
	Ref     pack.Ref     `json:"ref"`
	Version pack.Version `json:"version"`
	// Wanted: packs.yaml names it.
	Wanted bool        `json:"wanted"`
	Needs  []graphEdge `json:"needs"`
}

// A graphEdge is a need.
type graphEdge struct {
	Ref        pack.Ref        `json:"ref"`
	Constraint pack.Constraint `json:"constraint"`
	// Version is the one that is there; nil for a pack that is not part of the graph,
	// such as one that the host provides.
	Version *pack.Version `json:"version"`
}

// withGraph runs f on the graph of the lock beside --file, or else of what is installed.
func (a *app) withGraph(cmd *cobra.Command, f func(*packGraph) error) error {
	if a.file != "" && a.server == "" {
		w, err := hostflags.OpenWants(a.file, false)
		switch {
		case err != nil:
			return err
		case w.Lock == nil:
			return pack.Errorf(pack.CodeNotFound, "there is no packs.lock beside %q: run packctl lock", w.Path)
		}
		return f(lockGraph(w))
	}
	return a.withReader(cmd, func(r reader) error {
		packs, err := r.List(cmd.Context())
		if err != nil {
			return err
		}
		return f(installedGraph(packs))
	})
}

func lockGraph(w *hostflags.Wants) *packGraph {
	g := &packGraph{Packs: []graphNode{}}
	for i := range w.Lock.Packs {
		p := &w.Lock.Packs[i]
		g.add(p.ID, w.Lock.Want(p.Ref) != nil, p.Needs)
	}
	return g.complete()
}

func installedGraph(packs []registry.ActivePack) *packGraph {
	g := &packGraph{Packs: []graphNode{}}
	for i := range packs {
		p := &packs[i]
		g.add(pack.ID{Ref: p.Ref, Version: p.Active.Version}, false, p.Manifest.Dependencies)
	}
	return g.complete()
}

func (g *packGraph) add(id pack.ID, wanted bool, needs []pack.Dependency) {
	n := graphNode{Ref: id.Ref, Version: id.Version, Wanted: wanted, Needs: []graphEdge{}}
	for _, d := range needs {
		n.Needs = append(n.Needs, graphEdge{Ref: d.Ref, Constraint: d.Constraint})
	}
	slices.SortStableFunc(n.Needs, func(a, b graphEdge) int { return cmp.Compare(a.Ref, b.Ref) })
	g.Packs = append(g.Packs, n)
}

// complete adds the versions that are there.
func (g *packGraph) complete() *packGraph {
	slices.SortFunc(g.Packs, func(a, b graphNode) int { return cmp.Compare(a.Ref, b.Ref) })
	for i := range g.Packs {
		for j := range g.Packs[i].Needs {
			if n := g.find(g.Packs[i].Needs[j].Ref); n != nil {
				g.Packs[i].Needs[j].Version = &n.Version
			}
		}
	}
	return g
}

func (g *packGraph) find(ref pack.Ref) *graphNode {
	for i := range g.Packs {
		if g.Packs[i].Ref == ref {
			return &g.Packs[i]
		}
	}
	return nil
}

func (e *graphEdge) need() string {
	return pack.Dependency{Ref: e.Ref, Constraint: e.Constraint}.String()
}

func (a *app) graphCommand() *cobra.Command {
	format := "text"
	cmd := command("graph", "Print which packs need which, of the root or of the lock beside --file", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			formats := map[string]func(*packGraph) []string{"text": (*packGraph).text, "dot": (*packGraph).dot, "mermaid": (*packGraph).mermaid}
			lines := formats[format]
			if lines == nil {
				return &usageError{fmt.Errorf("--format %q: want text, dot or mermaid", format), cmd.CommandPath()}
			}
			return a.withGraph(cmd, func(g *packGraph) error {
				return a.report(g, func() {
					for _, line := range lines(g) {
						a.println("%s", line)
					}
				})
			})
		})
	cmd.Flags().StringVar(&format, "format", format, "text, dot (Graphviz) or mermaid")
	return cmd
}

func (g *packGraph) text() (lines []string) {
	for i := range g.Packs {
		n := &g.Packs[i]
		lines = append(lines, fmt.Sprintf("%s %s", n.Ref, n.Version))
		for j := range n.Needs {
			e := &n.Needs[j]
			there := "not among these packs"
			if e.Version != nil {
				there = e.Version.String()
			}
			lines = append(lines, fmt.Sprintf("  needs %s: %s", e.need(), there))
		}
	}
	return lines
}

func (g *packGraph) dot() []string {
	lines := []string{"digraph packs {"}
	for i := range g.Packs {
		n := &g.Packs[i]
		lines = append(lines, fmt.Sprintf("  %q [label=%q];", n.Ref, n.Ref.String()+" "+n.Version.String()))
		for j := range n.Needs {
			lines = append(lines, fmt.Sprintf("  %q -> %q [label=%q];", n.Ref, n.Needs[j].Ref, n.Needs[j].Constraint))
		}
	}
	return append(lines, "}")
}

func (g *packGraph) mermaid() []string {
	lines := []string{"graph LR"}
	for i := range g.Packs {
		n := &g.Packs[i]
		lines = append(lines, fmt.Sprintf("  %s[\"%s %s\"]", mermaidID(n.Ref), n.Ref, n.Version))
		for j := range n.Needs {
			e := &n.Needs[j]
			lines = append(lines, fmt.Sprintf("  %s -->|\"%s\"| %s", mermaidID(n.Ref), e.Constraint, mermaidID(e.Ref)))
		}
	}
	return lines
}

// mermaidID is a ref as the name of a node; "end" alone would be a word of the language.
func mermaidID(ref pack.Ref) string {
	return "p_" + strings.ReplaceAll(ref.String(), "-", "_h_")
}

// A whyReport says why a pack is there: ways to it, each from a pack that no other needs,
// or that packs.yaml names.
type whyReport struct {
	Ref     pack.Ref     `json:"ref"`
	Version pack.Version `json:"version"`
	Wanted  bool         `json:"wanted"`
	Ways    [][]whyStep  `json:"ways"`
}

// A whyStep is a pack on the way that needs the next one.
type whyStep struct {
	Ref     pack.Ref     `json:"ref"`
	Version pack.Version `json:"version"`
	Need    string       `json:"need"`
}

func (a *app) whyCommand() *cobra.Command {
	return command("why REF", "Print why a pack is in the root, or in the lock beside --file", oneRef,
		func(cmd *cobra.Command, args []string) error {
			return a.withGraph(cmd, func(g *packGraph) error {
				n := g.find(pack.Ref(args[0]))
				if n == nil {
					return &registry.NotInstalledError{Ref: pack.Ref(args[0])}
				}
				r := g.why(n)
				return a.report(r, func() { a.printWhy(r) })
			})
		})
}

func (a *app) printWhy(r *whyReport) {
	switch {
	case r.Wanted:
		a.println("%s %s is wanted by packs.yaml", r.Ref, r.Version)
	case len(r.Ways) == 0:
		a.println("%s %s is needed by no other pack", r.Ref, r.Version)
	}
	for _, way := range r.Ways[:min(len(r.Ways), maxWays)] {
		var steps []string
		for _, s := range way {
			steps = append(steps, fmt.Sprintf("%s %s needs %s", s.Ref, s.Version, s.Need))
		}
		a.println("%s", strings.Join(steps, ", "))
	}
	if more := len(r.Ways) - maxWays; more > 0 {
		a.println("and %d more ways, which --json lists", more)
	}
}

// maxWays bounds how many ways are printed as text.
const maxWays = 20

// why returns the shortest way from each pack that is there for its own sake: that
// packs.yaml names or, of installed packs, that no other needs. Of packs that need each
// other alone, those that need n are named.
func (g *packGraph) why(n *graphNode) *whyReport {
	r := &whyReport{Ref: n.Ref, Version: n.Version, Wanted: n.Wanted, Ways: [][]whyStep{}}
	ways := map[pack.Ref][]whyStep{n.Ref: {}}
	var direct [][]whyStep
	for queue := []pack.Ref{n.Ref}; len(queue) > 0; queue = queue[1:] {
		users := g.users(queue[0])
		for _, u := range users {
			if _, seen := ways[u.Ref]; seen {
				continue
			}
			way := append([]whyStep{u}, ways[queue[0]]...)
			ways[u.Ref] = way
			queue = append(queue, u.Ref)
			if len(way) == 1 {
				direct = append(direct, way)
			}
			if g.find(u.Ref).Wanted || len(g.users(u.Ref)) == 0 {
				r.Ways = append(r.Ways, way)
			}
		}
	}
	if len(r.Ways) == 0 {
		r.Ways = append(r.Ways, direct...)
	}
	return r
}

// users returns the packs that need ref, sorted.
func (g *packGraph) users(ref pack.Ref) (all []whyStep) {
	for i := range g.Packs {
		n := &g.Packs[i]
		for j := range n.Needs {
			if e := &n.Needs[j]; e.Ref == ref && n.Ref != ref {
				all = append(all, whyStep{n.Ref, n.Version, e.need()})
				break
			}
		}
	}
	return all
}

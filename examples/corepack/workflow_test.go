package corepack_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A flow runs core.install_packs like a workflow engine.
type flow struct {
	t          *testing.T
	sh         shell
	packd      packd
	registered []pack.Ref
}

// act runs an action that has to succeed, and reads its report.
func act[R any](f *flow, action string, pairs ...string) R {
	f.t.Helper()
	got := f.sh.run(f.t, action, encode(f.t, append(pairs, "api_url", f.packd.url, "api_token", token)...))
	var report R
	if err := json.Unmarshal([]byte(got.stdout), &report); err != nil || got.status != 0 {
		f.t.Fatalf("%s: %v, %+v", action, err, got)
	}
	return report
}

// install takes packs through the tasks of the workflow.
func (f *flow) install(specs ...string) {
	f.t.Helper()
	downloaded := act[wire.DownloadReport](f, "download_packs", "packs", asJSON(f.t, specs), "destination_dir", f.packd.dir)
	var paths []string
	sums := wire.Checksums{}
	for _, p := range downloaded.Downloaded {
		paths = append(paths, p.Path)
		sums[p.Path] = p.TreeDigest
	}
	if len(paths) == 0 {
		f.t.Fatalf("nothing was downloaded: %+v", downloaded)
	}
	pairs := []string{"pack_paths", asJSON(f.t, paths), "checksums", asJSON(f.t, sums)}
	for _, missing := range act[wire.DependenciesReport](f, "get_pack_dependencies", pairs...).Missing {
		f.install(missing.Ref.String() + "@" + missing.VersionSpec.String())
	}
	if built := act[wire.BuildReport](f, "build_pack_envs", pairs...); len(built.Built) != len(paths) {
		f.t.Fatalf("got %+v", built)
	}
	for _, p := range act[wire.RegisterReport](f, "register_packs", pairs...).Registered {
		f.registered = append(f.registered, p.Ref)
	}
}

// TestFlow installs the samples as core.install_packs does. The pack report requires
// hello, which the flow detects and installs first.
func TestFlow(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"python3", "node", "npm"} {
		find(t, program)
	}
	f := &flow{t: t, sh: newShell(t, "dash"), packd: startPackd(t)}
	f.install(f.packd.world.Directory(), f.packd.world.Git(), f.packd.world.Archive())
	if diff := cmp.Diff([]pack.Ref{"hello", "report", "wordcount", "slugs"}, f.registered); diff != "" {
		t.Errorf("registered -want +got:\n%s", diff)
	}
	c, err := client.New(client.Config{URL: f.packd.url, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if packs, err := c.List(t.Context()); err != nil || len(packs) != 4 {
		t.Errorf("got %+v, %v", packs, err)
	}
}

// TestFlowRefusesChangedContent changes a pack after its download: what
// core.install_packs passes on lets each later action notice.
func TestFlowRefusesChangedContent(t *testing.T) {
	t.Parallel()
	f := &flow{t: t, sh: newShell(t, "dash"), packd: startPackd(t)}
	p := act[wire.DownloadReport](f, "download_packs", "packs", asJSON(t, []string{f.packd.world.Directory()}), "destination_dir", f.packd.dir).Downloaded[0]
	if err := os.WriteFile(filepath.Join(p.Path, "added"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	pairs := []string{"pack_paths", asJSON(t, []string{p.Path}), "checksums", asJSON(t, wire.Checksums{p.Path: p.TreeDigest})}
	var codes []pack.Code
	for _, failed := range act[wire.DependenciesReport](f, "get_pack_dependencies", pairs...).Errors {
		codes = append(codes, failed.Code)
	}
	for _, failed := range act[wire.BuildReport](f, "build_pack_envs", pairs...).Failed {
		codes = append(codes, failed.Code)
	}
	for _, failed := range act[wire.RegisterReport](f, "register_packs", pairs...).Failed {
		codes = append(codes, failed.Code)
	}
	if diff := cmp.Diff([]pack.Code{pack.CodeContentChanged, pack.CodeContentChanged, pack.CodeContentChanged}, codes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestWorkflowPassesChecksums: each task that takes paths takes the checksums with them.
func TestWorkflowPassesChecksums(t *testing.T) {
	t.Parallel()
	for _, c := range load(t).Components {
		if c.Kind != pack.KindWorkflow {
			continue
		}
		for _, task := range c.Spec["tasks"].([]any) {
			input := task.(map[string]any)["input"].(map[string]any)
			if input["pack_paths"] != nil && input["checksums"] != "{{ workflow.checksums }}" {
				t.Errorf("%v passes paths with the checksums %v", task.(map[string]any)["name"], input["checksums"])
			}
		}
	}
}

// TestWorkflowFitsTheActions requires each task to pass all required parameters and no
// unknown ones to its action, and to continue with an existing task.
func TestWorkflowFitsTheActions(t *testing.T) {
	t.Parallel()
	params := map[string]map[string]bool{} // by action; true for required ones
	var workflow *pack.Component
	for _, c := range load(t).Components {
		if c.Kind == pack.KindWorkflow {
			workflow = &c
			params[c.Ref.String()] = workflowParams(c)
			continue
		}
		params[c.Ref.String()] = map[string]bool{}
		for _, p := range c.Action.Parameters {
			params[c.Ref.String()][p.Name] = p.Required
		}
	}
	type m = map[string]any
	tasks := map[string]m{}
	for _, task := range workflow.Spec["tasks"].([]any) {
		tasks[task.(m)["name"].(string)] = task.(m)
	}
	for name, task := range tasks {
		known, ok := params[task["action"].(string)]
		input := slices.Collect(maps.Keys(task["input"].(m)))
		for p, required := range known {
			if required && !slices.Contains(input, p) {
				t.Errorf("task %s: %s is missing", name, p)
			}
		}
		for _, p := range input {
			if _, known := known[p]; !ok || !known {
				t.Errorf("task %s: %s has no parameter %s", name, task["action"], p)
			}
		}
		for _, next := range targets(task["on_success"]) {
			if tasks[next] == nil {
				t.Errorf("task %s: there is no task %s", name, next)
			}
		}
	}
}

func workflowParams(c pack.Component) map[string]bool {
	params := map[string]bool{}
	for name, spec := range c.Spec["parameters"].(map[string]any) {
		params[name] = spec.(map[string]any)["required"] == true
	}
	return params
}

// targets returns the tasks that on_success names: one, or several with
// conditions.
func targets(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, branch := range v {
			all = append(all, targets(branch.(map[string]any)["do"])...)
		}
		return all
	}
	return nil
}

package pipeline_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
)

// signed returns a plan as text with the ID that its content has, as an attacker can.
func signed(t testing.TB, value map[string]any) []byte {
	t.Helper()
	delete(value, "id")
	text := canonicalText(t, value)
	sum := sha256.Sum256(text)
	value["id"] = "sha256:" + hex.EncodeToString(sum[:])
	return canonicalText(t, value)
}

func canonicalText(t testing.TB, value map[string]any) []byte {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		t.Fatal(err)
	}
	return []byte(strings.TrimSpace(b.String()))
}

// TestHostilePlans: plans that were edited, and then given an ID that fits, are refused
// with a type, or do what their digests say; nothing is installed.
func TestHostilePlans(t *testing.T) {
	t.Parallel()
	s := newSite(t, "app@1.0.0:", "evil@1.0.0:")
	plan := s.plan(t, pipeline.Request{Specs: []string{"app"}})
	text, err := plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	step := func(v map[string]any) map[string]any { return v["steps"].([]any)[0].(map[string]any) } //nolint:forcetypeassert // the test made it
	to := func(v map[string]any) map[string]any { return step(v)["to"].(map[string]any) }           //nolint:forcetypeassert // the same
	pin := func(v map[string]any) map[string]any { return to(v)["pin"].(map[string]any) }           //nolint:forcetypeassert // the same
	zeros := "sha256:" + strings.Repeat("0", 64)
	for name, tt := range map[string]struct {
		edit func(v map[string]any)
		late bool // it can be parsed
	}{
		"format":              {func(v map[string]any) { v["plan"] = 2 }, false},
		"ref is a path":       {func(v map[string]any) { step(v)["ref"] = "../../etc" }, false},
		"ref is not read":     {func(v map[string]any) { step(v)["ref"] = "evil" }, false},
		"nothing is read":     {func(v map[string]any) { v["reads"] = []any{} }, false},
		"read twice":          {func(v map[string]any) { v["reads"] = append(v["reads"].([]any), v["reads"].([]any)...) }, false}, //nolint:forcetypeassert // the same
		"steps twice":         {func(v map[string]any) { v["steps"] = append(v["steps"].([]any), step(v)) }, false},               //nolint:forcetypeassert // the same
		"unknown action":      {func(v map[string]any) { step(v)["action"] = "run" }, false},
		"action without from": {func(v map[string]any) { step(v)["action"] = "upgrade" }, false},
		"nothing to come":     {func(v map[string]any) { step(v)["to"] = nil }, false},
		"no tree":             {func(v map[string]any) { to(v)["tree"] = "" }, false},
		"no tree of the pin":  {func(v map[string]any) { delete(pin(v), "tree_digest") }, false},
		"digest is a path":    {func(v map[string]any) { pin(v)["tree_digest"] = "sha256:../../../../etc/passwd" }, false},
		"subdirectory":        {func(v map[string]any) { pin(v)["subdir"] = "../../etc" }, false},
		"absolute":            {func(v map[string]any) { pin(v)["subdir"] = "/etc" }, false},
		"query":               {func(v map[string]any) { pin(v)["location"] = "https://evil.example/x.zip?token=1" }, false},
		"no origin":           {func(v map[string]any) { pin(v)["scheme"] = "" }, false},
		"unknown key":         {func(v map[string]any) { v["hook"] = "rm -rf /" }, false},
		"another spelling":    {func(v map[string]any) { v["Steps"] = v["steps"] }, false},
		"replace":             {func(v map[string]any) { v["options"].(map[string]any)["replace"] = "force" }, false}, //nolint:forcetypeassert // the same
		"another version":     {func(v map[string]any) { to(v)["version"] = "9.0.0" }, true},
		"foreign tree":        {func(v map[string]any) { to(v)["tree"] = zeros }, true},
		"foreign pin":         {func(v map[string]any) { pin(v)["tree_digest"] = zeros }, true},
		"other content":       {func(v map[string]any) { pin(v)["location"] = "evil@1.0.0"; pin(v)["tree_digest"] = zeros }, true},
		"another platform":    {func(v map[string]any) { v["platform"] = "plan9/mips" }, true},
		"conflict": {func(v map[string]any) {
			v["conflicts"] = []any{map[string]any{"code": "conflict", "ref": "app", "message": "no"}}
		}, true},
		"other sets":     {func(v map[string]any) { v["sets"] = []any{} }, true},
		"another action": {func(v map[string]any) { step(v)["action"] = "repin" }, false},
		"another state before it": {func(v map[string]any) {
			before := maps.Clone(to(v))
			before["version"], before["generation"] = "0.1.0", "000001-x"
			step(v)["from"], step(v)["action"] = before, "upgrade"
		}, false},
		"kept, and not installed": {func(v map[string]any) {
			to(v)["tree"] = ""
			step(v)["from"], step(v)["action"] = maps.Clone(to(v)), "keep"
		}, false},
		"upgraded, and not installed": {func(v map[string]any) {
			before := maps.Clone(to(v))
			before["version"], before["tree"] = "0.1.0", ""
			step(v)["from"], step(v)["action"] = before, "upgrade"
		}, false},
		"read something else": {func(v map[string]any) { v["reads"].([]any)[0].(map[string]any)["generation"] = "000009-x" }, true}, //nolint:forcetypeassert // the same
	} {
		var v map[string]any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		tt.edit(v)
		got, err := pipeline.ParsePlan(signed(t, v))
		if bad := (*pipeline.PlanError)(nil); !tt.late {
			if !errors.As(err, &bad) || pack.CodeOf(err) != pack.CodeInvalidRequest {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err == nil {
			_, err = s.Apply(t.Context(), got, nil)
		}
		if err == nil || pack.CodeOf(err) == "" || len(s.state(t)) > 0 {
			t.Errorf("%s: got %v", name, err)
		}
	}
	edited := strings.Replace(string(text), `"app"`, `"apq"`, 1)
	for name, text := range map[string]string{
		"edited": edited, "twice": string(text) + string(text), "cut": string(text[:len(text)/2]), "empty": "", "null": "null", "list": "[]",
		"two readings": strings.Replace(string(text), "{", `{"id": "`+zeros+`",`, 1),
	} {
		if _, err := pipeline.ParsePlan([]byte(text)); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
	plan.Steps[0].To.Version = pack.Version{}
	if _, err := s.Apply(t.Context(), plan, nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("changed in memory: got %v", err)
	}
}

// FuzzParsePlan: what is parsed is a plan, and is encoded as the same.
func FuzzParsePlan(f *testing.F) {
	f.Add([]byte(`{"plan":1}`))
	f.Add(signed(f, map[string]any{
		"plan": 1, "platform": "linux/amd64", "reads": []any{}, "wants": []any{}, "steps": []any{}, "sets": []any{}, "dependents": []any{},
		"conflicts": []any{}, "warnings": []any{}, "options": map[string]any{
			"prefer": nil, "skip_runtimes": nil, "skip_environments": false, "replace": "upgrade", "allow_break": nil,
			"skip_validation": false, "skip_tests": false, "ignore_tests": false, "all_or_nothing": false,
		},
	}))
	f.Fuzz(func(t *testing.T, data []byte) {
		plan, err := pipeline.ParsePlan(data)
		if err != nil {
			if bad := (*pipeline.PlanError)(nil); !errors.As(err, &bad) {
				t.Errorf("got %v", err)
			}
			return
		}
		text, err := plan.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := pipeline.ParsePlan(text)
		if err != nil || again.ID != plan.ID {
			t.Errorf("again: %v", cmp.Diff(plan, again))
		}
	})
}

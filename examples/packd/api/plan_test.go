package api_test

import (
	"testing"

	"github.com/packtrain/pack/installer/pipeline"
)

// TestPlanRemoval: a plan may remove packs and install none, and is applied as it is.
func TestPlanRemoval(t *testing.T) {
	t.Parallel()
	f := start(t)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	plan := f.post("plan", m{"remove": list{"demo"}})
	wantStatus(t, plan, 200)
	data, _ := decode(t, plan)["data"].(m)
	steps, _ := data["steps"].(list)
	if len(steps) != 1 || steps[0].(m)["action"] != string(pipeline.PlanRemove) || steps[0].(m)["ref"] != "demo" {
		t.Fatalf("got %v", steps)
	}
	if a := f.call("GET", "/api/v1/packs/demo", request{}); a.status != 200 {
		t.Errorf("the plan changed something: %d", a.status)
	}
	wantStatus(t, f.post("apply", m{"plan": data}), 200)
	if a := f.call("GET", "/api/v1/packs/demo", request{}); a.status != 404 {
		t.Errorf("demo is there: %d", a.status)
	}
}

// TestPlanRefusals: what no plan can be made of is refused as a whole.
func TestPlanRefusals(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, tt := range []struct {
		body   m
		code   string
		detail string
	}{
		{m{}, "invalid_request", "packs"},
		{m{"packs": list{}, "remove": list{}}, "invalid_request", "packs"},
		{m{"remove": "demo"}, "invalid_request", "remove"},
		{m{"remove": make([]string, 1001)}, "invalid_request", "remove"},
		{m{"packs": make([]string, 1001)}, "invalid_request", "packs"},
		{m{"remove": list{"../demo"}}, "invalid_ref", "remove[0]"},
		{m{"rollback": list{"demo"}}, "invalid_request", "rollback"},
		{m{"rollback": list{m{"pack_ref": "../demo"}}}, "invalid_ref", "rollback[0]"},
		{m{"rollback": make([]m, 1001)}, "invalid_request", "rollback"},
		{m{"remove": list{"demo"}, "allow_break": list{"a b"}}, "invalid_ref", "allow_break"},
	} {
		body := asJSON(t, tt.body)
		a := f.call("POST", "/api/v1/packs/plan", request{body: body})
		f.wantError(body[:min(len(body), 60)], a, refusal{status: 422, code: tt.code, detail: tt.detail})
	}
}

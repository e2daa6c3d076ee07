package registry_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func TestTest(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("demo", "2.0.0")))
	if err := s.Reap(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, r.dir)
	// The higher active version does not count.
	good := write(t, simplePack("demo", "1.0.0").tested(scriptRunner).with(files{"tests/run.sh": script("exit 0")}))
	bad := write(t, simplePack("bad", "1.0.0").tested(scriptRunner).with(files{"tests/run.sh": script("exit 3")}))
	none := write(t, simplePack("none", "1.0.0"))
	invalid := write(t, simplePack("invalid", "1.0.0").tested(scriptRunner))
	report, err := s.Test(t.Context(), registry.TestRequest{Paths: []string{good, bad, none, invalid, good}})
	failed, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(failed.Failures) != 2 || len(report.Tested) != 2 || len(report.Warnings) != 1 {
		t.Fatalf("got %+v, %v", report, err)
	}
	type outcome struct {
		path   string
		status registry.TestStatus
	}
	got := []outcome{{report.Tested[0].Path, report.Tested[0].Tests.Status}, {report.Tested[1].Path, report.Tested[1].Tests.Status}}
	if want := []outcome{{good, registry.TestsPassed}, {none, registry.TestsSkipped}}; !cmp.Equal(got, want, cmp.AllowUnexported(outcome{})) {
		t.Errorf("got %v, want %v", got, want)
	}
	if f := report.Failed[0]; f.Spec != bad || f.Code != pack.CodeTestsFailed || f.Stage != pack.StageTests {
		t.Errorf("got %+v", f)
	}
	if f := report.Failed[1]; f.Spec != invalid || f.Stage != pack.StageValidation {
		t.Errorf("got %+v", f)
	}
	if w := report.Warnings[0]; w.Ref != "none" {
		t.Errorf("got %+v", w)
	}
	if err := s.Reap(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, snapshot(t, r.dir)); diff != "" {
		t.Errorf("the root changed (-before +after)\n%s", diff)
	}
	if _, err := s.Test(t.Context(), registry.TestRequest{}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
}

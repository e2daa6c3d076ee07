package registry_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestTestsThatChangeOthers: below a sandbox, a pack whose tests change another one is named
// and refused, and those that were tested beside it are not.
func TestTestsThatChangeOthers(t *testing.T) {
	t.Parallel()
	root := newRoot(t)
	s := root.open(t)
	register(t, s, registry.ReplaceNever, write(t, simplePack("victim", "1.0.0")))
	section := "  runners:\n    a: {type: script, entry_point: tests/run.sh}\n"
	attack := "for f in " + filepath.Join(root.config().Root, "packs", "victim") + "/*/pack/pack.yaml; do chmod u+w $f; echo '# x' >> $f; done"
	paths := []string{
		write(t, simplePack("good", "1.0.0").tested(section).with(files{"tests/run.sh": script("exit 0")})),
		write(t, simplePack("evil", "1.0.0").tested(section).with(files{"tests/run.sh": script(attack)})),
		write(t, simplePack("other", "1.0.0").tested(section).with(files{"tests/run.sh": script("exit 0")})),
	}
	report, err := s.Register(t.Context(), registry.Request{Paths: paths})
	if err == nil || len(report.Failed) != 1 || len(report.Registered) != 2 {
		t.Fatalf("got %+v, %v", report, err)
	}
	failed := report.Failed[0]
	if failed.Ref != "evil" || failed.Stage != pack.StageTests || failed.Code != pack.CodeTestsFailed || !strings.Contains(failed.Message, "pack.yaml") {
		t.Errorf("got %+v", failed)
	}
}

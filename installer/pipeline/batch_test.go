package pipeline_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

// TestBatchIsTheUnionOfItsItems installs packs that do not need each other in
// batches of any choice and order. Each ends as it does alone, and lies where it
// does in the request.
func TestBatchIsTheUnionOfItsItems(t *testing.T) {
	t.Parallel()
	specs := []string{"app", "tool@^1", "needy", "absent", "test:link", "test:empty", "test:broken", "test:good", "test:other", "test:unbuilt", "--option"}
	alone := map[string]string{}
	for _, spec := range specs {
		alone[spec] = installBatch(t, spec)[0]
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d; alone: %q", seed, alone)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 20 {
		random.Shuffle(len(specs), func(i, j int) { specs[i], specs[j] = specs[j], specs[i] })
		batch := specs[:1+random.IntN(len(specs))]
		var want []string
		for _, spec := range batch {
			want = append(want, alone[spec])
		}
		if diff := cmp.Diff(want, installBatch(t, batch...)); diff != "" {
			t.Errorf("%q (-alone +in a batch)\n%s", batch, diff)
		}
	}
}

// installBatch installs specs into a new house and returns how each of them ended.
func installBatch(t *testing.T, specs ...string) []string {
	t.Helper()
	h := newHouse(t, "app@1.0.0:", "tool@1.0.0:", "needy@1.0.0: none@^1")
	h.Add("link", fstest.MapFS{"pack.yaml": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}})
	h.Add("empty", fstest.MapFS{})
	h.Add("broken", worldtest.Files("broken@1.0.0"))
	h.World.Broken["broken"] = pack.Errorf(pack.CodeMalformedContent, "broken")
	h.Add("good", worldtest.Files("good@1.0.0"))
	h.Add("other", worldtest.Files("core@1.0.0"))
	h.Add("unbuilt", worldtest.Files("unbuilt@1.0.0"))
	h.builder.broken = map[string]error{"unbuilt": pack.Errorf(pack.CodeBuildFailed, "wrong")}
	rep, err := install(t, h, specs...)
	if rep == nil {
		t.Fatal(err)
	}
	var ends []string
	for _, o := range rep.Outcomes {
		end := fmt.Sprintf("%s %s %s", o.Spec, o.Ref, o.Status)
		if o.Failure != nil {
			end += fmt.Sprintf(" at %s: %s: %s", o.Failure.Stage, o.Failure.Code, o.Failure.Message)
		}
		ends = append(ends, end)
	}
	return ends
}

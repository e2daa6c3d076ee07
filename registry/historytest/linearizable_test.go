package historytest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

var (
	count = flag.Int("operations", 100, "operations of each process")
	crowd = flag.Int("crowd", 20, "operations of each of many processes")
)

const (
	processes = 8
	writers   = 32 // of a crowd
	readers   = 8  // beside them
	maxKills  = 12 // of each process
)

func TestMain(m *testing.M) {
	dir := os.Getenv(workDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	number, err := strconv.Atoi(os.Getenv(workNumber))
	var b backend
	err = errors.Join(err, json.Unmarshal([]byte(os.Getenv(workBackend)), &b))
	if err == nil {
		err = work(context.Background(), b, dir, number)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestLinearizable has several processes change and read the same packs, and kills them
// at random moments: their operations, over all packs and over sets of packs, are
// explained by one order in which each happened at one moment of its call.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	for name, b := range map[string]backend{
		"files": {Kind: "files"}, "SQLite": {Kind: "sqlite"}, "PostgreSQL": {Kind: "postgresql", DSN: server.Database(t)},
		"leases": {Kind: "postgresql", DSN: server.Database(t), Lease: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b.Count = *count
			linearizable(t, b, processes)
		})
	}
}

// TestHostile has more processes at once than a host has, and others that only read.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("M05", func(t *testing.T) {
		t.Parallel()
		linearizable(t, backend{Kind: "files", Count: *crowd, Writers: writers}, writers+readers)
	})
}

// linearizable has workers share a root, and judges their history.
func linearizable(t *testing.T, b backend, workers int) {
	t.Helper()
	dir := t.TempDir()
	writePacks(t, dir)
	var all sync.WaitGroup
	kills := make([]int, workers)
	for i := range workers {
		all.Go(func() { kills[i] = run(t, b, dir, i) })
	}
	all.Wait()
	t.Logf("%d kills", kills)
	checkHistory(t, b, dir, workers)
}

// checkHistory judges what the workers have logged.
func checkHistory(t *testing.T, b backend, dir string, workers int) {
	t.Helper()
	if t.Failed() {
		return
	}
	store, closeAll, err := b.open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closeAll() }()
	changes := allChanges(t, store)
	var steps []porcupine.Operation
	for i := range workers {
		log, err := readLog(dir, i)
		if err != nil || len(log) != b.Count {
			t.Fatalf("log of process %d: %d operations, %v", i, len(log), err)
		}
		steps = append(steps, history(t, b, i, log, changes)...)
	}
	now := time.Now().UnixNano()
	seen, err := readAll(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	steps = append(steps, porcupine.Operation{ClientId: workers, Input: step{name: "end", seen: seen}, Call: now, Return: now + 1})
	t.Logf("%d steps, %d changes", len(steps), len(changes))
	if got := judge(t, steps); got != porcupine.Ok {
		slices.SortFunc(steps, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
		for _, o := range steps {
			t.Logf("%d %d-%d %+v", o.ClientId, (o.Call-steps[0].Call)/1000, (o.Return-steps[0].Call)/1000, o.Input)
		}
		t.Errorf("the history is not linearizable: %s", got)
	}
	checkFiles(t, store, dir)
}

// judge looks for one order of all steps. Where many of them overlap, the search may not end:
// then there has to be an order of those of each set of packs.
func judge(t *testing.T, steps []porcupine.Operation) porcupine.CheckResult {
	t.Helper()
	got := porcupine.CheckOperationsTimeout(model(), steps, time.Minute)
	if got != porcupine.Unknown {
		return got
	}
	t.Log("no verdict about all packs together: each set is judged by itself")
	for _, group := range groups() {
		if got = porcupine.CheckOperationsTimeout(model(), within(group, steps), 3*time.Minute); got != porcupine.Ok {
			return got
		}
	}
	return got
}

// within returns what steps have done with some of the packs, and seen of them.
func within(group []pack.Ref, steps []porcupine.Operation) (some []porcupine.Operation) {
	for _, o := range steps {
		whole, part := o.Input.(step), step{} //nolint:forcetypeassert // a test
		part.name = whole.name
		for _, c := range whole.change {
			if slices.Contains(group, c.Ref) {
				part.change = append(part.change, c)
			}
		}
		for ref, generation := range whole.seen {
			if slices.Contains(group, ref) {
				if part.seen == nil {
					part.seen = map[pack.Ref]string{}
				}
				part.seen[ref] = generation
			}
		}
		if len(part.change)+len(part.seen) > 0 {
			o.Input = part
			some = append(some, o)
		}
	}
	return some
}

// checkFiles checks that files and records agree, and that no operation is unfinished.
func checkFiles(t *testing.T, store *registry.Store, dir string) {
	t.Helper()
	report, err := store.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		if d.Kind != registry.DifferenceDependency { // packs are removed although others need them
			t.Errorf("files and records differ: %+v", d)
		}
	}
	if left, err := os.ReadDir(filepath.Join(dir, "root", "journal")); err != nil || len(left) > 0 {
		t.Errorf("left in the journal: %v, %v", left, err)
	}
}

// command returns the command that continues the work of a worker.
func command(ctx context.Context, b backend, dir string, number int, prefix ...string) *exec.Cmd {
	args := append(prefix, os.Args[0])
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	text, _ := json.Marshal(b) // never fails
	cmd.Env = append(os.Environ(), workDir+"="+dir, workBackend+"="+string(text), fmt.Sprint(workNumber, "=", number))
	return cmd
}

// run starts the process of a worker again and again until it ends by itself, and
// returns how often it was killed.
func run(t *testing.T, b backend, dir string, number int) (kills int) {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(number)))
	for {
		var stderr bytes.Buffer
		cmd := command(t.Context(), b, dir, number)
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return kills
		}
		if kills < maxKills {
			life := time.Duration(100+random.IntN(600)) * time.Millisecond
			defer time.AfterFunc(life, func() { _ = cmd.Process.Kill() }).Stop()
		}
		err := cmd.Wait()
		if cmd.ProcessState.Exited() {
			if err != nil {
				t.Errorf("process %d: %v: %s", number, err, stderr.String())
			}
			return kills
		}
		kills++
	}
}

// writePacks writes all versions of all packs.
func writePacks(t *testing.T, dir string) {
	t.Helper()
	for _, group := range groups() {
		for i, ref := range group {
			for _, version := range versions {
				manifest := fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n", ref, version)
				if len(group) > 1 {
					manifest += fmt.Sprintf("dependencies: [%s]\n", group[(i+1)%len(group)])
				}
				write(t, filepath.Join(dir, "packs", ref.String(), version), map[string]string{
					"pack.yaml": manifest, "lib/version": version, "lib/deep/version": version,
				})
			}
		}
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestImpossibleHistories: the checker notices what must not happen.
func TestImpossibleHistories(t *testing.T) {
	t.Parallel()
	move := func(ref pack.Ref, from, to string) registry.PackChange {
		return registry.PackChange{Ref: ref, From: registry.GenerationID{Name: from}, To: registry.GenerationID{Name: to}}
	}
	install := step{change: []registry.PackChange{move("left", "", "1"), move("right", "", "1")}}
	upgrade := step{change: []registry.PackChange{move("left", "1", "2"), move("right", "1", "2")}}
	read := func(left, right string) step { return step{seen: map[pack.Ref]string{"left": left, "right": right}} }
	for name, tt := range map[string]struct {
		steps  []step
		beside bool // the last two overlap
		want   porcupine.CheckResult
	}{
		"one after the other":         {[]step{read("", ""), install, read("1", "1"), upgrade, read("2", "2")}, false, porcupine.Ok},
		"a read beside an upgrade":    {[]step{install, upgrade, read("1", "1")}, true, porcupine.Ok},
		"a stale read":                {[]step{install, upgrade, read("1", "1")}, false, porcupine.Illegal},
		"half a set":                  {[]step{install, upgrade, read("2", "1")}, true, porcupine.Illegal},
		"a lost upgrade":              {[]step{install, upgrade, upgrade}, true, porcupine.Illegal},
		"a change before its cause":   {[]step{upgrade, install}, false, porcupine.Illegal},
		"a generation from long gone": {[]step{install, upgrade, {change: []registry.PackChange{move("left", "1", "3")}}}, false, porcupine.Illegal},
	} {
		var operations []porcupine.Operation
		for i, s := range tt.steps {
			o := porcupine.Operation{ClientId: i, Input: s, Call: int64(10 * i), Return: int64(10*i + 5)}
			if tt.beside && i == len(tt.steps)-1 {
				o.Call = operations[i-1].Call
			}
			operations = append(operations, o)
		}
		if got := porcupine.CheckOperationsTimeout(model(), operations, time.Minute); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
		if got := porcupine.CheckOperationsTimeout(model(), within(groups()[1], operations), time.Minute); got != tt.want {
			t.Errorf("%s, in a set: %s", name, got)
		}
	}
}

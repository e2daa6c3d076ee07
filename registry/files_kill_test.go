package registry_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// The environment of a process that applies operations until it is killed, or
// has applied all.
const (
	workDir    = "REGISTRYTEST_WORK"
	workNumber = "REGISTRYTEST_NUMBER"
)

const (
	workers    = 8
	operations = 200
	lifetime   = 10 // generations, after which the packs are removed
)

func TestMain(m *testing.M) {
	dir, churned, number := os.Getenv(workDir), os.Getenv(churnDir), os.Getenv(workNumber)
	var err error
	switch {
	case dir != "":
		err = work(context.Background(), dir, number)
	case churned != "":
		err = churn(context.Background(), churned, number)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// work applies the operations of one worker from where an earlier process of it
// was killed, and notes each that it was told of.
func work(ctx context.Context, dir, number string) error {
	records, err := registry.OpenFiles(ctx, filepath.Join(dir, "records"))
	if err != nil {
		return err
	}
	records.CompactAt(64 << 10)
	noted, err := readNotes(dir, number)
	if err != nil {
		return err
	}
	notes, err := os.OpenFile(notesFile(dir, number), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	for n := len(noted) + 1; n <= operations; n++ {
		if n == len(noted)+1 {
			if err := checkKilled(ctx, records, number, n); err != nil {
				return err
			}
		}
		applied, err := records.Apply(ctx, workOperation(number, n))
		for again := 0; errors.Is(err, pack.ErrBusy) && again < 10; again++ { // on a busy machine
			applied, err = records.Apply(ctx, workOperation(number, n))
		}
		if err != nil {
			return fmt.Errorf("operation %d of worker %s: %w", n, number, err)
		}
		note := "0 0"
		if len(applied) > 0 {
			note = fmt.Sprint(applied[0].ID, " ", applied[1].ID)
		}
		if _, err := fmt.Fprintf(notes, "%s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// checkKilled checks that operation n, under which a process may have been
// killed, has happened whole or not at all, as its outcome says.
func checkKilled(ctx context.Context, records registry.Records, number string, n int) error {
	applied, err := records.Outcome(ctx, workOperation(number, n).ID)
	if err != nil {
		return err
	}
	want := generationAfter(n - 1)
	if applied {
		want = generationAfter(n)
	}
	for _, ref := range workRefs(number) {
		got, err := records.Active(ctx, ref)
		if err != nil && !errors.Is(err, pack.ErrNotFound) {
			return err
		}
		if got != want {
			return fmt.Errorf("pack %s is at generation %q after operation %d (applied: %v), want %q", ref, got, n, applied, want)
		}
	}
	return nil
}

func workRefs(number string) []pack.Ref {
	return []pack.Ref{pack.Ref("left" + number), pack.Ref("right" + number)}
}

// workOperation is operation n of a worker: the packs go through the generations
// of a lifetime together, and then are removed.
func workOperation(number string, n int) registry.Operation {
	id := fmt.Sprint("worker", number, "-", n)
	if generation := n % lifetime; generation != 0 {
		return activating(id, generation, workRefs(number)...)
	}
	op := registry.Operation{ID: id}
	for _, ref := range workRefs(number) {
		op.Remove = append(op.Remove, registry.Removal{Ref: ref, Generation: fmt.Sprint(lifetime - 1)})
	}
	return op
}

// generationAfter returns the active generation after operation n.
func generationAfter(n int) string {
	if n%lifetime == 0 {
		return ""
	}
	return fmt.Sprint(n % lifetime)
}

func notesFile(dir, number string) string { return filepath.Join(dir, "notes"+number) }

// readNotes returns the IDs of the packs after each operation that was noted.
func readNotes(dir, number string) (ids [][2]int64, err error) {
	data, err := os.ReadFile(notesFile(dir, number))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); err == nil && lines.Scan(); {
		var pair [2]int64
		_, err = fmt.Sscan(lines.Text(), &pair[0], &pair[1])
		ids = append(ids, pair)
	}
	return ids, err
}

// TestFilesSurviveKills lets several processes change the same records, and
// kills them at random moments, until all operations are done: none is lost, no
// reader sees half of one, and no ID is given twice.
func TestFilesSurviveKills(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	ctx, stop := context.WithCancel(t.Context())
	var reader, all sync.WaitGroup
	reader.Go(func() { readPairs(ctx, t, filepath.Join(dir, "records")) })
	kills := make([]int, workers)
	for i := range workers {
		all.Go(func() { kills[i] = runWorker(t, dir, i, rand.New(rand.NewPCG(seed, uint64(i)))) })
	}
	all.Wait()
	stop()
	reader.Wait()
	total := 0
	for _, n := range kills {
		total += n
	}
	t.Logf("seed %d: %d kills", seed, total)
	if total < workers {
		t.Errorf("only %d kills", total)
	}
	checkWork(t, dir)
}

// runWorker starts the process of a worker again and again until it ends by
// itself, and returns how often it was killed.
func runWorker(t *testing.T, dir string, i int, random *rand.Rand) (kills int) {
	t.Helper()
	const most = 12
	for {
		var stderr bytes.Buffer
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), workDir+"="+dir, fmt.Sprint(workNumber, "=", i))
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return kills
		}
		if kills < most {
			life := time.Duration(50+random.IntN(400)) * time.Millisecond
			defer time.AfterFunc(life, func() { _ = cmd.Process.Kill() }).Stop()
		}
		err := cmd.Wait()
		if cmd.ProcessState.Exited() {
			if err != nil {
				t.Errorf("worker %d: %v: %s", i, err, stderr.String())
			}
			return kills
		}
		kills++
	}
}

// readPairs reads until ctx ends: the packs of a worker always have the same
// generation.
func readPairs(ctx context.Context, t *testing.T, dir string) {
	t.Helper()
	records, err := registry.OpenFiles(t.Context(), dir)
	if err != nil {
		t.Error(err)
		return
	}
	for ctx.Err() == nil {
		all, err := records.Packs(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		active := map[pack.Ref]string{}
		for _, rec := range all {
			active[rec.Ref] = rec.Active.Name
		}
		for i := range workers {
			refs := workRefs(fmt.Sprint(i))
			if active[refs[0]] != active[refs[1]] {
				t.Errorf("%s is at %q, %s at %q", refs[0], active[refs[0]], refs[1], active[refs[1]])
				return
			}
		}
		<-time.After(5 * time.Millisecond)
	}
}

// checkWork checks that all operations of all workers are done, and that each
// life of a pack had an ID of its own.
func checkWork(t *testing.T, dir string) {
	t.Helper()
	records := openFiles(t, filepath.Join(dir, "records"))
	if all, err := records.Packs(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("left: %+v, %v", all, err)
	}
	lives := map[int64]string{}
	for i := range workers {
		number := fmt.Sprint(i)
		ids, err := readNotes(dir, number)
		if err != nil || len(ids) != operations {
			t.Fatalf("worker %d: %d operations noted, %v", i, len(ids), err)
		}
		for n := 1; n <= operations; n++ {
			if applied, err := records.Outcome(t.Context(), workOperation(number, n).ID); err != nil || !applied {
				t.Fatalf("operation %d of worker %d is lost: %v, %v", n, i, applied, err)
			}
			for k, id := range ids[n-1] {
				life := fmt.Sprint(workRefs(number)[k], " ", n/lifetime)
				if id != 0 && lives[id] != "" && lives[id] != life {
					t.Fatalf("ID %d was given to %q and to %q", id, lives[id], life)
				}
				lives[id] = life
			}
		}
	}
	if want := 2*workers*operations/lifetime + 1; len(lives) != want {
		t.Errorf("%d IDs, want %d", len(lives), want)
	}
}

package sqlitetest_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
	"github.com/packtrain/pack/registry/sqlregistry"
)

// The environment of a process that works until it is killed.
const (
	workVariable = "SQLITETEST_WORK" // its directory
	seedVariable = "SQLITETEST_SEED"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(workVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	var seed uint64
	_, err := fmt.Sscan(os.Getenv(seedVariable), &seed)
	if err == nil {
		err = workIn(dir).Do(context.Background(), seed)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// workIn is work with records in dir.
func workIn(dir string) registrytest.Work {
	return registrytest.Work{Dir: dir, Open: func(ctx context.Context) (registry.Records, func() error, error) {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "records.db")+pragmas)
		if err != nil {
			return nil, nil, err
		}
		records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite(), nil)
		if err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
		return records, db.Close, nil
	}}
}

// TestKilledAtRandomMoments kills two processes that share a root, at random
// moments, and checks the state that the next one finds.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	const kills = 50
	dir := t.TempDir()
	work := workIn(dir)
	work.Prepare(t)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 2))
	changed := 0
	var last map[pack.Ref]string
	rounds := 0
	// On a busy machine many die before they have changed anything.
	for n := 0; n < kills || changed < kills/4 && n < 4*kills; n += 2 {
		rounds++
		one, two := start(t, dir, random), start(t, dir, random)
		if err := errors.Join(one.kill(), two.kill()); err != nil {
			t.Fatalf("seed %d, kill %d: %v", seed, n, err)
		}
		found := work.Check(t)
		if t.Failed() {
			t.Fatalf("seed %d, kill %d", seed, n)
		}
		if !maps.Equal(found, last) {
			changed++
		}
		last = found
	}
	if changed < kills/4 {
		t.Errorf("seed %d: only %d of %d rounds changed anything", seed, changed, rounds)
	}
}

// A victim is a process that works until it is killed.
type victim struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	life   time.Duration
}

func start(t *testing.T, dir string, random *rand.Rand) *victim {
	t.Helper()
	v := &victim{cmd: exec.CommandContext(t.Context(), os.Args[0]), life: time.Duration(20+random.IntN(300)) * time.Millisecond}
	v.cmd.Env = append(os.Environ(), workVariable+"="+dir, fmt.Sprintf("%s=%d", seedVariable, random.Uint64()))
	v.cmd.Stderr = &v.stderr
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return v
}

// kill kills the process at its time. It is an error if it has already ended.
func (v *victim) kill() error {
	timer := time.AfterFunc(v.life, func() { _ = v.cmd.Process.Kill() })
	defer timer.Stop()
	err := v.cmd.Wait()
	if v.cmd.ProcessState.Exited() {
		return fmt.Errorf("the process ended: %w: %s", err, v.stderr.String())
	}
	return nil
}

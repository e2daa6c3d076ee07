package pgtest_test

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
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// The environment of a process that works until it is killed.
const (
	workVariable = "PGTEST_WORK" // its directory
	dsnVariable  = "PGTEST_DSN"  // its database
	seedVariable = "PGTEST_SEED"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(workVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	if act := os.Getenv(actVariable); act != "" {
		if err := doAct(context.Background(), act, dir, os.Getenv(dsnVariable)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	var seed uint64
	_, err := fmt.Sscan(os.Getenv(seedVariable), &seed)
	if err == nil {
		err = workIn(dir, os.Getenv(dsnVariable)).Do(context.Background(), seed)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// workIn is work with records in a database.
func workIn(dir, dsn string) registrytest.Work {
	return registrytest.Work{Dir: dir, Open: func(ctx context.Context) (registry.Records, func() error, error) {
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, nil, err
		}
		records, err := sqlregistry.Open(ctx, db, sqlregistry.PostgreSQL(), nil)
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
	const kills = 30
	dir, dsn := t.TempDir(), pgtest.Start(t).Database(t)
	work := workIn(dir, dsn)
	work.Prepare(t)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 2))
	usual := warmUp(t, dir, dsn, random)
	changed := 0
	var last map[pack.Ref]string
	for n := 0; n < kills; n += 2 {
		one, two := start(t, dir, dsn, random, usual), start(t, dir, dsn, random, usual)
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
		t.Errorf("seed %d: only %d of %d rounds changed anything", seed, changed, kills/2)
	}
}

// A victim is a process that works until it is killed.
type victim struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	life   time.Duration
}

// warmUp returns how long a process takes until it has changed a pack.
func warmUp(t *testing.T, dir, dsn string, random *rand.Rand) time.Duration {
	t.Helper()
	begun := time.Now()
	first := start(t, dir, dsn, random, time.Hour)
	defer func() { _ = first.cmd.Wait() }()
	defer func() { _ = first.cmd.Process.Kill() }()
	for t.Context().Err() == nil {
		if changed, err := os.ReadDir(filepath.Join(dir, "root", "current")); err == nil && len(changed) > 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(begun)
}

// start starts a process that lives for about as long as usual.
func start(t *testing.T, dir, dsn string, random *rand.Rand, usual time.Duration) *victim {
	t.Helper()
	v := &victim{cmd: exec.CommandContext(t.Context(), os.Args[0]), life: usual/2 + time.Duration(random.Int64N(int64(2*usual)))}
	v.cmd.Env = append(os.Environ(), workVariable+"="+dir, dsnVariable+"="+dsn, fmt.Sprintf("%s=%d", seedVariable, random.Uint64()))
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

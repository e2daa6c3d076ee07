package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	killPacks    = 4
	killVersions = 40
)

// killWorld is a packd that is killed repeatedly, with the requests sent to it.
type killWorld struct {
	dir string

	mu    sync.Mutex
	asked map[string]string // the spec of each operation that was accepted
	next  [killPacks]int    // the version of each pack that is installed next
}

func (w *killWorld) spec(i, version int) string {
	return filepath.Join(w.dir, "packs", fmt.Sprintf("pack%d-%d", i, version))
}

// writePacks writes all versions of all packs. Each file states its version, and
// the tests take a moment.
func (w *killWorld) writePacks(t *testing.T) {
	t.Helper()
	for i := range killPacks {
		for v := range killVersions {
			text := fmt.Sprintf("1.%d.0", v)
			files := map[string]string{
				"pack.yaml": fmt.Sprintf("ref: pack%d\nversion: %s\nlabel: L\ndescription: D\n", i, text) +
					"testing: {enabled: true, runners: {all: {type: script, entry_point: test.sh}}, result_format: simple}\n",
				"test.sh": "#!/bin/sh\nsleep 0.02\nprintf 'Total Tests: 1\\nPassed: 1\\nFailed: 0\\n'\n",
			}
			for n := range 8 {
				files[fmt.Sprintf("lib/data%d.txt", n)] = text
			}
			for name, content := range files {
				file := filepath.Join(w.spec(i, v), name)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(content), 0o755); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// A victim is a process of packd.
type victim struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	client *client.Client
}

func (w *killWorld) start(t *testing.T) *victim {
	t.Helper()
	p := place{root: filepath.Join(w.dir, "root"), allowed: filepath.Join(w.dir, "packs")}
	v := &victim{cmd: exec.CommandContext(t.Context(), os.Args[0], p.args()...)}
	v.cmd.Env = append(os.Environ(), "PACKD_TEST_AS_PROGRAM=1", "PACKD_TOKENS="+secret+":read+install")
	v.cmd.Stderr = &v.stderr
	stdout, err := v.cmd.StdoutPipe()
	if err == nil {
		err = v.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		err = errors.Join(err, v.kill())
		t.Fatalf("packd said %q: %v\n%s", line, err, v.stderr.String())
	}
	if v.client, err = client.New(client.Config{URL: url, Token: secret, Attempts: 1}); err != nil {
		t.Fatal(err)
	}
	return v
}

// kill kills the process. That it ended by itself is an error.
func (v *victim) kill() error {
	_ = v.cmd.Process.Kill()
	err := v.cmd.Wait()
	if v.cmd.ProcessState.Exited() {
		return fmt.Errorf("packd ended: %w\n%s", err, v.stderr.String())
	}
	return nil
}

// ask asks for installations until the process is gone.
func (w *killWorld) ask(ctx context.Context, v *victim, i int) {
	for ctx.Err() == nil {
		w.mu.Lock()
		spec := w.spec(i, min(w.next[i], killVersions-1))
		w.next[i]++
		w.mu.Unlock()
		op, err := v.client.Submit(ctx, wire.KindInstall, wire.InstallRequest{Packs: []string{spec}, Force: true})
		if err != nil {
			return
		}
		w.mu.Lock()
		w.asked[op.ID] = spec
		w.mu.Unlock()
		for range v.client.Events(ctx, op.ID, 0) { // until it is over, or the server is gone
		}
	}
}

// TestKilledInTheMiddle kills packd at random moments of installations and
// starts it again.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := &killWorld{dir: t.TempDir(), asked: map[string]string{}}
	w.writePacks(t)
	for n := 0; n < 6 || len(w.asked) < 2*killPacks; n++ {
		v := w.start(t)
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		for i := range killPacks {
			clients.Go(func() { w.ask(ctx, v, i) })
		}
		<-time.After(time.Duration(20+rand.IntN(500)) * time.Millisecond)
		err := v.kill()
		cancel()
		clients.Wait()
		if err != nil {
			t.Fatalf("kill %d: %v", n, err)
		}
		for i := range killPacks {
			w.version(t, i)
		}
	}
	v := w.start(t)
	defer func() { _ = v.kill() }()
	for id, spec := range w.asked {
		w.checkEnd(t, v, id, spec)
	}
	w.checkPacks(t, v)
}

// version returns the version of a pack that readers find, "" for none. That
// all files are of one version is checked.
func (w *killWorld) version(t *testing.T, i int) string {
	t.Helper()
	content, err := filepath.EvalSymlinks(filepath.Join(w.dir, "root", "current", fmt.Sprintf("pack%d", i)))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	var versions []string
	for n := range 8 {
		b, err := os.ReadFile(filepath.Join(content, "lib", fmt.Sprintf("data%d.txt", n)))
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, string(b))
	}
	if versions = slices.Compact(versions); len(versions) != 1 {
		t.Errorf("pack%d is %v", i, versions)
	}
	return versions[0]
}

// checkEnd waits for the end of an operation, which was completed or failed with
// a reason, and checks that its events have no gap.
func (w *killWorld) checkEnd(t *testing.T, v *victim, id, spec string) {
	t.Helper()
	var last uint64
	for e, err := range v.client.Events(t.Context(), id, 0) {
		if err != nil || e.Seq != last+1 {
			t.Fatalf("%s: event %d after %d: %v", spec, e.Seq, last, err)
		}
		last = e.Seq
	}
	op, err := v.client.Operation(t.Context(), id)
	switch {
	case err != nil:
		t.Errorf("%s: %v", spec, err)
	case op.LastEvent != last:
		t.Errorf("%s: the last event is %d, read were %d", spec, op.LastEvent, last)
	case op.State == wire.StateFailed && op.Error != nil && strings.HasPrefix(op.Error.Error, "interrupted 3 times"):
	case op.State != wire.StateCompleted:
		t.Errorf("%s: got %+v, %+v", spec, op, op.Error)
	default:
		w.checkReport(t, op, spec)
	}
}

func (w *killWorld) checkReport(t *testing.T, op *wire.Operation, spec string) {
	t.Helper()
	var report wire.InstallReport
	if err := json.Unmarshal(op.Report, &report); err != nil {
		t.Fatal(err)
	}
	for _, o := range report.Outcomes {
		if o.Failure != nil {
			t.Errorf("%s, attempt %d: %+v", spec, op.Attempt, o.Failure)
		}
	}
}

// checkPacks compares the reports of the server with the files of readers.
func (w *killWorld) checkPacks(t *testing.T, v *victim) {
	t.Helper()
	for i := range killPacks {
		p, err := v.client.Show(t.Context(), pack.Ref(fmt.Sprintf("pack%d", i)))
		if err != nil {
			t.Error(err)
			continue
		}
		if found := w.version(t, i); found != p.Active.Version.String() {
			t.Errorf("pack%d is %s for readers and %s for the server", i, found, p.Active.Version)
		}
		tree, err := pack.TreeDigest(os.DirFS(p.StoragePath))
		if err != nil || tree != p.Active.TreeDigest {
			t.Errorf("pack%d: content is %v, %v, recorded %v", i, tree, err, p.Active.TreeDigest)
		}
	}
}

package envbuild_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/runner"
)

// A buildProcess is what a process of this test binary builds.
type buildProcess struct {
	Dir, App     string
	SearchPath   []string
	PythonIndex  string
	NodeRegistry string
	Isolation    pack.Isolation
	Timeout      time.Duration
}

// processVariable makes this test binary a process that builds what the variable says, as
// JSON. It prints its events.
const processVariable = "ENVBUILD_TEST_PROCESS"

func (p buildProcess) run() error {
	b, err := envbuild.New(envbuild.Config{
		Network: loopback(),
		Dir:     p.Dir, SearchPath: p.SearchPath, PythonIndex: p.PythonIndex, NodeRegistry: p.NodeRegistry, Runner: runner.New(&runner.Options{Level: p.Isolation}),
	})
	if err != nil {
		return err
	}
	_, err = b.Build(context.Background(), envbuild.Request{Paths: []string{p.App}, Timeout: p.Timeout, OnEvent: func(_ context.Context, e pack.Event) {
		fmt.Println(e.Message)
	}})
	return err
}

// start starts the process. It is killed when the test ends.
func (p buildProcess) start(t *testing.T) (*exec.Cmd, *transcript) {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out transcript
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{processVariable + "=" + string(text), "TMPDIR=" + os.TempDir()}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, 5*time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, &out
}

// A transcript is what a process prints.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

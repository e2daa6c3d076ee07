package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// childVariable is the variable that makes a process one that does a run.
const childVariable = "CRASHTEST_RUN"

// The ways of an interruption.
const (
	kill    = "kill"
	failure = "error"
	panics  = "panic"
)

var errInjected = errors.New("no space left on device, as the test has it")

// A run is an act in a root of its own that is interrupted.
type run struct {
	Backend    backend
	Dir, Packs string
	Act, Way   string
	Step       int // the first is 1
	// Recovery, if positive, is the step at which the first recovery dies.
	Recovery int
}

func TestMain(m *testing.M) {
	text := os.Getenv(childVariable)
	if text == "" {
		os.Exit(m.Run())
	}
	var r run
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer func() {
		if value := recover(); value != nil {
			os.Exit(exitPanicked)
		}
	}()
	if _, err := r.interrupt(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const exitPanicked = 3

// interrupt does the act of the run, interrupts it, and returns the names of its steps.
func (r run) interrupt(ctx context.Context) (steps []string, err error) {
	f := &faults{way: r.Way, at: r.Step}
	store, closeAll, err := r.Backend.open(ctx, r.Dir, f.fault)
	if err != nil {
		return nil, err
	}
	f.begin()
	err = acts()[r.Act].do(ctx, store, r.Packs)
	return f.steps, errors.Join(err, closeAll())
}

// inChild interrupts the act in a process of its own.
func (r run) inChild(ctx context.Context) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) } // it hangs: it says where
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stderr = &stderr
	err = cmd.Run()
	code := cmd.ProcessState.ExitCode()
	killed, panicked := r.Way == kill && code == -1, r.Way == panics && code > 0
	if err != nil && (ctx.Err() != nil || !killed && !panicked) {
		return fmt.Errorf("%w: %s", err, stderr.String())
	}
	return nil
}

// faults interrupt one step of a process.
type faults struct {
	way     string
	at      int
	forever bool // all later steps fail, too

	mu    sync.Mutex
	begun bool
	steps []string
}

// begin starts counting.
func (f *faults) begin() {
	f.mu.Lock()
	f.begun, f.steps = true, nil
	f.mu.Unlock()
}

func (f *faults) fault(step string) error {
	f.mu.Lock()
	n := 0
	if f.begun {
		f.steps = append(f.steps, step)
		n = len(f.steps)
	}
	f.mu.Unlock()
	if f.at == 0 || n < f.at || n > f.at && !f.forever {
		return nil
	}
	switch f.way {
	case kill:
		self, err := os.FindProcess(os.Getpid())
		if err = errors.Join(err, self.Kill()); err != nil {
			return err
		}
		select {} // until it has happened
	case panics:
		panic(errInjected)
	}
	return errInjected
}

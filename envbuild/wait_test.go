package envbuild

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
)

// A slowTool is a Runner that answers as an interpreter does and takes its time with
// everything that uses the network.
type slowTool struct {
	python string
	wait   time.Duration
}

func (r *slowTool) Run(_ context.Context, c pack.Command) (pack.Result, error) {
	if c.Access.Network {
		<-time.After(r.wait)
		return pack.Result{ExitCode: 1}, nil
	}
	if strings.Contains(strings.Join(c.Args, " "), "json.dumps") {
		return pack.Result{Stdout: []byte(`{"path": "` + r.python + `", "version": "3.11.7", "printed": "Python 3.11.7", "pip": "23.2"}`)}, nil
	}
	return pack.Result{}, os.MkdirAll(filepath.Join(c.Dir, "lib", "python3.11", "site-packages"), 0o755)
}

func TestWaitingIsReported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	python := filepath.Join(dir, "python3")
	writeFile(t, python, "")
	if err := os.Chmod(python, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "app", "pack.yaml"), "ref: app\nversion: 1.0.0\nlabel: A\ndescription: A pack\n")
	writeFile(t, filepath.Join(dir, "app", "requirements.txt"), "six\n")
	b, err := New(Config{
		Dir: filepath.Join(dir, "envs"), SearchPath: []string{python}, PythonIndex: "https://u:s3cret@index.example/simple",
		Runner: &slowTool{python, 200 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.notice = 20 * time.Millisecond
	var mu sync.Mutex
	var messages []string
	_, err = b.Build(t.Context(), Request{Paths: []string{filepath.Join(dir, "app")}, OnEvent: func(_ context.Context, e pack.Event) {
		mu.Lock()
		defer mu.Unlock()
		messages = append(messages, e.Message)
	}})
	all := strings.Join(messages, "\n")
	if err == nil || !strings.Contains(all, "waiting for python3, which gets packages from https://index.example/simple, for ") || strings.Contains(all, "s3cret") {
		t.Errorf("err = %v, events:\n%s", err, all)
	}
}

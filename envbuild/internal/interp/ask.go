package interp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

const (
	askTimeout = 15 * time.Second
	// A program that did not answer may do so later although its file stays
	// the same: a library that it needs may be installed, for example.
	failureExpires = time.Minute
)

// An answer is the recorded answer of a program.
type answer struct {
	Asked   identity  `json:"asked"`   // of the program
	Program Program   `json:"program"` // zero when it did not answer
	Failure string    `json:"failure,omitempty"`
	Time    time.Time `json:"time"`
}

// holds reports whether the answer is still true.
func (a *answer) holds(candidate string) bool {
	if a.Asked.isZero() || a.Asked != identify(candidate) {
		return false
	}
	return a.Failure == "" || time.Since(a.Time) < failureExpires
}

// ask returns what the program at path is, the zero Program when it does not
// say.
func (f *Finder) ask(ctx context.Context, k kind, path string) Program {
	a, ok := f.recall(k, path)
	if !ok {
		a = f.askNow(ctx, k, path)
	}
	if a.Failure != "" && f.OnSilence != nil {
		f.OnSilence(path, a.Failure)
	}
	return a.Program
}

func (f *Finder) askNow(ctx context.Context, k kind, path string) answer {
	a := answer{Asked: identify(path), Time: time.Now()}
	p, err := f.run(ctx, k, path)
	if err != nil {
		a.Failure = err.Error()
	} else {
		a.Program = p
	}
	if ctx.Err() == nil && (err != nil || p.Path == path) {
		f.remember(k, path, a)
	}
	return a
}

func (f *Finder) run(ctx context.Context, k kind, path string) (Program, error) {
	res, err := f.Runner.Run(ctx, pack.Command{
		Path: path, Args: k.args, Dir: filepath.Dir(path), Env: []string{"PATH=" + f.path()}, Timeout: askTimeout,
		Access: pack.Access{Read: f.Search},
	})
	if err != nil {
		return Program{}, err
	}
	if res.ExitCode != k.exit {
		return Program{}, fmt.Errorf("exit status %d: %.200s", res.ExitCode, res.Stderr)
	}
	if k.question != "" { // some say their version on standard error
		return k.parse(path, append(res.Stdout, res.Stderr...))
	}
	return k.parse(path, res.Stdout)
}

// path returns the search path as the variable PATH: shims need it.
func (f *Finder) path() string {
	return strings.Join(f.Search, string(filepath.ListSeparator))
}

func (f *Finder) file(k kind, path string) string {
	sum := sha256.Sum256([]byte(path + k.question))
	return filepath.Join(f.Cache, hex.EncodeToString(sum[:16])+".json")
}

func (f *Finder) recall(k kind, path string) (answer, bool) {
	var a answer
	data, err := os.ReadFile(f.file(k, path))
	if err != nil || json.Unmarshal(data, &a) != nil {
		return answer{}, false
	}
	return a, a.holds(path)
}

// remember writes an answer that can be obtained again, so it may fail silently
// and need not survive a loss of power; but a partial answer must never be read.
func (f *Finder) remember(k kind, path string, a answer) {
	data, err := json.Marshal(a)
	if err != nil || f.ReadOnly || os.MkdirAll(f.Cache, 0o755) != nil {
		return
	}
	tmp, err := os.CreateTemp(f.Cache, "new-*")
	if err != nil {
		return
	}
	_, err = tmp.Write(data)
	if closeErr := tmp.Close(); err == nil && closeErr == nil && os.Rename(tmp.Name(), f.file(k, path)) == nil {
		return
	}
	_ = os.Remove(tmp.Name())
}

// An identity distinguishes a file from any other file that is, or was, at its
// path.
type identity struct {
	Path    string `json:"path"`
	Inode   uint64 `json:"inode"`
	Size    int64  `json:"size"`
	ModTime int64  `json:"mtime"` // nanoseconds since 1970
}

func (id identity) isZero() bool { return id == identity{} }

// identify returns the identity of the file at path, the zero identity when
// there is none.
func identify(path string) identity {
	info, err := os.Stat(path)
	if err != nil {
		return identity{}
	}
	return identity{Path: path, Inode: inode(info), Size: info.Size(), ModTime: info.ModTime().UnixNano()}
}

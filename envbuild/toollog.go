package envbuild

import (
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/packtrain/pack"
)

// maxLog bounds what is kept of the output of one program, in bytes.
const maxLog = 16 << 20

// A limited writer drops what exceeds a size. It is safe for concurrent use.
type limited struct {
	mu   sync.Mutex
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(len(p), l.left)
	l.left -= n
	if _, err := l.w.Write(p[:n]); err != nil {
		l.left = 0 // the disk may be full: the program goes on
	}
	return len(p), nil
}

// transcript returns what the last program said: its log file, if it has one, or else
// its output.
func (t *tool) transcript(res pack.Result, log string) string {
	for _, name := range []string{log, t.output()} {
		if text := readLog(name); text != "" {
			return t.redact(text)
		}
	}
	return t.redact(string(res.Stderr) + string(res.Stdout)) // a Runner may copy nothing
}

// readLog returns the end of a file, "" when there is none.
func readLog(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err := f.Stat(); err == nil && info.Size() > maxLog {
		_, _ = f.Seek(-maxLog, io.SeekEnd) // else it is read from its beginning
	}
	data, _ := io.ReadAll(io.LimitReader(f, maxLog)) // what came will do
	return string(data)
}

// keepLog keeps the whole output of the last program beyond the build, without
// credentials, and returns its path; "" if it cannot be kept. The next failure with the
// same Key replaces it.
func (t *tool) keepLog(output string) string {
	dir := filepath.Join(t.config.Dir, "logs")
	path := filepath.Join(dir, t.title+".txt")
	if os.MkdirAll(dir, 0o755) != nil || os.WriteFile(path, []byte(output), 0o644) != nil {
		return ""
	}
	return path
}

// sayThatItWaits reports from time to time that a program which uses the network has not
// ended. The function that it returns ends that.
func (t *tool) sayThatItWaits(path string) (end func()) {
	done := make(chan struct{})
	var reports sync.WaitGroup
	reports.Go(func() {
		ticker := time.NewTicker(t.notice)
		defer ticker.Stop()
		for start := time.Now(); ; {
			select {
			case <-done:
				return
			case <-ticker.C:
				t.say("waiting for %s, which gets packages from %s, for %v", filepath.Base(path), t.index, time.Since(start).Round(time.Second))
			}
		}
	})
	return func() {
		close(done)
		reports.Wait()
	}
}

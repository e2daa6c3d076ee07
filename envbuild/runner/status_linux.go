package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// States are what the bubblewraps of one run reported.
type states struct {
	first int // process ID of the first process of the outer one, 0 if it did not start
	exits int // how many reported the exit status of what they started
}

// states reads what was reported, after all ended.
func (b *sandbox) states() states {
	for _, f := range b.files {
		_ = f.Close() // among them the write end; some are listed twice
	}
	b.files = nil
	_ = b.status.SetReadDeadline(time.Now().Add(time.Second)) // pipes have deadlines
	var s states
	for d := json.NewDecoder(b.status); ; {
		var line struct {
			Child int  `json:"child-pid"`
			Exit  *int `json:"exit-code"`
		}
		if d.Decode(&line) != nil {
			return s
		}
		if s.first == 0 {
			s.first = line.Child
		}
		if line.Exit != nil {
			s.exits++
		}
	}
}

// await waits until the first process has ended, which is after all others, for a short
// time: the kernel is killing them.
func (s states) await() {
	for deadline := time.Now().Add(time.Second); s.first > 0 && time.Now().Before(deadline); {
		if ended(s.first) {
			return
		}
		<-time.After(time.Millisecond)
	}
}

// ended reports whether a process has ended, although its parent may not have taken note
// yet: the first process of a namespace ends after all others in it.
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	// The name before the state may hold anything, see proc_pid_stat(5).
	after := stat[bytes.LastIndexByte(stat, ')')+1:]
	state, _, _ := bytes.Cut(bytes.TrimSpace(after), []byte(" "))
	return bytes.ContainsAny(state, "ZX")
}

// memory returns an anonymous file with the content, to be read from its beginning.
func memory(content string) (*os.File, error) {
	fd, err := unix.MemfdCreate("packtrain", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "memory")
	if _, err = f.WriteString(content); err == nil {
		_, err = f.Seek(0, 0)
	}
	if err != nil {
		_ = f.Close() // its content is not complete
		return nil, err
	}
	return f, nil
}

package runner

import (
	"bufio"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A cgroup is a control group of one child.
type cgroup struct {
	controller string
	dir        string
}

// groupPrefix begins the names of the control groups of children.
const groupPrefix = "packtrain-"

// newCgroup makes a control group below that of the host with a limit, nil if that is not
// possible.
func newCgroup(controller string, limit int64) *cgroup {
	parent, version := hierarchy(controller)
	if parent == "" {
		return nil
	}
	sweep(parent)
	g := &cgroup{controller: controller, dir: filepath.Join(parent, groupPrefix+rand.Text())}
	if os.Mkdir(g.dir, 0o755) != nil {
		return nil
	}
	if os.WriteFile(filepath.Join(g.dir, limitFile(controller, version)), []byte(strconv.FormatInt(limit, 10)), 0o644) != nil {
		g.remove()
		return nil
	}
	return g
}

func limitFile(controller string, version int) string {
	switch {
	case controller == "pids":
		return "pids.max"
	case version == 1:
		return "memory.limit_in_bytes"
	}
	return "memory.max"
}

// add puts a process into the group.
func (g *cgroup) add(pid int) {
	_ = os.WriteFile(filepath.Join(g.dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644) // the child may be gone
}

// remove kills what is left in the group, however it hides, and removes the group, for
// which its processes have to be gone.
func (g *cgroup) remove() {
	for wait := time.Millisecond; os.Remove(g.dir) != nil && wait < 200*time.Millisecond; wait *= 2 {
		g.kill()
		<-time.After(wait) // the kernel is still reaping
	}
}

// kill kills the processes of the group. No more of them start meanwhile if their number is
// limited by the group.
func (g *cgroup) kill() {
	if os.WriteFile(filepath.Join(g.dir, "cgroup.kill"), []byte("1"), 0o644) == nil { // version 2
		return
	}
	_ = os.WriteFile(filepath.Join(g.dir, "pids.max"), []byte("0"), 0o644)
	pids, _ := os.ReadFile(filepath.Join(g.dir, "cgroup.procs")) // the group may be gone
	for line := range strings.Lines(string(pids)) {
		if pid, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && pid > 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may be gone
		}
	}
}

// sweep removes the groups of hosts that died. One with processes stays.
func sweep(parent string) {
	old, _ := filepath.Glob(filepath.Join(parent, groupPrefix+"*")) // the pattern is valid
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > time.Minute {
			_ = os.Remove(dir)
		}
	}
}

// hierarchy returns the directory of the host's own group for a controller, and the
// version of control groups; "" if there is none.
func hierarchy(controller string) (dir string, version int) {
	for _, m := range mounts() {
		switch {
		case m.kind == "cgroup" && slices.Contains(m.options, controller):
			dir, version = filepath.Join(m.dir, ownGroup(controller)), 1
		case m.kind == "cgroup2" && dir == "":
			dir, version = filepath.Join(m.dir, ownGroup("")), 2
		}
	}
	if info, err := os.Stat(dir); dir == "" || err != nil || !info.IsDir() {
		return "", 0
	}
	if version == 2 {
		// Only what the group passes on to those below it can be limited there.
		data, err := os.ReadFile(filepath.Join(dir, "cgroup.subtree_control"))
		if err != nil || !slices.Contains(strings.Fields(string(data)), controller) {
			return "", 0
		}
	}
	return dir, version
}

// A mount is a mounted file system.
type mount struct {
	dir, kind string
	options   []string
}

// mounts reads /proc/self/mounts.
func mounts() []mount {
	f, err := os.Open("/proc/self/mounts")
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	var ms []mount
	for s := bufio.NewScanner(f); s.Scan(); {
		if fields := strings.Fields(s.Text()); len(fields) > 3 {
			ms = append(ms, mount{dir: fields[1], kind: fields[2], options: strings.Split(fields[3], ",")})
		}
	}
	return ms
}

// ownGroup returns the path of the host's group for a controller, "" for version 2.
func ownGroup(controller string) string {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) == 3 && (fields[1] == controller || controller != "" && slices.Contains(strings.Split(fields[1], ","), controller)) {
			return fields[2]
		}
	}
	return ""
}

// mapped reports whether the host's user namespace has a user and group with the ID.
func mapped(id int) bool {
	for _, file := range []string{"/proc/self/uid_map", "/proc/self/gid_map"} {
		if !mapHas(file, id) {
			return false
		}
	}
	return true
}

func mapHas(file string, id int) bool {
	data, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		start, _ := strconv.Atoi(fields[0])
		n, _ := strconv.Atoi(fields[2])
		if id >= start && id-start < n {
			return true
		}
	}
	return false
}

package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

// otherUser is the user of children of a host that runs as root. It is not the one that
// programs of the system share, and it exists where only 65536 IDs do.
const otherUser = 65533

// flags are given to every sandbox. Without them, a child of root could remount what is
// read-only.
func flags() []string {
	return []string{
		"--unshare-user", "--unshare-all", "--cap-drop", "ALL", "--disable-userns", "--die-with-parent", "--new-session", "--clearenv",
	}
}

// sandboxed runs a command in bubblewrap. If the host is root, there are two of them: the
// outer one makes what the child sees, for which it needs the rights of root, then it
// becomes another user, and the inner one makes the sandbox of that user.
func (r *Runner) sandboxed(ctx context.Context, c pack.Command, limits *limiter) (pack.Result, error) {
	none := pack.Result{ExitCode: -1}
	box, err := r.newSandbox(c, limits)
	if err != nil {
		return none, err
	}
	defer box.close()
	owner, err := box.hand(c.Access)
	if err != nil {
		return none, err
	}
	inner := c
	inner.Path, inner.Args, inner.Dir, inner.Env = box.argv[0], box.argv[1:], "/", nil
	res, err := r.procs.RunWith(ctx, inner, childproc.Setup{Command: c.Path, Files: box.files, Attributes: box.attributes, Started: limits.started})
	states := box.states()
	states.await()
	res.Enforced = box.enforced
	if back := owner.takeBack(); err == nil && back != nil {
		err = pack.Errorf(pack.CodeIO, "run %q: %w", c.Path, back)
	}
	if err == nil && states.exits < box.stages {
		message := strings.TrimSpace(string(res.Stderr))
		err = pack.Errorf(pack.CodeIO, "run %q: the sandbox failed: %.300s", c.Path, message)
	}
	return res, err
}

// A sandbox is the command line of one run of bubblewrap.
type sandbox struct {
	other    bool // the child is another user
	argv     []string
	files    []*os.File // descriptors from 3 on
	status   *os.File   // read end of what bubblewrap reports
	stages   int        // how many bubblewraps there are
	enforced []string
}

func (r *Runner) newSandbox(c pack.Command, limits *limiter) (*sandbox, error) {
	bwrap, err := r.bubblewrap()
	if err != nil {
		return nil, err
	}
	if err := checkProgram(c); err != nil {
		return nil, err
	}
	box := &sandbox{other: isRoot(), stages: 1}
	v, err := newView(c, box.other)
	if err == nil {
		err = box.compose(bwrap, c, v, limits.inside(append([]string{c.Path}, c.Args...)))
	}
	if err != nil {
		box.close()
		return nil, err
	}
	return box, nil
}

// checkProgram checks what bubblewrap would report like a failure of the program.
func checkProgram(c pack.Command) error {
	if c.Dir == "" {
		return pack.Errorf(pack.CodeInvalidRequest, "run %q: a working directory is required", c.Path)
	}
	info, err := os.Stat(c.Path)
	switch {
	case !filepath.IsAbs(c.Path):
		return pack.Errorf(pack.CodeInvalidRequest, "run %q: the program's path must be absolute", c.Path)
	case errors.Is(err, fs.ErrNotExist):
		return pack.Errorf(pack.CodeNotFound, "start %q in %q: %w", c.Path, c.Dir, err)
	case err == nil && (!info.Mode().IsRegular() || info.Mode()&0o111 == 0):
		err = errors.New("it is not an executable file")
	}
	if err != nil {
		return pack.Errorf(pack.CodeIO, "start %q in %q: %w", c.Path, c.Dir, err)
	}
	return nil
}

// bubblewrap returns the path of bwrap.
func (r *Runner) bubblewrap() (string, error) {
	if r.opts.Bubblewrap != "" {
		return r.opts.Bubblewrap, nil
	}
	path, err := first("/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap")
	if err != nil {
		return "", errors.New("bubblewrap is not installed")
	}
	return path, nil
}

// isRoot reports whether the host is root and may start children as another user.
func isRoot() bool { return os.Getuid() == 0 && mapped(otherUser) }

// compose writes the command line. Arguments of bubblewrap are read from descriptors:
// those of processes are visible to all users.
func (b *sandbox) compose(bwrap string, c pack.Command, v *view, program []string) error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	b.status = read
	report := func() []string { return []string{"--json-status-fd", b.descriptor(write)} }
	accounts, err := b.accounts(c.Access.Network)
	if err != nil {
		return err
	}
	made, sealed := slices.Concat(v.args, accounts), []string{"--remount-ro", "/"}
	own := []string{"--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", v.size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"}
	inside := slices.Concat(flags(), report(), network(c.Access), environment(c.Env))
	b.enforced = append(b.enforced, "disk (size of temporary directories)")
	if !b.other {
		return b.stage(&b.argv, bwrap, program, slices.Concat(inside, made, own, sealed, []string{"--chdir", c.Dir}))
	}
	setpriv, err := first("/usr/bin/setpriv", "/bin/setpriv")
	if err != nil {
		return fmt.Errorf("%w: root needs it to start children as another user", err)
	}
	b.stages = 2
	var innermost []string
	if err := b.stage(&innermost, bwrap, program, slices.Concat(inside, []string{"--bind", "/", "/"}, own, []string{"--chdir", c.Dir})); err != nil {
		return err
	}
	id := fmt.Sprint(otherUser)
	become := append([]string{setpriv, "--reuid", id, "--regid", id, "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"}, innermost...)
	outer := slices.Concat(report(), []string{
		"--unshare-pid", "--die-with-parent", "--clearenv", "--cap-drop", "ALL",
		"--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP",
		"--dev-bind", "/proc", "/proc", "--dev-bind", "/dev", "/dev", "--ro-bind-try", bwrap, bwrap,
	}, made, sealed)
	return b.stage(&b.argv, bwrap, become, outer)
}

// stage sets argv to a command line of bubblewrap with the given arguments.
func (b *sandbox) stage(argv *[]string, bwrap string, program, args []string) error {
	f, err := memory(strings.Join(args, "\x00"))
	if err != nil {
		return err
	}
	*argv = append([]string{bwrap, "--args", b.descriptor(f), "--"}, program...)
	return nil
}

// descriptor adds a file for the child and returns the number that it will have.
func (b *sandbox) descriptor(f *os.File) string {
	b.files = append(b.files, f)
	return fmt.Sprint(2 + len(b.files))
}

func network(a pack.Access) []string {
	if a.Network {
		return []string{"--share-net"}
	}
	return nil
}

func environment(env []string) []string {
	var args []string
	for _, v := range env {
		if name, value, ok := strings.Cut(v, "="); ok && name != "" {
			args = append(args, "--setenv", name, value)
		}
	}
	return args
}

// attributes are those of the outer bubblewrap of root: in its user namespace there are
// root and the other user.
func (b *sandbox) attributes(a *syscall.SysProcAttr) {
	if !b.other {
		return
	}
	a.Cloneflags |= syscall.CLONE_NEWUSER
	a.UidMappings, a.GidMappings = same(0, otherUser), same(0, otherUser)
	a.GidMappingsEnableSetgroups = true
}

// close closes the descriptors.
func (b *sandbox) close() {
	for _, f := range append(b.files, b.status) {
		if f != nil {
			_ = f.Close() // some are listed twice
		}
	}
}

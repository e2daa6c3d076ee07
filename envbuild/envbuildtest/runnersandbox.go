package envbuildtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
)

// treeChecks are on what ends with the child.
func treeChecks() []runnerCheck {
	return []runnerCheck{
		{"daemon", func(ctx context.Context, b *runnerBench) error {
			c := b.command(`setsid env -i PATH="$PATH" sh -c '` + heartbeat + `' </dev/null >/dev/null 2>&1 & ` + started)
			_, err := b.output(ctx, c)
			return errors.Join(err, b.quiet())
		}},
		{"daemon of a cancelled child", func(ctx context.Context, b *runnerBench) error {
			ctx, cancel := context.WithCancel(ctx)
			c := b.command(`setsid env -i PATH="$PATH" sh -c '` + heartbeat + `' </dev/null >/dev/null 2>&1 & ` + started + `; echo ready; sleep 60`)
			c.Stdout = writerFunc(func([]byte) { cancel() })
			_, err := b.Run(ctx, c)
			return errors.Join(wantCode(err, pack.CodeCancelled), b.quiet())
		}},
	}
}

// sandboxChecks are on what a child in a sandbox reaches.
func sandboxChecks() []runnerCheck {
	return []runnerCheck{
		{"attacks", checkAttacks},
		{"access", checkAccess},
		{"private directories", checkPrivate},
		{"cache", checkCache},
		{"network", checkNetwork},
		{"owner", checkOwner},
		{"the root directory", func(ctx context.Context, b *runnerBench) error {
			c := b.command("")
			c.Access.Read = []string{"/"}
			_, err := b.Run(ctx, c)
			return wantCode(err, pack.CodeInvalidRequest)
		}},
	}
}

// attacks are scripts that must fail. V is a directory that the child has no access to,
// R one that it may read.
func attacks() map[string]string {
	return map[string]string{
		"remount the system":         `mount -o remount,rw /usr || mount -o remount,bind,rw /usr`,
		"remount in a namespace":     `unshare -Ur mount -o remount,bind,rw /usr`,
		"mount":                      `mount -t tmpfs none /tmp || unshare -Urm mount -t tmpfs none /tmp`,
		"read the passwords":         `cat /etc/shadow`,
		"write to the system":        `echo x > /usr/packtrain-attack`,
		"write to /etc":              `echo x > /etc/packtrain-attack`,
		"write to the top":           `echo x > /packtrain-attack`,
		"write to /dev":              `echo x > /dev/packtrain-attack`,
		"set a parameter":            `echo 1 > /proc/sys/kernel/panic`,
		"trigger the kernel":         `echo h > /proc/sysrq-trigger`,
		"read another directory":     `cat "$V/secret"`,
		"write another directory":    `echo x > "$V/new"`,
		"go up":                      `cat "$R/../other/secret"`,
		"write what it reads":        `echo x > "$R/new" || echo x >> "$R/file"`,
		"change what it reads":       `chmod 777 "$R/file" || rm "$R/file" || mv "$R/file" "$R/else"`,
		"link what it reads":         `ln "$R/file" hard && echo x >> hard`,
		"read of the host":           `cat "/proc/$HOST/environ" || ls "/proc/$HOST/cwd"`,
		"signal the host":            `kill -0 "$HOST"`,
		"become root":                `setpriv --reuid 0 true`,
		"make a device":              `mknod null c 1 3`,
		"another namespace":          `unshare -U true`,
		"another namespace for PIDs": `unshare -p true`,
		"enter the host":             `nsenter -t 1 -m true`,
		"leave the root":             `chroot "$R" true`,
		"own a file":                 `touch f && chown 0:0 f`,
		"name the host":              `hostname packtrain-attack`,
	}
}

func checkAttacks(ctx context.Context, b *runnerBench) error {
	other, readable, work := filepath.Join(b.dir, "other"), filepath.Join(b.dir, "readable"), filepath.Join(b.dir, "work")
	if err := errors.Join(os.Mkdir(other, 0o755), os.Mkdir(readable, 0o755), os.Mkdir(work, 0o755)); err != nil {
		return err
	}
	for _, file := range []string{filepath.Join(other, "secret"), filepath.Join(readable, "file")} {
		if err := os.WriteFile(file, []byte("untouched"), 0o666); err != nil {
			return err
		}
	}
	var script strings.Builder
	for name, attack := range attacks() {
		fmt.Fprintf(&script, "if (%s) >/dev/null 2>&1; then echo '%s'; fi\n", attack, name)
	}
	c := b.command(script.String() + "echo end")
	c.Dir = work
	c.Env = append(c.Env, "V="+other, "R="+readable, fmt.Sprintf("HOST=%d", os.Getpid()))
	c.Access = pack.Access{Read: []string{readable}, Write: []string{work}}
	out, err := b.output(ctx, c)
	errs := []error{err, diff("attacks that succeeded", out, "end\n")}
	for _, dir := range []string{other, readable} {
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 1 {
			errs = append(errs, fmt.Errorf("%s was changed: %v %w", dir, files, err))
		}
	}
	data, err := os.ReadFile(filepath.Join(readable, "file"))
	return errors.Join(append(errs, err, diff("what it read", string(data), "untouched"))...)
}

func checkAccess(ctx context.Context, b *runnerBench) error {
	private := filepath.Join(b.dir, "private") // like the root of an installation
	readable, file, work := filepath.Join(private, "readable"), filepath.Join(private, "file"), filepath.Join(private, "readable", "work")
	err := errors.Join(
		os.MkdirAll(work, 0o755), os.WriteFile(filepath.Join(readable, "a"), []byte("a"), 0o644), os.WriteFile(file, []byte("b"), 0o644),
		os.WriteFile(filepath.Join(work, "old"), []byte("c"), 0o600), os.Symlink("readable", filepath.Join(private, "link")), os.Chmod(private, 0o700),
	)
	if err != nil {
		return err
	}
	c := b.command(`cat ../a ` + file + ` old ` + private + `/link/a; echo d > old; mkdir -p new/dir; echo e > new/dir/file`)
	c.Dir = work
	c.Access = pack.Access{Read: []string{readable, file, filepath.Join(private, "link"), filepath.Join(private, "missing")}, Write: []string{work}}
	out, err := b.output(ctx, c)
	if err != nil {
		return err
	}
	written, err := os.ReadFile(filepath.Join(work, "new", "dir", "file"))
	return errors.Join(err, diff("output", out, "abca"), diff("written", string(written), "e\n"))
}

func checkPrivate(ctx context.Context, b *runnerBench) error {
	home := filepath.Join(b.dir, "home")
	temporary := filepath.Join(b.dir, "temporary")
	if err := errors.Join(os.Mkdir(home, 0o755), os.Mkdir(temporary, 0o755), os.WriteFile(filepath.Join(home, "secret"), nil, 0o644)); err != nil {
		return err
	}
	c := b.command(`for d in /tmp "$HOME" ` + temporary + `; do echo x > "$d/packtrain-private" && echo "$d" $(ls -A "$d"); done`)
	c.Dir, c.Env = "/", append(c.Env, "HOME="+home)
	c.Access = pack.Access{Temporary: []string{temporary}}
	out, err := b.output(ctx, c)
	if err != nil {
		return err
	}
	for _, dir := range []string{"/tmp", home, temporary} {
		if _, statErr := os.Stat(filepath.Join(dir, "packtrain-private")); statErr == nil {
			err = errors.Join(err, fmt.Errorf("%s of the host was written to", dir))
		}
	}
	if strings.Contains(out, "secret") || strings.Count(out, "packtrain-private") != 3 {
		err = errors.Join(err, fmt.Errorf("the child saw %q", out))
	}
	return err
}

// checkCache: what one child leaves in a cache, the next one finds.
func checkCache(ctx context.Context, b *runnerBench) error {
	cache := filepath.Join(b.dir, "cache", "tool")
	c := b.command(`cat ` + cache + `/x 2>/dev/null; echo kept > ` + cache + `/x`)
	c.Dir = "/"
	c.Access = pack.Access{Cache: []string{cache}}
	first, err := b.output(ctx, c)
	if err != nil {
		return err
	}
	second, err := b.output(ctx, c)
	return errors.Join(err, diff("first", first, ""), diff("second", second, "kept\n"))
}

func checkNetwork(ctx context.Context, b *runnerBench) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	c := b.command("")
	c.Path, c.Args = "/bin/bash", []string{"-c", "echo > /dev/tcp/" + strings.Replace(l.Addr().String(), ":", "/", 1)}
	res, err := b.Run(ctx, c)
	if err != nil || res.ExitCode == 0 {
		return fmt.Errorf("a child without access to the network connected: %w", err)
	}
	c.Access.Network = true
	if _, err := os.Stat("/etc/resolv.conf"); err == nil { // names need it
		c.Args[1] += " && test -r /etc/resolv.conf"
	}
	_, err = b.output(ctx, c)
	return err
}

// checkOwner: the child of root is not root, and what it wrote belongs to the host.
func checkOwner(ctx context.Context, b *runnerBench) error {
	out, err := b.output(ctx, b.command(`id -u; echo x > file; mkdir dir; echo y > dir/file; chmod 4755 file`))
	if err != nil {
		return err
	}
	if out == "0\n" {
		err = errors.New("the child is root")
	}
	before, statErr := os.Stat(b.dir)
	err = errors.Join(err, statErr)
	for _, name := range []string{"file", "dir", "dir/file"} {
		info, statErr := os.Stat(filepath.Join(b.dir, name))
		err = errors.Join(err, statErr)
		if statErr != nil || before == nil {
			continue
		}
		if got, want := ownerOf(info), ownerOf(before); got != want {
			err = errors.Join(err, fmt.Errorf("%s belongs to %d, want %d", name, got, want))
		}
		if os.Getuid() == 0 && info.Mode()&os.ModeSetuid != 0 {
			err = errors.Join(err, fmt.Errorf("%s makes who starts it root", name))
		}
	}
	return err
}

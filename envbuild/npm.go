package envbuild

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/text/npm"
)

// An npmTool installs Node.js packages with npm.
type npmTool struct{ *modules }

func (*npmTool) name() string { return "npm" }

func (m *npmTool) version() string { return m.npm.Version }

func (m *npmTool) install(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	if err := m.write(t); err != nil {
		return nil, err
	}
	access := t.access(filepath.Dir(filepath.Dir(m.npm.Script)))
	access.Network, t.index = true, cmp.Or(publicName(m.config.NodeRegistry), "npm's own registry")
	if err := t.run(ctx, access, m.node.Path, append([]string{m.npm.Script}, m.args(t)...)...); err != nil {
		return nil, err
	}
	return m.distributions(t.site.Dir)
}

// resolve implements driver. A lock is the answer already.
func (m *npmTool) resolve(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	packages, err := m.resolved(ctx, t)
	return nodeDistributions(packages), err
}

// resolved returns the packages of the lock, or of the one that npm would write.
func (m *npmTool) resolved(ctx context.Context, t *tool) ([]npm.Package, error) {
	if err := m.write(t); err != nil {
		return nil, err
	}
	if m.lock == nil {
		access := t.access(filepath.Dir(filepath.Dir(m.npm.Script)))
		access.Network, t.index = true, cmp.Or(publicName(m.config.NodeRegistry), "npm's own registry")
		args := append([]string{m.npm.Script}, m.args(t)...)
		if err := t.run(ctx, access, m.node.Path, append(args, "--package-lock-only")...); err != nil {
			return nil, err
		}
	}
	data, err := os.ReadFile(filepath.Join(t.site.Dir, npm.LockFile))
	if err != nil {
		return nil, err
	}
	packages, err := npm.Chosen(data, platform(m.node))
	return packages, npmError(err)
}

// platform returns the system that an interpreter is for, by its description.
func platform(node interp.Program) npm.Platform {
	p := npm.Platform{Libc: "glibc"}
	if fields := strings.Fields(node.Build); len(fields) > 2 {
		p.OS, p.CPU = fields[1], fields[2]
	}
	if hasMusl() {
		p.Libc = "musl"
	}
	return p
}

// hasMusl reports whether the programs of this machine use the C library musl.
func hasMusl() bool {
	found, _ := filepath.Glob("/lib/ld-musl-*") // the pattern is valid
	return len(found) > 0
}

// runScripts runs the install scripts of some packages, without the network.
func (m *npmTool) runScripts(ctx context.Context, t *tool, names []string) error {
	if len(names) == 0 {
		return nil
	}
	t.compilers = true
	args := append([]string{m.npm.Script, "rebuild", "--ignore-scripts=false", "--foreground-scripts"}, m.settings(t)...)
	err := t.run(ctx, t.access(filepath.Dir(filepath.Dir(m.npm.Script))), m.node.Path, append(append(args, "--"), names...)...)
	if failed, ok := errors.AsType[*CommandError](err); ok && failed.Err == nil {
		return &BuildError{
			Reason: ReasonScript, Message: "install script of " + strings.Join(names, " or ") + ": " + failed.Error(), Log: t.keepLog(failed.output), Err: err,
		}
	}
	return err
}

// write writes what npm reads: our package.json and lock, never the pack's; and
// our configuration, which contains the password of the registry: arguments are
// visible to all users.
func (m *npmTool) write(t *tool) error {
	manifest, err := m.manifest.Marshal()
	if err != nil {
		return err
	}
	err = errors.Join(
		os.WriteFile(filepath.Join(t.site.Dir, "package.json"), manifest, 0o644),
		t.writePrivate(m.userConfig(t), []byte(m.credentials())),
		os.Mkdir(filepath.Join(t.site.Dir, "node_modules"), 0o755),
	)
	if err != nil || m.lock == nil {
		return err
	}
	chosen := m.lock
	if m.config.Packages != nil {
		chosen = chosen.WithoutAddresses() // npm would look for them at the paths of another registry
	}
	lock, err := chosen.MarshalJSON()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.site.Dir, npm.LockFile), lock, 0o644)
}

func (m *npmTool) userConfig(t *tool) string { return filepath.Join(t.site.Work, "npmrc") }

// credentials returns the lines of an .npmrc that log in to the registry.
func (m *npmTool) credentials() string {
	u, ok := parseURL(m.config.NodeRegistry)
	l := m.config.loginFor(m.config.NodeRegistry)
	if !ok || l == (login{}) {
		return ""
	}
	at := "//" + u.Host + strings.TrimSuffix(u.Path, "/") + "/"
	if l.token != "" {
		return fmt.Sprintf("%s:_authToken=%s\n", at, l.token)
	}
	u.User = url.UserPassword(l.user, l.password)
	return fmt.Sprintf("%s:_auth=%s\n", at, authOf(u))
}

// args are the arguments of npm. No configuration but ours is read, no
// script is run, and git cannot be started: a package may ask for both.
func (m *npmTool) args(t *tool) []string {
	command := "install"
	if m.lock != nil {
		command = "ci"
	}
	args := append([]string{command, "--ignore-scripts"}, m.settings(t)...)
	if age := m.minimumAge(); age > 0 {
		args = append(args, "--before="+newest(age))
	}
	return args
}

// settings are the options that all commands of npm get.
func (m *npmTool) settings(t *tool) []string {
	none := filepath.Join(t.site.Work, "none")
	args := []string{
		"--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress",
		"--color=false", "--logs-max=0", "--fetch-retry-mintimeout=300", "--fetch-retry-maxtimeout=2000",
		"--fetch-timeout=" + silenceSeconds + "000", "--fetch-retries=" + silenceRetries, "--cache=" + t.cache("npm"),
		"--userconfig=" + m.userConfig(t), "--globalconfig=" + none, "--git=" + none, "--replace-registry-host=always",
	}
	if m.config.Network.Offline && m.config.Packages == nil {
		args = append(args, "--offline")
	}
	if m.config.NodeRegistry != "" {
		args = append(args, "--registry="+publicName(m.config.NodeRegistry))
	}
	return args
}

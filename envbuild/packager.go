package envbuild

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/text/pep440"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A packager installs Python packages: uv, or else the interpreter's own pip.
type packager struct {
	uv      string // path of uv; "" for pip
	version string // name and version, as in the Key
}

// minPip is the first pip that installs into an environment without pip.
const minPip = "22.3"

func hasPip(p interp.Program) bool { return p.Pip != "" && pep440.Compare(p.Pip, minPip) >= 0 }

// choosePackager chooses what installs the requirements, if there are any.
func (v *virtualenv) choosePackager(uvs []interp.Program) error {
	switch {
	case len(v.requirements.lines) == 0:
	case len(uvs) > 0:
		v.packager = packager{uv: uvs[0].Path, version: "uv " + uvs[0].Version}
	case hasPip(v.python):
		v.packager = packager{version: "pip " + v.python.Pip}
	case v.python.Pip == "":
		return pack.Errorf(pack.CodeBuildFailed, "%s has no pip to install requirements.txt with: install uv, or pip %s or later",
			v.python.Path, minPip)
	default:
		return pack.Errorf(pack.CodeBuildFailed, "%s has pip %s, which cannot install into an environment: install uv, or pip %s or later",
			v.python.Path, v.python.Pip, minPip)
	}
	return nil
}

// install installs the requirements. The tool reads a file of ours, in which
// addresses are listed too: arguments are visible to all users.
func (v *virtualenv) install(ctx context.Context, t *tool) error {
	file := filepath.Join(t.site.Work, pep508.RequirementsFile)
	if err := os.WriteFile(file, v.file(), 0o600); err != nil {
		return err
	}
	if v.packager.uv != "" {
		return t.run(ctx, v.access(t), v.packager.uv, v.uvArgs(t, file)...)
	}
	return v.runPip(ctx, t, file)
}

// access is what installing the requirements needs: directories with packages, and
// the network unless packages come from these alone.
func (v *virtualenv) access(t *tool) pack.Access {
	a := t.access()
	a.Network = v.config.PythonIndex != "" || len(v.config.FindLinks) == 0 || v.config.AllowDirect
	for _, link := range v.config.FindLinks {
		if filepath.IsAbs(link) {
			a.Read = append(a.Read, link)
		} else {
			a.Network = true
		}
	}
	return a
}

func (v *virtualenv) file() []byte {
	var b bytes.Buffer
	if v.config.PythonIndex != "" {
		fmt.Fprintf(&b, "--index-url %s\n", v.config.PythonIndex)
	}
	for _, link := range v.config.FindLinks {
		if !filepath.IsAbs(link) {
			fmt.Fprintf(&b, "--find-links %s\n", link)
		}
	}
	b.WriteString(strings.Join(v.requirements.lines, "\n") + "\n")
	return b.Bytes()
}

func (v *virtualenv) pipArgs(t *tool, file string) []string {
	_, python := v.place(t.site.Dir)
	args := []string{
		"-I", "-B", "-m", "pip", "--isolated", "--no-input", "--disable-pip-version-check", "--no-color",
		"--cache-dir", t.cache("pip"), "--python", python,
		"install", "--no-compile", "--no-warn-script-location", "--progress-bar", "off",
	}
	return append(args, v.commonArgs(file)...)
}

func (v *virtualenv) uvArgs(t *tool, file string) []string {
	_, python := v.place(t.site.Dir)
	args := []string{
		"--no-config", "--no-progress", "--color", "never", "--no-python-downloads", "--cache-dir", t.cache("uv"),
		"pip", "install", "--python", python,
	}
	return append(args, v.commonArgs(file)...)
}

// commonArgs are the arguments that pip and uv share.
func (v *virtualenv) commonArgs(file string) []string {
	var args []string
	if v.config.PythonIndex == "" && len(v.config.FindLinks) > 0 {
		args = append(args, "--no-index")
	}
	for _, link := range v.config.FindLinks {
		if filepath.IsAbs(link) {
			args = append(args, "--find-links", link)
		}
	}
	if !v.config.AllowSourceBuilds {
		args = append(args, "--only-binary", ":all:")
	}
	if v.requirements.hashed {
		args = append(args, "--require-hashes")
	}
	return append(args, "--requirement", file)
}

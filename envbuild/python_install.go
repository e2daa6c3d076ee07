package envbuild

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A tool gives up on a server that sends nothing for half a minute in all.
const (
	silenceSeconds = "15"
	silenceRetries = "1"
)

// write writes the requirements for a tool. It reads a file of ours, in which addresses
// are listed too, the index with its login: arguments are visible to all users, variables
// are inherited by code of packages that are built from source, and a netrc file is for
// all ports of a host.
func (v *virtualenv) write(t *tool) (file string, err error) {
	t.index = v.indexName()
	file = filepath.Join(t.site.Work, pep508.RequirementsFile)
	return file, errors.Join(
		t.writePrivate(file, v.file()),
		os.WriteFile(constraintsFile(t), []byte(strings.Join(v.requirements.constraints, "\n")+"\n"), 0o600),
	)
}

// indexName names where packages come from, for messages.
func (v *virtualenv) indexName() string {
	switch {
	case v.config.PythonIndex != "":
		return publicName(v.config.PythonIndex)
	case len(v.config.FindLinks) > 0:
		return publicName(v.config.FindLinks[0])
	}
	return "the tool's own index"
}

func constraintsFile(t *tool) string { return filepath.Join(t.site.Work, "constraints.txt") }

// access is what installing the requirements needs: directories with packages, and
// the network unless packages come from these alone.
func (v *virtualenv) access(t *tool) pack.Access {
	a := t.access()
	a.Network = v.config.fetchesPython() || v.requirements.direct
	for _, link := range v.config.FindLinks {
		if filepath.IsAbs(link) {
			a.Read = append(a.Read, link)
		}
	}
	return a
}

// fetchesPython reports whether Python packages come by the network.
func (c *Config) fetchesPython() bool {
	return c.PythonIndex != "" || len(c.FindLinks) == 0 || slices.ContainsFunc(c.FindLinks, func(link string) bool { return !filepath.IsAbs(link) })
}

func (v *virtualenv) file() []byte {
	var b bytes.Buffer
	if v.config.PythonIndex != "" {
		fmt.Fprintf(&b, "--index-url %s\n", v.config.loginFor(v.config.PythonIndex).at(v.config.PythonIndex))
	}
	for _, link := range v.config.FindLinks {
		if !filepath.IsAbs(link) {
			fmt.Fprintf(&b, "--find-links %s\n", link)
		}
	}
	b.WriteString(strings.Join(v.requirements.lines, "\n") + "\n")
	return b.Bytes()
}

// commonArgs are the arguments that pip and uv share.
func (v *virtualenv) commonArgs(t *tool) []string {
	var args []string
	if v.config.PythonIndex == "" && len(v.config.FindLinks) > 0 {
		args = append(args, "--no-index")
	}
	for _, link := range v.config.FindLinks {
		if filepath.IsAbs(link) {
			args = append(args, "--find-links", link)
		}
	}
	if !admitsAll(v.source) {
		args = append(args, "--only-binary", ":all:")
		for _, name := range v.built {
			args = append(args, "--no-binary", name)
		}
	}
	if len(v.requirements.constraints) > 0 {
		args = append(args, "--constraint", constraintsFile(t))
	}
	return args
}

// with returns the arguments of an installation with the file of requirements.
func (v *virtualenv) with(args []string, file string) []string {
	if v.requirements.hashed {
		args = append(args, "--require-hashes")
	}
	if v.set != nil {
		args = append(args, "--no-deps")
	}
	return append(args, "--requirement", file)
}

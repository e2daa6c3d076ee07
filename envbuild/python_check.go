package envbuild

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/text/pep440"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A pythonCheck compares what a tool installed into a virtualenv with what the packages
// say of themselves. Tools differ in what they check, and none of them checks all of it.
type pythonCheck struct {
	dir     string
	version string                   // of the interpreter
	files   map[string]envstore.File // by path
	owners  map[string]owner         // by path
}

// An owner is a distribution with what its RECORD says of one file.
type owner struct{ dist, digest string }

// A checkError says what is wrong with a package.
type checkError struct {
	reason  Reason
	dist    string // "name 1.0", "" for none
	problem string
}

func (e *checkError) Error() string {
	if e.dist == "" {
		return e.problem
	}
	return e.dist + ": " + e.problem
}

// checkPython checks the files of a virtualenv, which had the files before until packages
// were installed. It returns the names of its .pth files.
func checkPython(dir, version string, before, files []envstore.File) (pathFiles []string, err error) {
	c := pythonCheck{dir: dir, version: version, files: map[string]envstore.File{}, owners: map[string]owner{}}
	for _, f := range files {
		c.files[f.Path] = f
		if strings.HasSuffix(f.Path, ".pth") && isSitePackages(path.Dir(f.Path)) {
			pathFiles = append(pathFiles, path.Base(f.Path))
		}
	}
	had := map[string]bool{}
	for _, f := range before {
		had[f.Path] = true
		if now, ok := c.files[f.Path]; !ok || now != f {
			return nil, &checkError{reason: ReasonInvalidPackage, problem: "a package replaced " + f.Path + " of the environment"}
		}
	}
	for _, f := range files {
		if path.Base(f.Path) == "RECORD" && strings.HasSuffix(path.Dir(f.Path), ".dist-info") && isSitePackages(path.Dir(path.Dir(f.Path))) {
			if err := c.distribution(path.Dir(f.Path)); err != nil {
				return nil, err
			}
		}
	}
	for _, f := range files {
		switch {
		case had[f.Path]:
		case f.Link != "":
			return nil, &checkError{reason: ReasonInvalidPackage, problem: f.Path + " is a symbolic link"}
		case c.owners[f.Path].dist == "":
			return nil, &checkError{reason: ReasonInvalidPackage, problem: f.Path + " belongs to no package: no RECORD lists it"}
		}
	}
	return pathFiles, nil
}

// isSitePackages reports whether a directory of an environment is that of packages.
func isSitePackages(dir string) bool {
	ok, err := path.Match(sitePackages(), dir)
	return ok && err == nil
}

// distribution checks the distribution whose metadata are in the directory info.
func (c *pythonCheck) distribution(info string) error {
	d := pythonDistribution(os.DirFS(c.dir), info)
	name := d.Name + " " + d.Version
	if want := requiresPython(head(os.DirFS(c.dir), path.Join(info, "METADATA"))); want != "" {
		if r, err := pep440.ParseRange(want); err == nil && !r.Allows(c.version) {
			return &checkError{ReasonPythonMismatch, name, fmt.Sprintf("it requires Python %s, and the environment has Python %s", plain(want), c.version)}
		}
	}
	f, err := os.Open(filepath.Join(c.dir, filepath.FromSlash(info), "RECORD"))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	rows := csv.NewReader(f)
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &checkError{ReasonInvalidPackage, name, "RECORD: " + err.Error()}
		}
		if problem := c.row(name, path.Dir(info), row); problem != "" {
			return &checkError{ReasonInvalidPackage, name, problem}
		}
	}
}

// requiresPython returns the range of versions that metadata state, "" for none.
func requiresPython(metadata string) string {
	for line := range strings.Lines(metadata) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		if key == "" {
			break // the description follows
		}
		if key == "Requires-Python" {
			return value
		}
	}
	return ""
}

// row checks a row of RECORD: path, digest, size. It returns what is wrong.
func (c *pythonCheck) row(dist, site string, row []string) string {
	row = append(row, "", "", "")
	name := path.Join(site, filepath.ToSlash(row[0]))
	f, ok := c.files[name]
	switch {
	case row[0] == "":
		return ""
	case path.IsAbs(row[0]) || name == ".." || strings.HasPrefix(name, "../"):
		return fmt.Sprintf("RECORD lists %q, which is outside of the environment", row[0])
	case !ok && strings.HasSuffix(name, ".pyc"):
		return "" // nothing is compiled
	case !ok:
		return fmt.Sprintf("%q is missing", row[0])
	case row[2] != "" && row[2] != strconv.FormatInt(f.Size, 10):
		return fmt.Sprintf("%q does not have the size in RECORD", row[0])
	}
	if was := c.owners[name]; was.dist != "" && was.dist != dist && (was.digest != row[1] || row[1] == "") {
		return fmt.Sprintf("%q belongs to %s, too, with other content", row[0], was.dist)
	}
	c.owners[name] = owner{dist, row[1]}
	if row[1] != "" && !c.hasDigest(f, row[1]) {
		return fmt.Sprintf("%q does not have the digest in RECORD", row[0])
	}
	return ""
}

// hasDigest reports whether a file has a digest such as "sha256=...".
func (c *pythonCheck) hasDigest(f envstore.File, digest string) bool {
	algorithm, encoded, _ := strings.Cut(digest, "=")
	want, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return false
	}
	if algorithm == "sha256" {
		return hex.EncodeToString(want) == f.Digest
	}
	sum := sha512.New()
	switch algorithm {
	case "sha384":
		sum = sha512.New384()
	case "sha512":
	default:
		return false
	}
	file, err := os.Open(filepath.Join(c.dir, filepath.FromSlash(f.Path)))
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // it was only read
	_, err = io.Copy(sum, file)
	return err == nil && slices.Equal(sum.Sum(nil), want)
}

// refusal returns the error of a check as that of a build.
func refusal(err error, at places) error {
	failed, ok := errors.AsType[*checkError](err)
	if !ok {
		return err
	}
	name := pep508.NormalizeName(nameOf(failed.dist))
	return explanation{reason: failed.reason, pkg: name, text: failed.Error()}.inTermsOf(at, pack.ErrBuild, "")
}

package differential_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A content is what an archive holds: SHA-256 sums of files by their names, with
// " x" after those of executable files.
type content map[string]string

const executable = " x"

// withoutModes returns the content without executable bits.
func (c content) withoutModes() content {
	plain := content{}
	for name, sum := range c {
		plain[name] = strings.TrimSuffix(sum, executable)
	}
	return plain
}

// An extractor is a program that unpacks archives.
type extractor struct {
	name   string
	script string // for a shell, in an empty directory; $1 is the archive
	ends   []string
	// lenient: it reads fewer forms than the others, so that only what it unpacks
	// without complaint counts. It passes over entries with the text unread.
	lenient bool
	unread  string
}

// extractors are programs that have to agree with us.
func extractors() []extractor {
	packed := []string{".tar.gz", ".tar.zst", ".tar.bz2", ".tar.xz"}
	tars := append(packed[:4:4], ".tar")
	return []extractor{
		{name: "unzip", script: `unzip -q "$1"`, ends: []string{".zip"}},
		{name: "7z", script: `7z x -y -bd "$1"`, ends: []string{".zip", ".tar"}},
		{name: "bsdtar", script: `bsdtar -x -f "$1"`, ends: append(tars[:5:5], ".zip")},
		{name: "tar", script: `tar -x -f "$1"`, ends: tars},
		{name: "7z", script: `7z x -so "$1" | 7z x -y -bd -si -ttar`, ends: packed},
		{name: "busybox", script: `busybox unzip -q "$1"`, ends: []string{".zip"}, lenient: true, unread: "\xff\xff\xff\xff"}, // zip64
		{name: "busybox", script: `busybox tar -x -f "$1"`, ends: []string{".tar", ".tar.gz", ".tar.bz2", ".tar.xz"}, lenient: true},
	}
}

// needPrograms skips the test when a program is missing, and fails it in CI.
func needPrograms(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing", p)
		}
		t.Skipf("%s is missing", p)
	}
}

// reads reports whether the program reads an archive of that name and content.
func (e extractor) reads(path string, data []byte) bool {
	if e.unread != "" && bytes.Contains(data, []byte(e.unread)) {
		return false
	}
	for _, end := range e.ends {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// extract returns what the program makes of an archive, also when it complains:
// some fail because of owners and times. It writes beside the archive.
func (e extractor) extract(t *testing.T, archive string) (content, error) {
	t.Helper()
	dir := filepath.Join(filepath.Dir(archive), "out")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", "umask 022; "+e.script, "bash", archive)
	cmd.Dir = dir
	out, failed := cmd.CombinedOutput()
	if failed != nil {
		failed = fmt.Errorf("%w\n%s", failed, out)
	}
	found, err := contentOf(dir)
	return found, errors.Join(failed, err)
}

// contentOf reads the regular files below a directory, whatever their modes are;
// there must be nothing else but directories.
func contentOf(dir string) (content, error) {
	found := content{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.Chmod(path, 0o700) // before it is read
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is %v", path, d.Type())
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if err := os.Chmod(path, 0o600); err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		found[filepath.ToSlash(name)] = sumOf(data, info.Mode())
		return err
	})
	return found, err
}

// sumOf returns what a content says of a file.
func sumOf(data []byte, mode fs.FileMode) string {
	if mode&0o111 != 0 {
		return sum(data) + executable
	}
	return sum(data)
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// A python is a Python process that reads archives.
type python struct {
	in  io.Writer
	out *bufio.Reader
}

func startPython(t *testing.T) *python {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "python3", filepath.Join("testdata", "extract.py"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &python{in: in, out: bufio.NewReader(out)}
}

func (p *python) extract(archive string) (content, error) {
	if _, err := io.WriteString(p.in, archive+"\n"); err != nil {
		return nil, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var found content
	if err := json.Unmarshal(line, &found); err != nil {
		return nil, err
	}
	if problem, ok := found["error"]; ok {
		return nil, fmt.Errorf("%s", problem)
	}
	return found, nil
}

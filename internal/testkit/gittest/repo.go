package gittest

import (
	"bytes"
	"fmt"
	"io/fs"
	"testing"
)

// A Repo is a bare repository. Its methods end the test on failure.
type Repo struct {
	Dir string // where it lies

	tb      testing.TB
	git     string
	commits int
	tips    map[string]string
}

// NewRepo makes an empty repository, whose default branch will be "main".
// options are passed on to git init.
func NewRepo(tb testing.TB, options ...string) *Repo {
	tb.Helper()
	r := &Repo{Dir: tb.TempDir(), tb: tb, git: Require(tb), tips: map[string]string{}}
	r.Git(append([]string{"init", "-q", "--bare", "-b", "main"}, options...)...)
	return r
}

// Commit makes files the whole content of branch, on top of what the branch
// held before, and returns the commit.
func (r *Repo) Commit(branch string, files fs.FS) string {
	r.tb.Helper()
	var in bytes.Buffer
	r.commits++
	fmt.Fprintf(&in, "commit refs/heads/%s\nmark :1\n", branch)
	fmt.Fprintf(&in, "committer Tester <tester@example.com> %d +0000\n", 1_700_000_000+r.commits)
	fmt.Fprintf(&in, "data 6\nchange\n")
	if tip := r.tips[branch]; tip != "" {
		fmt.Fprintf(&in, "from %s\n", tip)
	}
	in.WriteString("deleteall\n")
	if err := writeFiles(&in, files); err != nil {
		r.tb.Fatal(err)
	}
	in.WriteString("get-mark :1\n")
	r.tips[branch] = r.text(&in, "fast-import", "--quiet", "--force")
	return r.tips[branch]
}

func writeFiles(in *bytes.Buffer, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, err := readFile(files, name, info)
		if err != nil {
			return err
		}
		fmt.Fprintf(in, "M %s inline %s\ndata %d\n%s\n", gitMode(info.Mode()), name, len(content), content)
		return nil
	})
}

func readFile(files fs.FS, name string, info fs.FileInfo) ([]byte, error) {
	if info.Mode().Type() == fs.ModeSymlink {
		target, err := fs.ReadLink(files, name)
		return []byte(target), err
	}
	return fs.ReadFile(files, name)
}

func gitMode(m fs.FileMode) string {
	switch {
	case m.Type() == fs.ModeSymlink:
		return "120000"
	case m&0o111 != 0:
		return "100755"
	}
	return "100644"
}

// Branch points a branch at a commit.
func (r *Repo) Branch(name, commit string) {
	r.tb.Helper()
	r.Git("update-ref", "refs/heads/"+name, commit)
	r.tips[name] = commit
}

// Tag makes or moves a lightweight tag.
func (r *Repo) Tag(name, object string) {
	r.tb.Helper()
	r.Git("update-ref", "refs/tags/"+name, object)
}

// Annotate makes or moves an annotated tag and returns its tag object.
func (r *Repo) Annotate(name, object string) string {
	r.tb.Helper()
	r.Git("tag", "--force", "-a", "-m", name, name, object)
	return r.Git("rev-parse", "refs/tags/"+name)
}

// Object stores an object of the given type ("blob", "tree", "commit", "tag")
// without checking its content, and returns its name.
func (r *Repo) Object(typ string, content []byte) string {
	r.tb.Helper()
	return r.text(bytes.NewReader(content), "hash-object", "-w", "--stdin", "--literally", "-t", typ)
}

// CommitTree makes a commit of a tree object, with no parent, and points a
// branch at it.
func (r *Repo) CommitTree(branch, tree string) string {
	r.tb.Helper()
	commit := r.Git("commit-tree", "-m", "change", tree)
	r.Branch(branch, commit)
	return commit
}

// Pack returns a pack of all objects, as git pack-objects makes it with the
// given options.
func (r *Repo) Pack(options ...string) []byte {
	r.tb.Helper()
	return r.run(nil, append([]string{"pack-objects", "-q", "--all", "--stdout"}, options...)...)
}

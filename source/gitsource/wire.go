package gitsource

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"

	"github.com/packtrain/pack/internal/git"
)

// uploadRequest asks for one object and the objects it refers to, with its history
// up to depth commits; depth 0 means all. It is complete without knowing what
// the server offers: the capabilities are those that every server has.
func uploadRequest(want plumbing.Hash, depth int) []byte {
	var b bytes.Buffer
	writeLine(&b, fmt.Sprintf("want %s side-band-64k ofs-delta no-progress\n", want))
	if depth > 0 {
		writeLine(&b, fmt.Sprintf("deepen %d\n", depth))
	}
	b.Write(pktline.FlushPkt)
	writeLine(&b, "done\n")
	return b.Bytes()
}

func writeLine(b *bytes.Buffer, line string) {
	fmt.Fprintf(b, "%04x%s", len(line)+4, line)
}

// readUpload reads the answer to an upload request up to its pack, and returns
// a reader of that.
func readUpload(r *bufio.Reader) (io.Reader, error) {
	s := pktline.NewScanner(r)
	for s.Scan() {
		switch line := s.Bytes(); {
		case len(line) == 0, bytes.HasPrefix(line, []byte("shallow ")), bytes.HasPrefix(line, []byte("unshallow ")):
		case bytes.HasPrefix(line, []byte("NAK")):
			return sideband.NewDemuxer(sideband.Sideband64k, r), nil
		default:
			return nil, broken("unexpected line %s before the pack", shown(string(line)))
		}
	}
	if s.Err() == nil {
		return nil, &refusal{reason: "the answer is empty"} // a server that fails on the request sends nothing
	}
	return nil, lineError(s.Err())
}

// readRefs reads the list of branches and tags of the protocol's versions 0
// and 1.
func readRefs(r io.Reader) (*refs, error) {
	s := pktline.NewScanner(r)
	if !s.Scan() || !bytes.HasPrefix(s.Bytes(), []byte("# service=git-upload-pack")) {
		return nil, unreadable(s.Err(), "the answer is not a git server's list of branches and tags")
	}
	if !s.Scan() || len(s.Bytes()) != 0 {
		return nil, unreadable(s.Err(), "the list of branches and tags has no start")
	}
	list := &refs{names: map[string]plumbing.Hash{}, peeled: map[string]plumbing.Hash{}}
	for s.Scan() {
		line := strings.TrimSuffix(string(s.Bytes()), "\n")
		if line == "" {
			return list, nil
		}
		if err := list.add(line); err != nil {
			return nil, err
		}
	}
	return nil, lineError(s.Err())
}

// add takes one line: "<object> <name>", and for the first NUL and capabilities.
func (r *refs) add(line string) error {
	line, capabilities, _ := strings.Cut(line, "\x00")
	if strings.Contains(capabilities, "object-format=sha256") {
		return broken("the repository names objects by SHA-256: only SHA-1 repositories are supported")
	}
	object, name, _ := strings.Cut(line, " ")
	hash, ok := git.ParseID(object)
	switch {
	case line == "version 1", object == "shallow":
		return nil
	case !ok || name == "":
		return broken("unexpected line %s in the list of branches and tags", shown(line))
	case name == "HEAD":
		r.head = hash
	case name == "capabilities^{}":
	default:
		if tag, ok := strings.CutSuffix(name, "^{}"); ok {
			r.peeled[tag] = hash
			return nil
		}
		r.names[name] = hash
	}
	return nil
}

// lineError explains why the lines of an answer ended too early.
func lineError(err error) error {
	if line, ok := errors.AsType[*pktline.ErrorLine](err); ok {
		return &refusal{reason: shown(line.Text)}
	}
	return unreadable(err, "the answer ends too early")
}

func unreadable(err error, otherwise string) error {
	if err == nil {
		return broken("%s", otherwise)
	}
	return broken("%s: %s", otherwise, shown(err.Error()))
}

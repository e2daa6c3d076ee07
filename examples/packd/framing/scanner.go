package framing

import (
	"bytes"
	"strconv"
	"strings"
)

// maxLine is how much of a header line is looked at. Only a Content-Length needs all
// of its line.
const maxLine = 128

// A scanner follows the requests of one connection through their headers and bodies.
// Its zero value is at the beginning.
type scanner struct {
	line    []byte // the current line, up to maxLine bytes
	begun   bool   // the request line has ended
	length  string // the Content-Length, "" without one
	chunked bool   // there is a Transfer-Encoding
	body    int64  // bytes of the body that are still to come; negative for an unknown number
}

// scan reads on and reports whether it saw odd framing.
func (s *scanner) scan(data []byte) (odd bool) {
	for len(data) > 0 && s.body >= 0 {
		skipped := min(s.body, int64(len(data)))
		s.body -= skipped
		data = data[skipped:]
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			s.add(data)
			return s.folded()
		}
		s.add(data[:end])
		data = data[end+1:]
		if s.folded() || s.endLine() {
			return true
		}
	}
	return false
}

func (s *scanner) add(part []byte) {
	s.line = append(s.line, part[:min(len(part), maxLine-len(s.line))]...)
}

// folded reports whether the line continues the one before it.
func (s *scanner) folded() bool {
	return s.begun && len(s.line) > 0 && (s.line[0] == ' ' || s.line[0] == '\t')
}

// endLine reads a line that is complete.
func (s *scanner) endLine() (odd bool) {
	line := strings.TrimSuffix(string(s.line), "\r")
	full := len(s.line) == maxLine
	s.line = s.line[:0]
	if !s.begun {
		s.begun = line != ""
		return false
	}
	if line == "" {
		return s.endHeader()
	}
	name, value, _ := strings.Cut(line, ":")
	switch strings.ToLower(name) {
	case "transfer-encoding":
		s.chunked = true
	case "content-length":
		value = strings.TrimSpace(value)
		odd = full || s.length != "" && s.length != value
		s.length = value
	}
	return odd
}

// endHeader goes on to the body.
func (s *scanner) endHeader() (odd bool) {
	length, chunked := s.length, s.chunked
	*s = scanner{line: s.line}
	switch n, err := strconv.ParseInt(length, 10, 64); {
	case length != "" && (chunked || err != nil || n < 0):
		return true
	case chunked:
		s.body = -1 // the server closes the connection after this request
	case length != "":
		s.body = n
	}
	return false
}

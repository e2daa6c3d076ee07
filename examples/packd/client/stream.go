package client

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/packtrain/pack"
)

// maxEvent bounds an event, and a line of a stream, in bytes. packd cuts texts long
// before.
const maxEvent = 1 << 20

// A stream reads Server-Sent Events. Text that is not followed by an empty line is
// not an event: the connection broke within it.
type stream struct {
	lines *bufio.Scanner
	alive func() // called for every line, comments included
}

func newStream(r io.Reader, alive func()) *stream {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4<<10), maxEvent)
	return &stream{lines: lines, alive: alive}
}

// next returns the data of the next event, [io.EOF] at the end of the stream.
func (s *stream) next() ([]byte, error) {
	var data []byte
	for s.lines.Scan() {
		s.alive()
		line := s.lines.Bytes()
		if len(line) > 0 {
			if data = append(data, field(line)...); len(data) > maxEvent {
				return nil, tooLong()
			}
			continue
		}
		if len(data) > 0 {
			return data, nil
		}
	}
	err := s.lines.Err()
	switch {
	case err == nil:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return nil, tooLong()
	}
	return nil, err
}

func tooLong() error {
	return &pack.LimitError{Limit: "event", Max: maxEvent, Value: maxEvent + 1}
}

// field returns the text that a line adds to the data of its event. The number is in
// the data, too, so that nothing else matters.
func field(line []byte) []byte {
	value, ok := bytes.CutPrefix(line, []byte("data:"))
	if !ok {
		return nil
	}
	return append(bytes.TrimPrefix(value, []byte(" ")), '\n')
}

// parse returns the event in data.
func parse[T any](data []byte) (T, error) {
	var e T
	if err := json.Unmarshal(data, &e); err != nil {
		return e, pack.Errorf(pack.CodeMalformedContent, "read event: %w", err)
	}
	return e, nil
}

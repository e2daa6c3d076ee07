package client

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
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

// next returns the next event, [io.EOF] at the end of the stream.
func (s *stream) next() (wire.Event, error) {
	var data []byte
	for s.lines.Scan() {
		s.alive()
		line := s.lines.Bytes()
		if len(line) > 0 {
			if data = append(data, field(line)...); len(data) > maxEvent {
				return wire.Event{}, tooLong()
			}
			continue
		}
		if len(data) > 0 {
			return parseEvent(data)
		}
	}
	err := s.lines.Err()
	switch {
	case err == nil:
		return wire.Event{}, io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return wire.Event{}, tooLong()
	}
	return wire.Event{}, err
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

func parseEvent(data []byte) (wire.Event, error) {
	var e wire.Event
	if err := json.Unmarshal(data, &e); err != nil {
		return e, pack.Errorf(pack.CodeMalformedContent, "read event: %w", err)
	}
	return e, nil
}

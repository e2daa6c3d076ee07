package operations

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
)

// restore finds the end of the log of an operation: the last of the lines that
// are complete and numbered without a gap. Anything after it is removed.
func (l *eventLog) restore(r record) error {
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if r.State.Final() && l.isWhole(f, r.LastEvent) {
		return nil
	}
	if err := l.count(f); err != nil {
		return err
	}
	return f.Truncate(l.size)
}

// isWhole reports whether the last line is the one that the record of a final
// operation states, so that the others need not be read.
func (l *eventLog) isWhole(f *os.File, last uint64) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	tail := make([]byte, min(info.Size(), 64<<10))
	if _, err := f.ReadAt(tail, info.Size()-int64(len(tail))); err != nil {
		return false
	}
	line, complete := bytes.CutSuffix(tail, []byte("\n"))
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	if _, err := parseEvent(line, last); !complete || err != nil {
		return false
	}
	l.size, l.seq = info.Size(), last
	return true
}

// count reads all lines.
func (l *eventLog) count(f *os.File) error {
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := parseEvent(line, l.seq+1); err != nil {
			return nil //nolint:nilerr // this line and what follows were never complete
		}
		l.seq++
		l.size += int64(len(line))
	}
}

package recordlog

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/packtrain/pack"
)

// ErrReplaced means that the file was replaced after its frames were read.
var ErrReplaced = errors.New("the records were replaced")

// ReadBody returns a part of the body of a frame that lies at an offset of the file with
// the given ID. If another file has taken its place, the error is [ErrReplaced].
func (l *Log) ReadBody(id string, offset, size int64) ([]byte, error) {
	f, err := os.Open(l.path())
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "open records: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	switch now, end, err := l.readFileHeader(f); {
	case err != nil:
		return nil, err
	case now != id:
		return nil, ErrReplaced
	case offset < 0 || size < 0 || offset+size > end:
		return nil, l.damaged(offset)
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, offset); err != nil {
		return nil, pack.Errorf(pack.CodeIO, "read records: %w", err)
	}
	return data, nil
}

// guess is the number of bytes that are read at once of a frame: most payloads are
// smaller.
const guess = 4 << 10

// readFrames returns the frames from pos to the end of the file.
func (l *Log) readFrames(f io.ReaderAt, pos Position, size int64) (frames []Frame, next Position, err error) {
	scratch := make([]byte, guess)
	for err == nil && pos.Offset < size {
		var frame Frame
		var n int64
		if frame, n, err = readFrame(f, pos.Offset, size, scratch); err == nil {
			frames = append(frames, frame)
			pos.Offset += n
		}
	}
	if n := len(frames) - 1; n >= 0 && (err == nil || errors.Is(err, errTorn)) {
		// Earlier frames were durable before their successor was written.
		last := &frames[n]
		if err = last.checkBody(f, size); err != nil {
			frames, pos.Offset = frames[:n], last.at
		}
	}
	switch {
	case err == nil || errors.Is(err, errTorn):
		return frames, pos, nil
	case errors.Is(err, errNewer):
		return nil, pos, l.newer()
	case errors.Is(err, errDamaged):
		return nil, pos, l.damaged(pos.Offset)
	}
	return nil, pos, pack.Errorf(pack.CodeIO, "read records: %w", err)
}

// readFrame returns the frame at an offset of a file with the given size, and its length.
// It does not check the body. It first reads the bytes that fit into scratch.
func readFrame(f io.ReaderAt, at, size int64, scratch []byte) (frame Frame, n int64, err error) {
	data, err := readInto(scratch[:min(int64(len(scratch)), size-at)], f, at)
	if err != nil {
		return frame, 0, err
	}
	if len(data) < frameHeader {
		return frame, 0, errTorn
	}
	h, sound := readHeader(data)
	switch {
	case !sound:
		return frame, 0, judge(f, at, size)
	case h.format > Format:
		return frame, 0, errNewer
	case h.payload > maxPayload || h.body > maxPayload:
		return frame, 0, errDamaged
	case at+h.size() > size:
		return frame, 0, errTorn
	}
	end := frameHeader + int64(h.payload)
	if end > int64(len(data)) {
		if data, err = readAt(f, at, end); err != nil {
			return frame, 0, err
		}
	}
	if int64(len(data)) < end || checksum(data[frameHeader:end]) != h.payloadSum {
		return frame, 0, judge(f, at, size)
	}
	payload := bytes.Clone(data[frameHeader:end]) // without the rest
	return Frame{Payload: payload, BodyAt: at + end, BodySize: int64(h.body), at: at, bodySum: h.bodySum}, h.size(), nil
}

// checkBody checks that the body is as it was written.
func (f *Frame) checkBody(file io.ReaderAt, size int64) error {
	body, err := readAt(file, f.BodyAt, f.BodySize)
	if err == nil && checksum(body) != f.bodySum {
		err = judge(file, f.at, size)
	}
	return err
}

// judge returns the reason why the frame at an offset is not whole.
func judge(f io.ReaderAt, at, size int64) error {
	data, err := readAt(f, at, size-at)
	if err != nil {
		return err
	}
	if len(data) == 0 { // the file was truncated
		return errTorn
	}
	return badFrame(data)
}

// readAt returns n bytes, or fewer if the file was truncated.
func readAt(f io.ReaderAt, at, n int64) ([]byte, error) { return readInto(make([]byte, n), f, at) }

// readInto is readAt for the length of data, which it fills.
func readInto(data []byte, f io.ReaderAt, at int64) ([]byte, error) {
	got, err := f.ReadAt(data, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:got], nil
}

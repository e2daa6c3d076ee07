package recordlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

func framed(dst []byte, payload, body string) []byte {
	return appendFrame(dst, &Frame{Payload: []byte(payload), Body: []byte(body)})
}

// first reads the first frame of data.
func first(data []byte) (Frame, int64, error) {
	f, n, err := readFrame(bytes.NewReader(data), 0, int64(len(data)), make([]byte, guess))
	if err == nil && n == int64(len(data)) {
		if err = f.checkBody(bytes.NewReader(data), n); err != nil {
			return Frame{}, 0, err
		}
	}
	return f, n, err
}

// FuzzFrames reads arbitrary bytes as frames, alone and after valid frames.
func FuzzFrames(f *testing.F) {
	two := framed(framed(nil, "one", "1"), "two", "")
	f.Add([]byte{}, []byte("payload"), []byte("body"))
	f.Add(two, []byte{}, []byte{})
	f.Add(two[:len(two)-1], []byte("x"), []byte{})
	f.Add(make([]byte, 600), []byte("x"), []byte("y"))
	f.Add(append(bytes.Clone(two), make([]byte, 600)...), []byte("x"), []byte("y"))
	f.Fuzz(func(t *testing.T, data, payload, body []byte) {
		for rest := data; len(rest) > 0; {
			got, n, err := first(rest)
			if err != nil {
				if n != 0 || got.Payload != nil {
					t.Fatalf("got %d bytes with the error %v", n, err)
				}
				break
			}
			got.Body = rest[got.BodyAt : got.BodyAt+got.BodySize]
			if n < frameHeader || n > int64(len(rest)) || n == int64(len(rest)) && !bytes.Equal(appendFrame(nil, &got), rest[:n]) {
				t.Fatalf("frame of %d bytes differs from the frame of its payload", n)
			}
			rest = rest[n:]
		}
		framed := append(appendFrame(nil, &Frame{Payload: payload, Body: body}), data...)
		got, n, err := first(framed)
		if err != nil || n != int64(frameHeader+len(payload)+len(body)) || !bytes.Equal(got.Payload, payload) || !bytes.Equal(framed[got.BodyAt:got.BodyAt+got.BodySize], body) {
			t.Fatalf("got %q, %d, %v", got.Payload, n, err)
		}
		for _, cut := range []int64{1, n / 2, n - 1} {
			if _, _, err := first(framed[:cut]); !errors.Is(err, errTorn) {
				t.Fatalf("cut at %d of %d: got %v", cut, n, err)
			}
		}
	})
}

func TestNewerFrames(t *testing.T) {
	t.Parallel()
	frame := framed(nil, "x", "y")
	frame[16]++
	binary.LittleEndian.PutUint32(frame[20:], checksum(frame[:20]))
	if _, _, err := first(frame); !errors.Is(err, errNewer) {
		t.Errorf("got %v", err)
	}
}

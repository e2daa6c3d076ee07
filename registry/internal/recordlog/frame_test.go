package recordlog

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzFrames reads arbitrary bytes as frames, alone and after valid frames.
func FuzzFrames(f *testing.F) {
	two := appendFrame(appendFrame(nil, []byte("one")), []byte("two"))
	f.Add([]byte{}, []byte("payload"))
	f.Add(two, []byte{})
	f.Add(two[:len(two)-1], []byte("x"))
	f.Add(make([]byte, 600), []byte("x"))
	f.Add(append(bytes.Clone(two), make([]byte, 600)...), []byte("x"))
	f.Fuzz(func(t *testing.T, data, payload []byte) {
		for rest := data; len(rest) > 0; {
			got, n, err := nextFrame(rest)
			if err != nil {
				if n != 0 || got != nil {
					t.Fatalf("got %d bytes with the error %v", n, err)
				}
				break
			}
			if n < frameHeader || n > len(rest) || !bytes.Equal(appendFrame(nil, got), rest[:n]) {
				t.Fatalf("frame of %d bytes differs from the frame of its payload", n)
			}
			rest = rest[n:]
		}
		framed := append(appendFrame(nil, payload), data...)
		got, n, err := nextFrame(framed)
		if err != nil || n != frameHeader+len(payload) || !bytes.Equal(got, payload) {
			t.Fatalf("got %q, %d, %v", got, n, err)
		}
		for _, cut := range []int{1, n / 2, n - 1} {
			if _, _, err := nextFrame(framed[:cut]); !errors.Is(err, errTorn) {
				t.Fatalf("cut at %d of %d: got %v", cut, n, err)
			}
		}
	})
}

func TestNewerFrames(t *testing.T) {
	t.Parallel()
	frame := appendFrame(nil, []byte("x"))
	frame[8]++
	sum := checksum(frame[:12])
	for i := range 4 {
		frame[12+i] = byte(sum >> (8 * i))
	}
	if _, _, err := nextFrame(frame); !errors.Is(err, errNewer) {
		t.Errorf("got %v", err)
	}
}

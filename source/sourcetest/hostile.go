package sourcetest

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// testHostileRequests checks that a source refuses hostile locators and pins with an
// error that has a code and can be printed.
func testHostileRequests(t testing.TB, h Harness) {
	for _, text := range hostileTexts() {
		loc, pin := h.Locator, h.resolve(t)[0]
		loc.Location, pin.Location = text, text
		pins, err := h.mux.Resolve(t.Context(), loc)
		checkRefusal(t, "resolve the location", text, len(pins) > 0, err)
		sink := &stopSink{}
		err = h.mux.Fetch(t.Context(), pin, sink)
		checkRefusal(t, "fetch the location", text, sink.puts > 0, err)

		loc, pin = h.Locator, h.resolve(t)[0]
		loc.Rev, pin.Rev, pin.Commit = text, text, text
		if _, err := h.mux.Resolve(t.Context(), loc); err != nil {
			checkText(t, "resolve the rev", text, err)
		}
		if err := h.mux.Fetch(t.Context(), pin, &stopSink{}); err != nil {
			checkText(t, "fetch the rev", text, err)
		}
	}
}

func hostileTexts() []string {
	return []string{
		"\x00", "\x1b[2J\x07", "a\r\nb", "\u202etxt", "\xff\xfe", "-x", "--upload-pack=touch x", "$(touch x)", "|touch x",
		"https://user:password@[::1", "file:///etc/passwd", "ext::sh -c true", "https://none.invalid/%zz", strings.Repeat("x/", source.MaxSpecLen/2),
	}
}

// maxSaid bounds the length of an error: it may quote the longest location a few
// times.
const maxSaid = 4 * source.MaxSpecLen

func checkRefusal(t testing.TB, what, text string, got bool, err error) {
	t.Helper()
	if got || err == nil {
		t.Errorf("%s %.40q: got %v, want an error and nothing else", what, text, err)
		return
	}
	checkText(t, what, text, err)
}

// checkText requires a code, and a text that is safe for a terminal or a log.
func checkText(t testing.TB, what, text string, err error) {
	t.Helper()
	said := err.Error()
	switch {
	case pack.CodeOf(err) == "":
		t.Errorf("%s %.40q: the error has no code: %.200q", what, text, said)
	case len(said) > maxSaid:
		t.Errorf("%s %.40q: the error has %d bytes", what, text, len(said))
	case strings.IndexFunc(said, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) }) >= 0:
		t.Errorf("%s %.40q: the error %.200q would be printed as it is", what, text, said)
	}
}

// testSlowSink: content can be read in any pieces, and entries come one at a
// time, however long one takes.
func testSlowSink(t testing.TB, h Harness) {
	dir := t.TempDir() + "/tree"
	pin := h.resolve(t)[0]
	tree, err := source.NewTree(dir, &source.TreeOptions{StripTop: pin.StripTop, Subdir: pin.Subdir})
	if err != nil {
		t.Fatal(err)
	}
	slow := &slowSink{dst: tree, second: make(chan struct{})}
	if err := h.mux.Fetch(t.Context(), pin, slow); err != nil {
		t.Fatal(closeAfter(err, tree))
	}
	got, err := tree.Finish()
	if err != nil || got.TreeDigest != wantDigest(t, h) {
		t.Errorf("read byte by byte: got %s, %v", got.TreeDigest, err)
	}
	if slow.overlapped {
		t.Error("an entry was put while another one was")
	}
}

// overlapWait is how long a slow sink waits for a second entry to begin during
// the first.
const overlapWait = time.Second

// A slowSink reads byte by byte and detects overlapping entries.
type slowSink struct {
	dst    source.Sink
	second chan struct{} // closed when a second entry begins

	mu         sync.Mutex
	begun      int
	busy       bool
	overlapped bool
}

// Put takes its time for the first entry.
func (s *slowSink) Put(ctx context.Context, e source.Entry, content io.Reader) error {
	first, err := s.begin()
	if err != nil {
		return err
	}
	defer s.end()
	if first {
		select {
		case <-s.second:
		case <-time.After(overlapWait):
		}
	}
	if content != nil {
		content = iotest.OneByteReader(content)
	}
	return s.dst.Put(ctx, e, content)
}

func (s *slowSink) begin() (first bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
	if s.begun == 2 {
		close(s.second)
	}
	if s.busy {
		s.overlapped = true
		return false, errors.New("two entries at once")
	}
	s.busy = true
	return s.begun == 1, nil
}

func (s *slowSink) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
}

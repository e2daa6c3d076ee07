package registrysource_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
)

// A memoryShelf keeps entries in memory. broken says with which errors it fails.
type memoryShelf struct {
	mu      sync.Mutex
	entries map[string][]byte
	broken  struct{ open, create, write, commit error }
	begun   int // writers that were neither committed nor discarded
}

var keyPattern = regexp.MustCompile(`^[a-z0-9_-]+(/[a-z0-9_-]+)*\z`)

func (m *memoryShelf) Open(_ context.Context, key string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.entries[key]
	switch {
	case !keyPattern.MatchString(key) || len(key) > 200:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "key %q", key)
	case m.broken.open != nil:
		return nil, m.broken.open
	case !ok:
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (m *memoryShelf) Create(_ context.Context, key string) (source.ShelfWriter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken.create != nil {
		return nil, m.broken.create
	}
	m.begun++
	return &memoryWriter{shelf: m, key: key}, nil
}

func (m *memoryShelf) changed(change func(data []byte) []byte) {
	for key, data := range m.entries {
		m.entries[key] = change(bytes.Clone(data))
	}
}

type memoryWriter struct {
	bytes.Buffer
	shelf *memoryShelf
	key   string
	done  bool
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	if err := w.shelf.broken.write; err != nil {
		return 0, err
	}
	return w.Buffer.Write(p)
}

func (w *memoryWriter) Commit() error {
	if err := w.shelf.broken.commit; err != nil {
		return err
	}
	w.shelf.mu.Lock()
	defer w.shelf.mu.Unlock()
	w.shelf.entries[w.key] = bytes.Clone(w.Bytes())
	return w.end()
}

func (w *memoryWriter) Discard() error { return w.end() }

func (w *memoryWriter) end() error {
	if !w.done {
		w.done = true
		w.shelf.begun--
	}
	return nil
}

func newShelf() *memoryShelf { return &memoryShelf{entries: map[string][]byte{}} }

// process is a new source of an index, as in another process.
func process(t *testing.T, server *indexServer, shelf source.Shelf) *registrysource.Source {
	t.Helper()
	return newSource(t, registrysource.Config{Indices: one("https://index.example/i.json?token=secret"), Client: sending(recorded(server)), Shelf: shelf})
}

// TestShelf: the next process transfers the index only when it has changed, but
// always asks.
func TestShelf(t *testing.T) {
	t.Parallel()
	server, shelf := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}, newShelf()
	for i, tc := range []struct {
		version, etag string
		want          string // the entity tag that was asked with
	}{{"1.0.0", `"1"`, ""}, {"1.0.0", `"1"`, `"1"`}, {"2.0.0", `W/"2"`, `"1"`}, {"2.0.0", `W/"2"`, `W/"2"`}} {
		server.set(func() { server.data, server.etag = indexOf(t, demo(tc.version, nil)), tc.etag })
		if got := resolved(t, process(t, server, shelf)); got != tc.version {
			t.Errorf("%d: got %s, want %s", i, got, tc.version)
		}
		if got := strings.TrimSpace(strings.Join(server.requests, ",")); got != tc.want {
			t.Errorf("%d: asked with %q, want %q", i, got, tc.want)
		}
	}
	for key, data := range shelf.entries {
		if strings.Contains(key+string(data), "secret") {
			t.Errorf("a secret is on the shelf: %s", key)
		}
	}
	if len(shelf.entries) != 1 || shelf.begun != 0 {
		t.Errorf("%d entries, %d writers left open", len(shelf.entries), shelf.begun)
	}
	server.set(func() { server.status = 500 })
	if _, err := process(t, server, shelf).Resolve(t.Context(), locator(t, "demo")); !errors.Is(err, pack.ErrUnavailable) {
		t.Errorf("a server that fails: got %v", err)
	}
}

// rehashed returns a change of an entry after which its hash is right again.
func rehashed(old, replacement string) func(data []byte) []byte {
	return func(data []byte) []byte {
		_, rest, _ := strings.Cut(string(data), "\n")
		rest = strings.Replace(rest, old, replacement, 1)
		return fmt.Appendf(nil, "%x\n%s", sha256.Sum256([]byte(rest)), rest)
	}
}

// TestDamagedShelf: an entry that is not whole counts as none, and is replaced.
func TestDamagedShelf(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(data []byte) []byte{
		"empty":           func([]byte) []byte { return nil },
		"cut in the head": func(data []byte) []byte { return data[:10] },
		"cut":             func(data []byte) []byte { return data[:len(data)-1] },
		"longer":          func(data []byte) []byte { return append(data, ' ') },
		"a bit":           func(data []byte) []byte { data[len(data)-20] ^= 1; return data },
		"no head": func(data []byte) []byte {
			lines := bytes.SplitN(data, []byte("\n"), 3)
			return append(append(lines[0], '\n'), lines[2]...)
		},
		"a date":         func(data []byte) []byte { return bytes.Replace(data, []byte(`"newest":"2`), []byte(`"newest":"6`), 1) },
		"no hash":        func(data []byte) []byte { _, rest, _ := bytes.Cut(data, []byte("\n")); return rest },
		"another format": rehashed(`"format":2`, `"format":3`),
		"another key":    rehashed(`"key":"index/`, `"key":"index/0`),
		"endless head":   func([]byte) []byte { return bytes.Repeat([]byte("x"), 1<<20) },
		"garbage":        func(data []byte) []byte { return bytes.Repeat([]byte{0}, len(data)) },
	} {
		server, shelf := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}, newShelf()
		resolved(t, process(t, server, shelf))
		whole := maps.Clone(shelf.entries)
		shelf.changed(damage)
		server.set(func() {})
		if got := resolved(t, process(t, server, shelf)); got != "1.0.0" || strings.TrimSpace(server.requests[0]) != "" {
			t.Errorf("%s: got %q, asked with %q", name, got, server.requests)
		}
		if !maps.EqualFunc(whole, shelf.entries, bytes.Equal) {
			t.Errorf("%s: the entry was not replaced", name)
		}
	}
}

// TestShelfLimits: an index that is too large for another configuration is none.
func TestShelfLimits(t *testing.T) {
	t.Parallel()
	server, shelf := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}, newShelf()
	resolved(t, process(t, server, shelf))
	server.set(func() {})
	s := newSource(t, registrysource.Config{
		Indices: one("https://index.example/i.json?token=secret"), Client: sending(recorded(server)), Shelf: shelf,
		Limits: registrysource.Limits{Bytes: 100},
	})
	_, err := s.Resolve(t.Context(), locator(t, "demo"))
	wantCode(t, err, pack.CodeLimitExceeded)
	if strings.TrimSpace(server.requests[0]) != "" {
		t.Errorf("asked with %q", server.requests)
	}
}

// TestBrokenShelf: a shelf that fails costs no index.
func TestBrokenShelf(t *testing.T) {
	t.Parallel()
	failed := errors.New("the shelf has failed")
	for name, spoil := range map[string]func(m *memoryShelf){
		"open":   func(m *memoryShelf) { m.broken.open = failed },
		"create": func(m *memoryShelf) { m.broken.create = failed },
		"write":  func(m *memoryShelf) { m.broken.write = failed },
		"commit": func(m *memoryShelf) { m.broken.commit = failed },
	} {
		server, shelf := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}, newShelf()
		spoil(shelf)
		if got := resolved(t, process(t, server, shelf)); got != "1.0.0" || shelf.begun != 0 {
			t.Errorf("%s: got %q, %d writers left open", name, got, shelf.begun)
		}
	}
}

// TestWhatIsNotShelved: indices without an entity tag, and those of requests.
func TestWhatIsNotShelved(t *testing.T) {
	t.Parallel()
	shelf := newShelf()
	server := &indexServer{data: indexOf(t, demo("1.0.0", nil)), modified: "Mon, 23 Nov 2026 10:00:00 GMT"}
	resolved(t, process(t, server, shelf))
	server = &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}
	s := newSource(t, registrysource.Config{Client: sending(recorded(server)), Shelf: shelf, AllowIndex: func(string) bool { return true }})
	loc := locator(t, "demo")
	loc.Index = "https://other.example/i.json"
	if _, err := s.Resolve(t.Context(), loc); err != nil {
		t.Error(err)
	}
	if len(shelf.entries) != 0 {
		t.Errorf("%d entries", len(shelf.entries))
	}
}

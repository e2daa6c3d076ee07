package registry_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// activating returns the operation that makes generation n of all refs active
// after generation n-1.
func activating(id string, n int, refs ...pack.Ref) registry.Operation {
	op := registry.Operation{ID: id}
	for _, ref := range refs {
		a := registry.Activation{
			Ref: ref, Generation: registry.Generation{Name: fmt.Sprint(n)}, Manifest: pack.Manifest{Ref: ref},
			Components: []pack.Component{{Kind: pack.KindAction, Ref: ref.Component("run"), Name: "run"}},
		}
		if n > 1 {
			a.Previous = fmt.Sprint(n - 1)
		}
		op.Activate = append(op.Activate, a)
	}
	return op
}

// grow applies the operations up to generation n of two packs, and returns the
// file after each.
func grow(t testing.TB, dir string, n int) (after [][]byte) {
	t.Helper()
	f := openFiles(t, dir)
	for i := 1; i <= n; i++ {
		if _, err := f.Apply(t.Context(), activating(fmt.Sprint("op", i), i, "a", "b")); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "log"))
		if err != nil {
			t.Fatal(err)
		}
		after = append(after, data)
	}
	return after
}

// withLog returns a directory with the given log.
func withLog(t testing.TB, data []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "log"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// generationsOf returns the active generations of the packs a and b.
func generationsOf(t testing.TB, r registry.Records) string {
	t.Helper()
	records, err := r.Packs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var active []string
	for _, rec := range records {
		active = append(active, rec.Active.Name)
	}
	return strings.Join(active, " ")
}

// TestTornTails cuts the last frame at every byte: readers see what was before
// it, and the next writer goes on from there.
func TestTornTails(t *testing.T) {
	t.Parallel()
	after := grow(t, t.TempDir(), 3)
	whole := len(after[1])
	for cut := whole; cut < len(after[2]); cut++ {
		tails := map[string][]byte{"cut": after[2][:cut]}
		if cut%64 == 0 {
			tails["never written"] = append(bytes.Clone(after[2][:cut]), make([]byte, len(after[2])-cut)...)
			tails["never written, and longer"] = append(bytes.Clone(after[2][:cut]), make([]byte, 4096)...)
		}
		for name, data := range tails {
			if bytes.Equal(data, after[2]) {
				continue
			}
			dir := withLog(t, data)
			if got := generationsOf(t, openFiles(t, dir)); got != "2 2" {
				t.Fatalf("%s at %d of %d: got %q", name, cut, len(after[2]), got)
			}
			if left, _ := os.ReadFile(filepath.Join(dir, "log")); !bytes.Equal(left, data) {
				t.Fatalf("%s at %d: a reader changed the file", name, cut)
			}
			if cut%64 != 0 && cut != whole {
				continue
			}
			reader, f := openFiles(t, dir), openFiles(t, dir)
			if applied, err := f.Outcome(t.Context(), "op3"); err != nil || applied {
				t.Fatalf("%s at %d: outcome %v, %v", name, cut, applied, err)
			}
			if _, err := f.Apply(t.Context(), activating("again", 3, "a", "b")); err != nil {
				t.Fatalf("%s at %d: %v", name, cut, err)
			}
			for _, r := range []registry.Records{f, reader, openFiles(t, dir)} {
				if got := generationsOf(t, r); got != "3 3" {
					t.Fatalf("%s at %d: got %q after the next change", name, cut, got)
				}
			}
		}
	}
}

// TestDamagedLogs flips every byte: that is an error which says what to do, to
// readers and writers, and the file stays as it is.
func TestDamagedLogs(t *testing.T) {
	t.Parallel()
	after := grow(t, t.TempDir(), 3)
	damaged := map[string][]byte{
		"empty":                    {},
		"cut header":               after[2][:20],
		"another file":             []byte("SQLite format 3\x00"),
		"hole before sound frames": append(append(bytes.Clone(after[0]), make([]byte, 512)...), after[2][len(after[0]):]...),
	}
	version := len("packtrain records ")
	for i := range after[2] {
		inHeader := i >= version && i < bytes.IndexByte(after[2], '\n')
		lastHeader := i >= len(after[1]) && i < len(after[1])+frameHeader
		if inHeader || i > 200 && !lastHeader && i%23 != 0 || inBody(after, i) {
			continue // the version and the ID of the file, which may be any; obsolete components; and not all, for the time it takes
		}
		data := bytes.Clone(after[2])
		data[i] ^= 0x55
		damaged[fmt.Sprint("byte ", i)] = data
	}
	for name, data := range damaged {
		dir := withLog(t, data)
		_, err := registry.OpenFiles(t.Context(), dir)
		if !errors.Is(err, pack.ErrStore) || !strings.Contains(err.Error(), "restore") || !strings.Contains(err.Error(), dir) {
			t.Fatalf("%s: got error %v", name, err)
		}
		if left, _ := os.ReadFile(filepath.Join(dir, "log")); !bytes.Equal(left, data) {
			t.Fatalf("%s: the file changed", name)
		}
	}
}

const frameHeader = 24

// inBody reports whether a byte of the third file of [grow] is in the body of one of its
// first two frames.
func inBody(after [][]byte, i int) bool {
	start := bytes.IndexByte(after[0], '\n') + 1
	for _, file := range after[:2] {
		payload := int(binary.LittleEndian.Uint32(file[start:]))
		if i >= start+frameHeader+payload && i < len(file) {
			return true
		}
		start = len(file)
	}
	return false
}

// TestDamagedComponents: components are read when they are asked for. Those that are
// damaged concern their pack alone, which can be replaced.
func TestDamagedComponents(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := openFiles(t, dir)
	for i, ref := range []pack.Ref{"a", "b"} {
		if _, err := f.Apply(t.Context(), activating(fmt.Sprint("op", i), 1, ref)); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	data[bytes.Index(data, []byte(`"name":"run","file"`))] ^= 0x55
	f = openFiles(t, withLog(t, data))
	f.CompactAt(-1) // what is damaged stays so
	for range 2 {
		_, err := f.Components(t.Context(), "a")
		if damaged, ok := errors.AsType[*registry.RecordError](err); !ok || damaged.Ref != "a" {
			t.Errorf("components of a: got error %v", err)
		}
		if got, err := f.Components(t.Context(), "b"); err != nil || len(got) != 1 {
			t.Errorf("components of b: got %v, %v", got, err)
		}
		if err := f.Bind(t.Context(), "root"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Apply(t.Context(), activating("op2", 2, "a")); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Components(t.Context(), "a"); err != nil || len(got) != 1 {
		t.Errorf("components of a, replaced: got %v, %v", got, err)
	}
}

// TestLogIsADirectory: the error says what to do.
func TestLogIsADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "log"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := registry.OpenFiles(t.Context(), dir)
	if pack.CodeOf(err) != pack.CodeStoreCorrupt || !strings.Contains(err.Error(), "are not a regular file: move it away") || !strings.Contains(err.Error(), dir) {
		t.Errorf("got error %v", err)
	}
}

// TestDamageWhileOpen damages the file of a writer that has it open, and
// removes it.
func TestDamageWhileOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	after := grow(t, dir, 2)
	f := openFiles(t, dir)
	data := append(bytes.Clone(after[1]), "something other than a frame"...)
	if err := os.WriteFile(filepath.Join(dir, "log"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefused := func(when string) {
		_, applyErr := f.Apply(t.Context(), activating("next", 3, "a"))
		_, packsErr := f.Packs(t.Context())
		for _, err := range []error{applyErr, packsErr} {
			if pack.CodeOf(err) != pack.CodeStoreCorrupt {
				t.Errorf("%s: got %v", when, err)
			}
		}
	}
	wantRefused("damaged")
	if err := os.Remove(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	wantRefused("removed")
	if err := os.WriteFile(filepath.Join(dir, "log"), after[1], 0o600); err != nil {
		t.Fatal(err)
	}
	if got := generationsOf(t, f); got != "2 2" {
		t.Errorf("restored: got %q", got)
	}
}

func TestOtherFormatsAreRefused(t *testing.T) {
	t.Parallel()
	data := grow(t, t.TempDir(), 1)[0]
	for _, format := range []string{"1", "3"} {
		dir := withLog(t, bytes.Replace(data, []byte("records 2 "), []byte("records "+format+" "), 1))
		_, err := registry.OpenFiles(t.Context(), dir)
		if !errors.Is(err, pack.ErrStore) || !strings.Contains(err.Error(), "do not have the format 2") {
			t.Errorf("format %s: got %v", format, err)
		}
	}
}

// TestReadingChangesNothing reads records that do not exist, and others, as a
// reader without permission to write would.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	none := filepath.Join(t.TempDir(), "none")
	if got := generationsOf(t, openFiles(t, none)); got != "" {
		t.Errorf("records that do not exist: got %q", got)
	}
	if _, err := os.Stat(none); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading made the directory: %v", err)
	}
	dir := withLog(t, grow(t, t.TempDir(), 2)[1])
	if err := errors.Join(os.Chmod(filepath.Join(dir, "log"), 0o400), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	before := snapshot(t, dir)
	f := openFiles(t, dir)
	if got := generationsOf(t, f); got != "2 2" {
		t.Errorf("got %q", got)
	}
	if _, err := f.Components(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("reading changed the directory (-before +after)\n%s", diff)
	}
}

// TestCompaction keeps the file small, the IDs of packs unique, and the outcomes
// of operations known, while others read.
func TestCompaction(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writer, reader := openFiles(t, dir), openFiles(t, dir)
	const limit, rounds = 16 << 10, 120
	writer.CompactAt(limit)
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				records, err := reader.Packs(t.Context())
				if err != nil || len(records) != 0 && (len(records) != 2 || records[0].Active.Name != records[1].Active.Name) {
					t.Errorf("reader got %+v, %v", records, err)
					return
				}
			}
		})
	}
	largest, seen := int64(0), map[int64]bool{}
	for round := range rounds {
		records, err := writer.Apply(t.Context(), activating(fmt.Sprint("in", round), 1, "a", "b"))
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range records {
			if seen[rec.ID] {
				t.Fatalf("round %d: ID %d was used before", round, rec.ID)
			}
			seen[rec.ID] = true
		}
		out := registry.Operation{ID: fmt.Sprint("out", round), Remove: []registry.Removal{{Ref: "b", Generation: "1"}, {Ref: "a", Generation: "1"}}}
		if _, err := writer.Apply(t.Context(), out); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, "log"))
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	stop()
	readers.Wait()
	if kept := feedSize(t, reader); largest > 2*(limit+kept) {
		t.Errorf("the file was %d bytes long, with %d bytes of changes", largest, kept)
	}
	again := openFiles(t, dir)
	for round := range rounds {
		for _, id := range []string{fmt.Sprint("in", round), fmt.Sprint("out", round)} {
			if applied, err := again.Outcome(t.Context(), id); err != nil || !applied {
				t.Fatalf("operation %s: %v, %v", id, applied, err)
			}
		}
	}
}

// feedSize returns the number of bytes of the changes in the feed, which compaction keeps.
func feedSize(t *testing.T, feed registry.Feed) (size int64) {
	t.Helper()
	for since := int64(0); ; {
		batch, err := feed.Changes(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		if len(batch.Changes) == 0 {
			return size
		}
		for _, c := range batch.Changes {
			data, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			size += int64(len(data))
		}
		since = batch.Next
	}
}

func TestCompactionKeepsTheMode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	grow(t, dir, 1)
	log := filepath.Join(dir, "log")
	if info, err := os.Stat(log); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("new file: %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(log, 0o640); err != nil {
		t.Fatal(err)
	}
	f := openFiles(t, dir)
	f.CompactAt(-1)
	if _, err := f.Apply(t.Context(), activating("next", 2, "a")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(log); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("after compaction: %v, %v", info.Mode(), err)
	}
}

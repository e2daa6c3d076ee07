package git_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/testkit/gittest"
)

const memory = 32 << 20

func unpack(t testing.TB, content []byte, limits git.Limits) (map[string]int64, error) {
	t.Helper()
	return git.UnpackSizes(t.Context(), bytes.NewReader(content), t.TempDir(), memory, limits)
}

// history is a repository whose packs hold deltas, and what git says is in it.
func history(t testing.TB) (*gittest.Repo, map[string]int64) {
	t.Helper()
	repo := gittest.NewRepo(t)
	text := strings.Repeat("a line of a text that changes a little from time to time\n", 200)
	for i := range 12 {
		text = strings.Replace(text, "a line", "line "+strconv.Itoa(i), 1)
		repo.Commit("main", fstest.MapFS{"text": {Data: []byte(text)}, "empty": {}, "n": {Data: []byte{byte(i)}}})
	}
	repo.Annotate("v1.0.0", "main")
	objects := map[string]int64{}
	for line := range strings.Lines(repo.Git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize)")) {
		id, size, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		objects[id] = n
	}
	return repo, objects
}

func TestUnpackFindsWhatGitFinds(t *testing.T) {
	t.Parallel()
	repo, want := history(t)
	for _, option := range []string{"--delta-base-offset", "--no-delta-base-offset", "--depth=0"} {
		for _, memory := range []int64{memory, 1000, 0} {
			scratch := t.TempDir()
			content := repo.Pack("--no-reuse-delta", option)
			got, err := git.UnpackSizes(t.Context(), &watch{t: t, r: bytes.NewReader(content), dir: scratch}, scratch, memory, git.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: objects (-git +got):\n%s", option, diff)
			}
		}
	}
}

// watch expects that the scratch directory shows no file at any time, so that a
// crash leaves none behind.
type watch struct {
	t   *testing.T
	r   io.Reader
	dir string
}

func (w *watch) Read(p []byte) (int, error) {
	if left, err := os.ReadDir(w.dir); runtime.GOOS != "windows" && (err != nil || len(left) > 0) {
		w.t.Errorf("scratch directory holds %v, %v", left, err)
	}
	return w.r.Read(p[:min(len(p), 1000)])
}

func TestUnpackAppliesDeltasInAnyOrder(t *testing.T) {
	t.Parallel()
	blob := gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd")}
	abcde := gittest.Delta(4, 5, 0x90, 4, 1, 'e')  // copy 4, add "e"
	abcdef := gittest.Delta(5, 6, 0x90, 5, 1, 'f') // copy 5, add "f"
	onBlob, onFirst := gittest.ObjectName("blob", []byte("abcd")), gittest.ObjectName("blob", []byte("abcde"))
	tests := []struct {
		name    string
		objects []gittest.Packed
	}{
		{"bases by name, in order", []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: onBlob, Data: abcde}, {Type: gittest.NameDeltaType, Base: onFirst, Data: abcdef}}},
		{"bases by name, in reverse", []gittest.Packed{{Type: gittest.NameDeltaType, Base: onFirst, Data: abcdef}, {Type: gittest.NameDeltaType, Base: onBlob, Data: abcde}, blob}},
		{"base by offset", []gittest.Packed{{Type: gittest.NameDeltaType, Base: onFirst, Data: abcdef}, blob, {Type: gittest.OffsetDeltaType, Base: []byte{16}, Data: abcde}}},
		{"base by offset that waits itself", []gittest.Packed{{Type: gittest.NameDeltaType, Base: onBlob, Data: abcde}, {Type: gittest.OffsetDeltaType, Base: []byte{38}, Data: abcdef}, blob}},
	}
	_, at := gittest.BuildPack(tests[3].objects...)
	tests[3].objects[1].Base = []byte{byte(at[1] - at[0])}
	_, at = gittest.BuildPack(tests[2].objects...)
	tests[2].objects[2].Base = []byte{byte(at[2] - at[1])}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			content, _ := gittest.BuildPack(tt.objects...)
			got, err := unpack(t, content, git.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]int64{
				hex.EncodeToString(onBlob): 4, hex.EncodeToString(onFirst): 5,
				hex.EncodeToString(gittest.ObjectName("blob", []byte("abcdef"))): 6,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
		})
	}
}

func damage(t *testing.T) {
	t.Parallel()
	content, _ := gittest.SmallPack()
	if _, err := unpack(t, content, git.Limits{}); err != nil {
		t.Fatal(err)
	}
	for i := range content {
		_, err := unpack(t, content[:i], git.Limits{})
		wantRefused(t, err)
		damaged := bytes.Clone(content)
		damaged[i] ^= 0xff
		if _, err := unpack(t, damaged, git.Limits{}); err == nil {
			t.Errorf("byte %d changed: no error", i)
		}
	}
}

func TestUnpackRefusesStrangePacks(t *testing.T) {
	t.Parallel()
	blob := gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd")}
	name := gittest.ObjectName("blob", blob.Data)
	for _, tt := range []struct {
		name    string
		objects []gittest.Packed
	}{
		{"type 0", []gittest.Packed{{Type: 0, Data: []byte("x")}}},
		{"type 5", []gittest.Packed{{Type: 5, Data: []byte("x")}}},
		{"longer than declared", []gittest.Packed{{Type: gittest.BlobType, Data: []byte("abcd"), Size: 3}}},
		{"shorter than declared", []gittest.Packed{{Type: gittest.BlobType, Data: []byte("abcd"), Size: 5}}},
		{"base is missing", []gittest.Packed{{Type: gittest.NameDeltaType, Base: make([]byte, 20), Data: gittest.Delta(4, 4, 0x90, 4)}}},
		{"base is missing, another is there", []gittest.Packed{
			{Type: gittest.NameDeltaType, Base: make([]byte, 20), Data: gittest.Delta(4, 4, 0x90, 4)},
			blob,
			{Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(4, 5, 0x90, 4, 1, 'e')},
		}},
		{"base is the delta itself", []gittest.Packed{{Type: gittest.NameDeltaType, Base: gittest.ObjectName("blob", []byte("abce")), Data: gittest.Delta(4, 4, 0x90, 3, 1, 'e')}}},
		{"base lies in front of the pack", []gittest.Packed{blob, {Type: gittest.OffsetDeltaType, Base: []byte{0x7f}, Data: gittest.Delta(4, 4, 0x90, 4)}}},
		{"base lies between objects", []gittest.Packed{blob, {Type: gittest.OffsetDeltaType, Base: []byte{1}, Data: gittest.Delta(4, 4, 0x90, 4)}}},
		{"delta of another base", []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(5, 4, 0x90, 4)}}},
		{"delta copies too much", []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(4, 5, 0x90, 5)}}},
		{"delta makes less than it says", []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(4, 5, 0x90, 4)}}},
		{"delta has code left over", []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(4, 4, 0x90, 4, 1, 'x')}}},
		{"delta has no sizes", []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: name, Data: []byte{0x80}}}},
		{"delta is empty", []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: name, Data: nil}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			content, _ := gittest.BuildPack(tt.objects...)
			_, err := unpack(t, content, git.Limits{})
			wantRefused(t, err)
		})
	}
}

// tally counts how much of a pack was read before it was refused.
type tally struct {
	r io.Reader
	n int
}

func (c *tally) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// What a pack would cost is seen before it costs: hardly any of it is read.
func bombs(t *testing.T) {
	t.Parallel()
	gigabyte := gittest.Zeros(1024)
	base := gittest.Packed{Type: gittest.BlobType, Data: make([]byte, 1<<20)}
	name := gittest.ObjectName("blob", base.Data)
	double := func(size uint64) []byte { return gittest.Delta(size, 2*size, 0xff, 0, 0, 0, 0, 0, 0, 1) }
	tests := []struct {
		name    string
		objects []gittest.Packed
		limit   string
	}{
		{"1 GiB of zeros", []gittest.Packed{{Type: gittest.BlobType, Size: 1 << 30, Stream: gigabyte}}, "object size"},
		{"10 GiB", []gittest.Packed{{Type: gittest.BlobType, Size: 10 << 30, Stream: gigabyte}}, "object size"},
		{"8 EiB", []gittest.Packed{{Type: gittest.BlobType, Size: 1<<59 - 1, Stream: gigabyte}}, "object size"},
		{"200 MiB of zeros", []gittest.Packed{{Type: gittest.BlobType, Size: 200 << 20, Stream: gigabyte}}, "compression ratio"},
		{"delta of 200 MiB of zeros", []gittest.Packed{base, {Type: gittest.NameDeltaType, Base: name, Size: 200 << 20, Stream: gigabyte}}, "size of a delta"},
		{"delta of 60 MiB of zeros", []gittest.Packed{base, {Type: gittest.NameDeltaType, Base: name, Size: 60 << 20, Stream: gigabyte}}, "compression ratio"},
		{"delta that makes 1 TiB", []gittest.Packed{base, {Type: gittest.NameDeltaType, Base: name, Data: double(1 << 39)}}, "size of an object in a delta"},
		{"delta that makes too much", []gittest.Packed{base, {Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(1<<20, 1<<63, 1)}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			content, _ := gittest.BuildPack(tt.objects...)
			in := &tally{r: bytes.NewReader(content)}
			_, err := git.UnpackSizes(t.Context(), in, t.TempDir(), memory, git.Limits{})
			limit, ok := errors.AsType[*pack.LimitError](err)
			if tt.limit == "" {
				wantRefused(t, err)
			} else if !ok || limit.Limit != tt.limit {
				t.Errorf("got error %v, want one about %q", err, tt.limit)
			}
			if in.n > 64<<10 {
				t.Errorf("%d bytes were read before the pack was refused", in.n)
			}
		})
	}
}

func wantRefused(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*git.BrokenError](err); !ok {
		t.Errorf("got %v, want an error that says what is broken", err)
	}
}

func TestUnpackLimits(t *testing.T) {
	t.Parallel()
	content, _ := gittest.BuildPack(
		gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd")}, gittest.Packed{Type: gittest.BlobType, Data: []byte("efgh")},
		gittest.Packed{Type: gittest.NameDeltaType, Base: gittest.ObjectName("blob", []byte("abcd")), Data: gittest.Delta(4, 5, 0x90, 4, 1, 'e')},
	)
	for _, tt := range []struct {
		limit  string
		limits git.Limits
		ok     git.Limits
	}{
		{"number of objects in the pack", git.Limits{Objects: 2}, git.Limits{Objects: 3}},
		{"object size", git.Limits{ObjectBytes: 5}, git.Limits{ObjectBytes: 6}},
		{"size of all objects", git.Limits{Bytes: 18}, git.Limits{Bytes: 19}},
		{"number of objects in the pack", git.Limits{Objects: 1}, git.Limits{Objects: -1, ObjectBytes: -1, Bytes: -1, Ratio: -1}},
	} {
		_, err := unpack(t, content, tt.limits)
		if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != tt.limit {
			t.Errorf("%+v: got error %v, want one about %q", tt.limits, err, tt.limit)
		}
		if _, err := unpack(t, content, tt.ok); err != nil {
			t.Errorf("%+v: %v", tt.ok, err)
		}
	}
}

func TestUnpackLimitsDeltas(t *testing.T) {
	t.Parallel()
	blob := gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd")}
	name := gittest.ObjectName("blob", blob.Data)
	grow := gittest.Packed{Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(4, 8, 0x90, 4, 0x90, 4)} // 6 bytes of code
	for _, tt := range []struct {
		limit   string
		most    int64
		objects []gittest.Packed
	}{
		{"size of a delta", 5, []gittest.Packed{blob, grow}},
		{"size of an object in a delta", 7, []gittest.Packed{blob, grow}},
		{"size of an object in a delta", 7, []gittest.Packed{blob, {Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(8, 4, 0x90, 4)}}},
		{"size of deltas that wait for their base", 17, []gittest.Packed{grow, grow, grow, blob}},
	} {
		content, _ := gittest.BuildPack(tt.objects...)
		_, err := unpack(t, content, git.Limits{DeltaBytes: tt.most})
		if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != tt.limit {
			t.Errorf("at most %d: got error %v, want one about the %s", tt.most, err, tt.limit)
		}
	}
	content, _ := gittest.BuildPack(grow, grow, blob, grow, grow)
	if got, err := unpack(t, content, git.Limits{DeltaBytes: 12}); err != nil || len(got) != 2 {
		t.Errorf("what fits: got %v, %v", got, err)
	}
}

// A base in the scratch file is read for each delta that builds on it.
func TestUnpackLimitsWhatIsReadAgain(t *testing.T) {
	t.Parallel()
	blob := gittest.Packed{Type: gittest.BlobType, Data: bytes.Repeat([]byte("0123456789"), 100)}
	name := gittest.ObjectName("blob", blob.Data)
	objects := []gittest.Packed{blob}
	for i := range 20 {
		objects = append(objects, gittest.Packed{Type: gittest.NameDeltaType, Base: name, Data: gittest.Delta(1000, 3, 0x90, 2, 1, byte(i))})
	}
	content, _ := gittest.BuildPack(objects...)
	limits := git.Limits{Bytes: 19_999}
	_, err := git.UnpackSizes(t.Context(), bytes.NewReader(content), t.TempDir(), 0, limits)
	if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != "size of what deltas build on" {
		t.Errorf("got %v, want an error about what deltas build on", err)
	}
	if _, err := git.UnpackSizes(t.Context(), bytes.NewReader(content), t.TempDir(), 1000, limits); err != nil {
		t.Errorf("in memory: %v", err)
	}
	limits.Bytes++
	if _, err := git.UnpackSizes(t.Context(), bytes.NewReader(content), t.TempDir(), 0, limits); err != nil {
		t.Errorf("what fits: %v", err)
	}
}

// Memory is allocated as an object arrives, not by its declared size. What is
// allocated is counted, so no other test may run at the same time.
func TestUnpackBelievesNoSizes(t *testing.T) { //nolint:paralleltest // as it says
	content, _ := gittest.BuildPack(gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd"), Size: 200 << 20})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := git.UnpackSizes(t.Context(), bytes.NewReader(content), "", memory, git.Limits{})
	runtime.ReadMemStats(&after)
	wantRefused(t, err)
	if got := after.TotalAlloc - before.TotalAlloc; got > 10<<20 {
		t.Errorf("%d bytes were allocated for 4", got)
	}
}

func TestUnpackRefusesWhatFollows(t *testing.T) {
	t.Parallel()
	content, _ := gittest.SmallPack()
	sum := sha1.Sum(content)
	for _, more := range []string{string(sum[:]), "x", strings.Repeat("x", 19), strings.Repeat("x", 20), string(content), string(content[len(content)-20:])} {
		var broken *git.BrokenError
		if _, err := unpack(t, append(bytes.Clone(content), more...), git.Limits{}); !errors.As(err, &broken) {
			t.Errorf("followed by %d bytes: got %v", len(more), err)
		}
	}
	if _, err := git.UnpackSizes(t.Context(), iotest.OneByteReader(bytes.NewReader(content)), "", memory, git.Limits{}); err != nil {
		t.Errorf("byte by byte: %v", err)
	}
}

func TestUnpackReportsTheScratchDirectory(t *testing.T) {
	t.Parallel()
	content, _ := gittest.SmallPack()
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := git.UnpackSizes(t.Context(), bytes.NewReader(content), missing, 0, git.Limits{})
	if pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("got %v, want code %q", err, pack.CodeIO)
	}
}

// A pack is not read to its end after its context is cancelled.
func TestUnpackStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	repo, _ := history(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := git.UnpackSizes(ctx, bytes.NewReader(repo.Pack()), "", memory, git.Limits{})
	if pack.CodeOf(err) != pack.CodeCancelled {
		t.Errorf("got %v, want code %q", err, pack.CodeCancelled)
	}
}

func FuzzPackScan(f *testing.F) {
	small, _ := gittest.SmallPack()
	deltas, _ := gittest.BuildPack(
		gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd")},
		gittest.Packed{Type: gittest.NameDeltaType, Base: gittest.ObjectName("blob", []byte("abcd")), Data: gittest.Delta(4, 5, 0x90, 4, 1, 'e')},
		gittest.Packed{Type: gittest.OffsetDeltaType, Base: []byte{60}, Data: gittest.Delta(4, 8, 0x90, 4, 0x90, 4)},
	)
	bomb, _ := gittest.BuildPack(gittest.Packed{Type: gittest.BlobType, Size: 200 << 20, Stream: gittest.Zeros(20)})
	for _, seed := range [][]byte{small, deltas, bomb} {
		f.Add(seed[:len(seed)-sha1.Size])
	}
	limits := git.Limits{Objects: 100, ObjectBytes: 1 << 16, Bytes: 1 << 18}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha1.Sum(body) // else nothing but the last check would be tested
		got, err := git.UnpackSizes(t.Context(), io.MultiReader(bytes.NewReader(body), bytes.NewReader(sum[:])), "", memory, limits)
		if err != nil {
			return
		}
		total := int64(0)
		for id, size := range got {
			if total += size; size > limits.ObjectBytes || len(id) != 40 {
				t.Errorf("object %s has %d bytes", id, size)
			}
		}
		if total > limits.Bytes || int64(len(got)) > limits.Objects {
			t.Errorf("%d objects of %d bytes", len(got), total)
		}
	})
}

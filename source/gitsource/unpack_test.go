package gitsource_test

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

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/gittest"
	"github.com/packtrain/pack/source/gitsource"
)

const memory = 32 << 20

func unpack(t testing.TB, content []byte, limits gitsource.Limits) (map[string]int64, error) {
	t.Helper()
	return gitsource.Unpack(t.Context(), bytes.NewReader(content), t.TempDir(), memory, limits)
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
			got, err := gitsource.Unpack(t.Context(), &watch{t: t, r: bytes.NewReader(content), dir: scratch}, scratch, memory, gitsource.Limits{})
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
	blob := packed{typ: blobType, data: []byte("abcd")}
	abcde := deltaOf(4, 5, 0x90, 4, 1, 'e')  // copy 4, add "e"
	abcdef := deltaOf(5, 6, 0x90, 5, 1, 'f') // copy 5, add "f"
	onBlob, onFirst := objectName("blob", []byte("abcd")), objectName("blob", []byte("abcde"))
	tests := []struct {
		name    string
		objects []packed
	}{
		{"bases by name, in order", []packed{blob, {typ: refDeltaType, base: onBlob, data: abcde}, {typ: refDeltaType, base: onFirst, data: abcdef}}},
		{"bases by name, in reverse", []packed{{typ: refDeltaType, base: onFirst, data: abcdef}, {typ: refDeltaType, base: onBlob, data: abcde}, blob}},
		{"base by offset", []packed{{typ: refDeltaType, base: onFirst, data: abcdef}, blob, {typ: offDeltaType, base: []byte{16}, data: abcde}}},
		{"base by offset that waits itself", []packed{{typ: refDeltaType, base: onBlob, data: abcde}, {typ: offDeltaType, base: []byte{38}, data: abcdef}, blob}},
	}
	_, at := buildPack(tests[3].objects...)
	tests[3].objects[1].base = []byte{byte(at[1] - at[0])}
	_, at = buildPack(tests[2].objects...)
	tests[2].objects[2].base = []byte{byte(at[2] - at[1])}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			content, _ := buildPack(tt.objects...)
			got, err := unpack(t, content, gitsource.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]int64{
				hex.EncodeToString(onBlob): 4, hex.EncodeToString(onFirst): 5,
				hex.EncodeToString(objectName("blob", []byte("abcdef"))): 6,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnpackRefusesDamage(t *testing.T) {
	t.Parallel()
	content, _ := smallPack()
	if _, err := unpack(t, content, gitsource.Limits{}); err != nil {
		t.Fatal(err)
	}
	for i := range content {
		if _, err := unpack(t, content[:i], gitsource.Limits{}); err == nil {
			t.Errorf("cut after %d bytes: no error", i)
		}
		damaged := bytes.Clone(content)
		damaged[i] ^= 0xff
		if _, err := unpack(t, damaged, gitsource.Limits{}); err == nil {
			t.Errorf("byte %d changed: no error", i)
		}
	}
}

func TestUnpackRefusesStrangePacks(t *testing.T) {
	t.Parallel()
	blob := packed{typ: blobType, data: []byte("abcd")}
	name := objectName("blob", blob.data)
	for _, tt := range []struct {
		name    string
		objects []packed
	}{
		{"type 0", []packed{{typ: 0, data: []byte("x")}}},
		{"type 5", []packed{{typ: 5, data: []byte("x")}}},
		{"longer than declared", []packed{{typ: blobType, data: []byte("abcd"), size: 3}}},
		{"shorter than declared", []packed{{typ: blobType, data: []byte("abcd"), size: 5}}},
		{"base is missing", []packed{{typ: refDeltaType, base: make([]byte, 20), data: deltaOf(4, 4, 0x90, 4)}}},
		{"base is the delta itself", []packed{{typ: refDeltaType, base: objectName("blob", []byte("abce")), data: deltaOf(4, 4, 0x90, 3, 1, 'e')}}},
		{"base lies in front of the pack", []packed{blob, {typ: offDeltaType, base: []byte{0x7f}, data: deltaOf(4, 4, 0x90, 4)}}},
		{"base lies between objects", []packed{blob, {typ: offDeltaType, base: []byte{1}, data: deltaOf(4, 4, 0x90, 4)}}},
		{"delta of another base", []packed{blob, {typ: refDeltaType, base: name, data: deltaOf(5, 4, 0x90, 4)}}},
		{"delta copies too much", []packed{blob, {typ: refDeltaType, base: name, data: deltaOf(4, 5, 0x90, 5)}}},
		{"delta makes less than it says", []packed{blob, {typ: refDeltaType, base: name, data: deltaOf(4, 5, 0x90, 4)}}},
		{"delta has code left over", []packed{blob, {typ: refDeltaType, base: name, data: deltaOf(4, 4, 0x90, 4, 1, 'x')}}},
		{"delta has no sizes", []packed{blob, {typ: refDeltaType, base: name, data: []byte{0x80}}}},
		{"delta is empty", []packed{blob, {typ: refDeltaType, base: name, data: nil}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			content, _ := buildPack(tt.objects...)
			if got, err := unpack(t, content, gitsource.Limits{}); err == nil {
				t.Errorf("got %v, want an error", got)
			}
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
func TestUnpackRefusesBombs(t *testing.T) {
	t.Parallel()
	gigabyte := zeros(1024)
	base := packed{typ: blobType, data: make([]byte, 1<<20)}
	name := objectName("blob", base.data)
	double := func(size uint64) []byte { return deltaOf(size, 2*size, 0xff, 0, 0, 0, 0, 0, 0, 1) }
	tests := []struct {
		name    string
		objects []packed
		limit   string
	}{
		{"1 GiB of zeros", []packed{{typ: blobType, size: 1 << 30, stream: gigabyte}}, "object size"},
		{"10 GiB", []packed{{typ: blobType, size: 10 << 30, stream: gigabyte}}, "object size"},
		{"8 EiB", []packed{{typ: blobType, size: 1<<59 - 1, stream: gigabyte}}, "object size"},
		{"200 MiB of zeros", []packed{{typ: blobType, size: 200 << 20, stream: gigabyte}}, "compression ratio"},
		{"delta of 200 MiB of zeros", []packed{base, {typ: refDeltaType, base: name, size: 200 << 20, stream: gigabyte}}, "size of a delta"},
		{"delta of 60 MiB of zeros", []packed{base, {typ: refDeltaType, base: name, size: 60 << 20, stream: gigabyte}}, "compression ratio"},
		{"delta that makes 1 TiB", []packed{base, {typ: refDeltaType, base: name, data: double(1 << 39)}}, "size of an object in a delta"},
		{"delta that makes too much", []packed{base, {typ: refDeltaType, base: name, data: deltaOf(1<<20, 1<<63, 1)}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			content, _ := buildPack(tt.objects...)
			in := &tally{r: bytes.NewReader(content)}
			_, err := gitsource.Unpack(t.Context(), in, t.TempDir(), memory, gitsource.Limits{})
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
	if err == nil {
		t.Error("no error")
	}
}

func TestUnpackLimits(t *testing.T) {
	t.Parallel()
	content, _ := buildPack(
		packed{typ: blobType, data: []byte("abcd")}, packed{typ: blobType, data: []byte("efgh")},
		packed{typ: refDeltaType, base: objectName("blob", []byte("abcd")), data: deltaOf(4, 5, 0x90, 4, 1, 'e')},
	)
	for _, tt := range []struct {
		limit  string
		limits gitsource.Limits
		ok     gitsource.Limits
	}{
		{"number of objects in the pack", gitsource.Limits{Objects: 2}, gitsource.Limits{Objects: 3}},
		{"object size", gitsource.Limits{ObjectBytes: 5}, gitsource.Limits{ObjectBytes: 6}},
		{"size of all objects", gitsource.Limits{Bytes: 18}, gitsource.Limits{Bytes: 19}},
		{"number of objects in the pack", gitsource.Limits{Objects: 1}, gitsource.Limits{Objects: -1, ObjectBytes: -1, Bytes: -1, Ratio: -1}},
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
	blob := packed{typ: blobType, data: []byte("abcd")}
	name := objectName("blob", blob.data)
	grow := packed{typ: refDeltaType, base: name, data: deltaOf(4, 8, 0x90, 4, 0x90, 4)} // 6 bytes of code
	for _, tt := range []struct {
		limit   string
		most    int64
		objects []packed
	}{
		{"size of a delta", 5, []packed{blob, grow}},
		{"size of an object in a delta", 7, []packed{blob, grow}},
		{"size of an object in a delta", 7, []packed{blob, {typ: refDeltaType, base: name, data: deltaOf(8, 4, 0x90, 4)}}},
		{"size of deltas that wait for their base", 17, []packed{grow, grow, grow, blob}},
	} {
		content, _ := buildPack(tt.objects...)
		_, err := unpack(t, content, gitsource.Limits{DeltaBytes: tt.most})
		if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != tt.limit {
			t.Errorf("at most %d: got error %v, want one about the %s", tt.most, err, tt.limit)
		}
	}
	content, _ := buildPack(grow, grow, blob, grow, grow)
	if got, err := unpack(t, content, gitsource.Limits{DeltaBytes: 12}); err != nil || len(got) != 2 {
		t.Errorf("what fits: got %v, %v", got, err)
	}
}

func TestUnpackReportsTheScratchDirectory(t *testing.T) {
	t.Parallel()
	content, _ := smallPack()
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := gitsource.Unpack(t.Context(), bytes.NewReader(content), missing, 0, gitsource.Limits{})
	wantCode(t, err, pack.CodeIO)
}

// A pack that is here already is not read to its end when nobody waits for it.
func TestUnpackStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	repo, _ := history(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := gitsource.Unpack(ctx, bytes.NewReader(repo.Pack()), "", memory, gitsource.Limits{})
	wantCode(t, err, pack.CodeCancelled)
}

func FuzzPackScan(f *testing.F) {
	small, _ := smallPack()
	deltas, _ := buildPack(
		packed{typ: blobType, data: []byte("abcd")},
		packed{typ: refDeltaType, base: objectName("blob", []byte("abcd")), data: deltaOf(4, 5, 0x90, 4, 1, 'e')},
		packed{typ: offDeltaType, base: []byte{60}, data: deltaOf(4, 8, 0x90, 4, 0x90, 4)},
	)
	bomb, _ := buildPack(packed{typ: blobType, size: 200 << 20, stream: zeros(20)})
	for _, seed := range [][]byte{small, deltas, bomb} {
		f.Add(seed[:len(seed)-sha1.Size])
	}
	limits := gitsource.Limits{Objects: 100, ObjectBytes: 1 << 16, Bytes: 1 << 18}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha1.Sum(body) // else nothing but the last check would be tested
		got, err := gitsource.Unpack(t.Context(), io.MultiReader(bytes.NewReader(body), bytes.NewReader(sum[:])), "", memory, limits)
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

package pack_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strconv"
	"testing"

	"github.com/packtrain/pack"
)

// allCodes reads the codes from the source, so that none is left out.
func allCodes(t *testing.T) []pack.Code {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []pack.Code
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || fmt.Sprint(spec.Type) != "Code" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, pack.Code(text))
		return true
	})
	if len(codes) < 25 {
		t.Fatalf("only %d codes found", len(codes))
	}
	return codes
}

func TestEveryCodeHasASentinel(t *testing.T) {
	t.Parallel()
	for _, code := range allCodes(t) {
		sentinel := code.Sentinel()
		if sentinel == nil {
			t.Errorf("%s has no sentinel", code)
			continue
		}
		cause := errors.New("cause")
		err := fmt.Errorf("wrapped: %w", pack.Errorf(code, "do it: %w", cause))
		if !errors.Is(err, sentinel) || !errors.Is(err, cause) || pack.CodeOf(err) != code || err.Error() != "wrapped: do it: cause" {
			t.Errorf("%s: got %v with code %s", code, err, pack.CodeOf(err))
		}
	}
	if pack.Code("other").Sentinel() != nil {
		t.Error("a code of others has a sentinel")
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	busy := pack.Errorf(pack.CodeBusy, "locked")
	tests := []struct {
		name string
		err  error
		want pack.Code
	}{
		{"nil", nil, ""},
		{"foreign", errors.New("x"), ""},
		{"outermost", pack.Errorf(pack.CodeGit, "fetch: %w", busy), pack.CodeGit},
		{"joined", errors.Join(errors.New("x"), busy), pack.CodeBusy},
		{"batch", pack.NewBatchError([]pack.Failure{
			pack.NewFailure(0, "a", "", pack.StageLoad, busy), pack.NewFailure(1, "b", "", pack.StageLoad, context.Canceled),
		}), pack.CodeBusy},
		{"limit", &pack.LimitError{}, pack.CodeLimitExceeded},
		{"integrity", pack.Digest("").VerifyTree(""), pack.CodeChecksumMismatch},
		{"unavailable", &pack.UnavailableError{Err: context.DeadlineExceeded}, pack.CodeUnavailable},
		{"unauthorized", &pack.UnavailableError{Code: pack.CodeUnauthorized, Err: busy}, pack.CodeUnauthorized},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), pack.CodeCancelled},
		{"deadline", context.DeadlineExceeded, pack.CodeTimeout},
		{"I/O deadline", os.ErrDeadlineExceeded, pack.CodeTimeout},
		{"path", &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}, pack.CodeIO},
		{"link", &os.LinkError{Op: "rename", Old: "x", New: "y", Err: fs.ErrExist}, pack.CodeIO},
	}
	for _, tt := range tests {
		if got := pack.CodeOf(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTypedErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("no route")
	down := &pack.UnavailableError{Target: "https://x", Status: 503, Temporary: true, Err: cause}
	tests := []struct {
		err      error
		text     string
		sentinel error
	}{
		{&pack.LimitError{Limit: "size", Max: 1, Value: 2}, "size is 2, at most 1 allowed", pack.ErrLimit},
		{&pack.LimitError{Limit: "size", Max: 1, Value: 2, Path: "a\x1b"}, `"a\x1b": size is 2, at most 1 allowed`, pack.ErrLimit},
		{down, "https://x: no route", pack.ErrUnavailable},
		{down, "https://x: no route", cause},
		{failure(pack.StageDownload, cause), "a: download: no route", cause},
		{failure("", cause), "a: no route", cause},
	}
	for _, tt := range tests {
		if tt.err.Error() != tt.text || !errors.Is(tt.err, tt.sentinel) {
			t.Errorf("got %q, want %q that matches %v", tt.err, tt.text, tt.sentinel)
		}
	}
}

func failure(stage pack.Stage, err error) error {
	f := pack.NewFailure(0, "a", "", stage, err)
	return &f
}

func TestRetryable(t *testing.T) {
	t.Parallel()
	cause := errors.New("no route")
	for _, err := range []error{
		fmt.Errorf("x: %w", &pack.UnavailableError{Temporary: true, Err: cause}), pack.Errorf(pack.CodeBusy, "x"),
	} {
		if !pack.Retryable(err) {
			t.Errorf("%v is not", err)
		}
	}
	for _, err := range []error{&pack.UnavailableError{Err: cause}, cause, nil} {
		if pack.Retryable(err) {
			t.Errorf("%v is", err)
		}
	}
}

func TestBatchError(t *testing.T) {
	t.Parallel()
	if err := pack.NewBatchError(nil); err != nil {
		t.Errorf("got %v", err)
	}
	first := pack.NewFailure(0, "a", "a", "", pack.Errorf(pack.CodeBusy, "locked"))
	second := pack.NewFailure(2, "b", "", pack.StageLoad, fs.ErrNotExist)
	err := pack.NewBatchError([]pack.Failure{first, second})
	if !errors.Is(err, pack.ErrBusy) || !errors.Is(err, fs.ErrNotExist) || pack.CodeOf(err) != pack.CodeBusy || !pack.Retryable(err) {
		t.Errorf("%v does not match its items", err)
	}
	if want := "2 packs failed:\n- a: locked\n- b: load: file does not exist"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if got := pack.NewBatchError([]pack.Failure{first}).Error(); got != "a: locked" {
		t.Errorf("got %q", got)
	}
}

// TestFailureWithoutCause is about a failure whose cause stayed elsewhere.
func TestFailureWithoutCause(t *testing.T) {
	t.Parallel()
	f := &pack.Failure{Spec: "a", Code: pack.CodeTestsFailed, Message: "two of three"}
	if !errors.Is(f, pack.ErrTests) || pack.CodeOf(f) != pack.CodeTestsFailed || f.Error() != "a: two of three" {
		t.Errorf("got %v with code %s", f, pack.CodeOf(f))
	}
}

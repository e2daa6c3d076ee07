package sqlregistry

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

type coded int

func (c coded) Error() string { return "coded" }
func (c coded) Code() int     { return int(c) }

type stated string

func (s stated) Error() string    { return "stated" }
func (s stated) SQLState() string { return string(s) }

type safe bool

func (s safe) Error() string     { return "conn closed" }
func (s safe) SafeToRetry() bool { return bool(s) }

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		dialect Dialect
		err     error
		want    failure
	}{
		{SQLite(), coded(5), busy},      // SQLITE_BUSY
		{SQLite(), coded(517), busy},    // SQLITE_BUSY_SNAPSHOT
		{SQLite(), coded(6), busy},      // SQLITE_LOCKED
		{SQLite(), coded(11), corrupt},  // SQLITE_CORRUPT
		{SQLite(), coded(779), corrupt}, // SQLITE_CORRUPT_INDEX
		{SQLite(), coded(26), corrupt},  // SQLITE_NOTADB
		{SQLite(), coded(13), fatal},    // SQLITE_FULL
		{SQLite(), coded(19), fatal},
		{SQLite(), errors.New(""), fatal},
		{PostgreSQL(), stated("40001"), busy},
		{PostgreSQL(), stated("40P01"), busy},
		{PostgreSQL(), fmt.Errorf("wrapped: %w", stated("55P03")), busy},
		{PostgreSQL(), stated("53300"), busy},
		{PostgreSQL(), stated("57P01"), lost},
		{PostgreSQL(), stated("08006"), lost},
		{PostgreSQL(), stated("40003"), lost},
		{PostgreSQL(), stated("XX001"), corrupt},
		{PostgreSQL(), stated("23505"), fatal},
		{PostgreSQL(), stated("57014"), fatal},
		{PostgreSQL(), stated("42P05"), fatal},
		{PostgreSQL(), fmt.Errorf("receive: %w", io.ErrUnexpectedEOF), lost},
		{PostgreSQL(), &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, lost},
		{PostgreSQL(), &net.OpError{Op: "dial", Err: errors.New("connection refused")}, fatal},
		{PostgreSQL(), driver.ErrBadConn, lost},
		{PostgreSQL(), safe(true), lost},
		{PostgreSQL(), safe(false), lost},
		{PostgreSQL(), errors.New(""), fatal},
	} {
		if got := tt.dialect.classify(tt.err); got != tt.want {
			t.Errorf("%s: %#v: got %d, want %d", tt.dialect.name, tt.err, got, tt.want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"": "", "a": "a", "?": "$1", "a = ? AND b IN (?, ?)": "a = $1 AND b IN ($2, $3)",
		strings.Repeat("?", 11): "$1$2$3$4$5$6$7$8$9$10$11",
	} {
		if got := PostgreSQL().bind(query); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	r := &Records{dialect: PostgreSQL(), wait: 50 * time.Millisecond}
	for _, tt := range []struct {
		name  string
		errs  []error // the last one is repeated
		calls int     // 0: more than one
		ok    bool
	}{
		{"success", []error{nil}, 1, true},
		{"busy once", []error{stated("40001"), nil}, 2, true},
		{"busy", []error{stated("40P01")}, 0, false},
		{"unknown outcome", []error{&outcomeError{errors.New("x")}, nil}, 2, true},
		{"lost once", []error{io.EOF, nil}, 2, true},
		{"lost", []error{io.EOF}, 1 + maxLost, false},
		{"fatal", []error{stated("23505"), nil}, 1, false},
		{"fatal later", []error{stated("40001"), errors.New("x"), nil}, 2, false},
	} {
		calls := 0
		err := r.retry(t.Context(), func() error {
			calls++
			return tt.errs[min(calls, len(tt.errs))-1]
		})
		if (err == nil) != tt.ok || calls != tt.calls && (tt.calls != 0 || calls <= 1) {
			t.Errorf("%s: got %v after %d calls", tt.name, err, calls)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := r.retry(ctx, func() error { cancel(); return stated("40001") })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestScriptsAreInOrderAndComplete(t *testing.T) {
	t.Parallel()
	var number int
	for _, dialect := range []Dialect{SQLite(), PostgreSQL()} {
		scripts, err := dialect.scripts()
		if err != nil || len(scripts) == 0 || number != 0 && len(scripts) != number {
			t.Fatalf("%s: got %d scripts, %v", dialect.name, len(scripts), err)
		}
		number = len(scripts)
		for i, s := range scripts {
			if s == "" || s[len(s)-2:] != ";\n" {
				t.Errorf("%s: script %d does not end with a statement", dialect.name, i)
			}
		}
	}
}

package sqlregistry

import (
	"database/sql/driver"
	"errors"
	"testing"
	"time"

	"github.com/packtrain/pack"
)

func TestColumnsRoundTrip(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("east", 3600)
	in, want := time.Date(2024, 2, 3, 4, 5, 6, 7008, zone), "2024-02-03T03:05:06.000007Z"
	got, err := asTime(&in).Value()
	if err != nil || got != driver.Value(want) {
		t.Fatalf("got %v, %v, want %s", got, err, want)
	}
	var out time.Time
	if err := asTime(&out).Scan([]byte(want)); err != nil || !out.Equal(in.Truncate(time.Microsecond)) {
		t.Errorf("got %v, %v", out, err)
	}
	version := pack.Version{}
	if err := asText(&version).Scan("1.2.3"); err != nil || version.String() != "1.2.3" {
		t.Errorf("got %v, %v", version, err)
	}
}

func TestColumnsRefuseOtherThanText(t *testing.T) {
	t.Parallel()
	var m map[string]any
	for _, src := range []any{int64(1), 2.5, "{", []byte("")} {
		if err := asJSON(&m).Scan(src); !errors.Is(err, pack.ErrStore) {
			t.Errorf("Scan(%#v): got %v", src, err)
		}
	}
	if err := asJSON(&m).Scan(nil); err != nil || m != nil {
		t.Errorf("Scan(nil): got %v, %v", m, err)
	}
}

type coded int

func (c coded) Error() string { return "coded" }
func (c coded) Code() int     { return int(c) }

func TestSQLiteBusy(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		coded(5):       true, // SQLITE_BUSY
		coded(517):     true, // SQLITE_BUSY_SNAPSHOT
		coded(6):       true, // SQLITE_LOCKED
		coded(19):      false,
		errors.New(""): false,
	} {
		if got := sqliteBusy(err); got != want {
			t.Errorf("%v: got %v", err, got)
		}
	}
}

func TestScriptsAreInOrderAndComplete(t *testing.T) {
	t.Parallel()
	scripts, err := SQLite().scripts()
	if err != nil || len(scripts) == 0 {
		t.Fatalf("got %d scripts, %v", len(scripts), err)
	}
	for i, s := range scripts {
		if s == "" || s[len(s)-2:] != ";\n" {
			t.Errorf("script %d does not end with a statement", i)
		}
	}
}

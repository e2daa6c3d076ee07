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

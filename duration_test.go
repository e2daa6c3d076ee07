package pack_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
)

func TestDurationsAreMillisecondsInJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		d    time.Duration
		json string
		back time.Duration
	}{
		{"none", 0, "0", 0},
		{"a minute", time.Minute, "60000", time.Minute},
		{"rounded up", 1500 * time.Microsecond, "2", 2 * time.Millisecond},
		{"not nothing", time.Nanosecond, "1", time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, err := json.Marshal(pack.Duration(tt.d))
			if err != nil || string(text) != tt.json {
				t.Errorf("got %s, %v; want %s", text, err, tt.json)
			}
			var back pack.Duration
			if err := json.Unmarshal(text, &back); err != nil || time.Duration(back) != tt.back {
				t.Errorf("read back %v, %v; want %v", back, err, tt.back)
			}
		})
	}
}

func TestDurationRefusesWhatItCannotHold(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`1.5`, `"1s"`, `9223372036854775807`, `-9223372036854775807`} {
		var d pack.Duration
		if err := json.Unmarshal([]byte(text), &d); err == nil {
			t.Errorf("%s became %v", text, d)
		}
	}
}

func TestTimeoutsOfPacksAreMillisecondsInJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal([]any{pack.Action{Timeout: pack.Duration(time.Second)}, pack.TestRunner{Timeout: pack.Duration(time.Second)}, pack.TestCase{Timeout: pack.Duration(time.Second)}})
	if err != nil || strings.Count(string(text), `"timeout_ms":1000`) != 3 {
		t.Errorf("got %s, %v", text, err)
	}
}

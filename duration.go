package pack

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Duration is a [time.Duration] that is a whole number of milliseconds in
// JSON, as all durations of our reports are. Parts of a millisecond are lost
// there, but what is longer than nothing never becomes nothing.
type Duration time.Duration

// MarshalJSON writes the milliseconds, rounded up.
func (d Duration) MarshalJSON() ([]byte, error) {
	ms := time.Duration(d) / time.Millisecond
	if time.Duration(d)%time.Millisecond > 0 {
		ms++
	}
	return json.Marshal(int64(ms))
}

// UnmarshalJSON reads milliseconds. A number that is not whole, or longer than a
// [time.Duration] can be, is an error.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var ms int64
	if err := json.Unmarshal(data, &ms); err != nil {
		return fmt.Errorf("read milliseconds: %w", err)
	}
	v := time.Duration(ms) * time.Millisecond
	if v/time.Millisecond != time.Duration(ms) {
		return Errorf(CodeMalformedContent, "read milliseconds: %d are too many", ms)
	}
	*d = Duration(v)
	return nil
}

// String is that of [time.Duration], such as "1m30s".
func (d Duration) String() string { return time.Duration(d).String() }

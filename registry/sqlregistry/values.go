package sqlregistry

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"fmt"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/exactjson"
)

// Values are stored as text in every database, independent of the time zones and
// number formats of drivers.

// timeFormat sorts in the order of the times.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// A column is a value to write to the database or to read from it.
type column struct {
	encode func() (string, error)
	decode func(text string) error
}

// Value implements [driver.Valuer].
func (c column) Value() (driver.Value, error) { return c.encode() }

// Scan implements [sql.Scanner]. NULL leaves the value unchanged.
func (c column) Scan(src any) error {
	var text string
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		text = src
	case []byte:
		text = string(src)
	default:
		return pack.Errorf(pack.CodeStoreCorrupt, "record contains a %T, want text", src)
	}
	if err := c.decode(text); err != nil {
		return pack.Errorf(pack.CodeStoreCorrupt, "decode record: %w", err)
	}
	return nil
}

var (
	_ sql.Scanner   = column{}
	_ driver.Valuer = column{}
)

// asJSON stores the value that v points to as JSON.
func asJSON(v any) column {
	return column{
		encode: func() (string, error) {
			data, err := json.Marshal(v)
			if err != nil {
				return "", pack.Errorf(pack.CodeInvalidRequest, "encode record: %w", err)
			}
			return string(data), nil
		},
		decode: func(text string) error { return exactjson.Unmarshal([]byte(text), v) },
	}
}

type textValue interface {
	fmt.Stringer
	encoding.TextUnmarshaler
}

// asText stores v as its text.
func asText(v textValue) column {
	return column{
		encode: func() (string, error) { return v.String(), nil },
		decode: func(text string) error { return v.UnmarshalText([]byte(text)) },
	}
}

// asNumber returns the number by which b is stored: not all databases convert it.
func asNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}

// asTime stores t in UTC with microseconds.
func asTime(t *time.Time) column {
	return column{
		encode: func() (string, error) { return t.UTC().Format(timeFormat), nil },
		decode: func(text string) (err error) {
			*t, err = time.Parse(timeFormat, text)
			return err
		},
	}
}

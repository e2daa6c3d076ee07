package wire

import (
	"time"

	"github.com/packtrain/pack"
)

// each converts the elements of a list; the result is never nil.
func each[A, B any](list []A, convert func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, v := range list {
		out = append(out, convert(v))
	}
	return out
}

func same[T any](v T) T { return v }

// paths returns those of a request, named or of contents.
func paths(named []string, contents []*pack.Content) []string {
	return each(pack.Contents(named, contents), func(c *pack.Content) string { return c.Dir })
}

// optional returns nil for "", which leaves the choice to the server.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// value returns what p points to, absent for nil.
func value[T any](p *T, absent T) T {
	if p == nil {
		return absent
	}
	return *p
}

// inSeconds returns nil for 0.
func inSeconds(d time.Duration) *int {
	if d == 0 {
		return nil
	}
	n := int(d.Round(time.Second) / time.Second)
	return &n
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// duration returns a number of seconds as a duration, 0 for nil.
func duration(n *int) time.Duration { return time.Duration(value(n, 0)) * time.Second }

package registrysource

import "github.com/packtrain/pack"

// A NoIndexError says that a pack was asked for by name and no index is configured. It
// matches [pack.ErrNotFound].
type NoIndexError struct{}

// Error says what a name needs.
func (*NoIndexError) Error() string {
	return "no registry index is configured: configure or name one, or write a URL or a ./path"
}

// Unwrap returns [pack.ErrNotFound].
func (*NoIndexError) Unwrap() error { return pack.ErrNotFound }

// ErrorCode implements [pack.Coder].
func (*NoIndexError) ErrorCode() pack.Code { return pack.CodeNotFound }

package hostflags

import "time"

// An optionalDuration is a flag whose absence differs from 0.
type optionalDuration struct{ value **time.Duration }

// Set implements [pflag.Value].
func (o optionalDuration) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err == nil {
		*o.value = &d
	}
	return err
}

// Type implements [pflag.Value].
func (o optionalDuration) Type() string { return "duration" }

// String implements [pflag.Value].
func (o optionalDuration) String() string {
	if *o.value == nil {
		return ""
	}
	return (*o.value).String()
}

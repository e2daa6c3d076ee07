package pack

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"

	"github.com/packtrain/pack/internal/text/exactjson"
	"github.com/packtrain/pack/internal/text/schema"
	"github.com/packtrain/pack/internal/text/secret"
)

// A Config is the configuration of a pack: values by name, some of them secret. Its text,
// its JSON, and what package log/slog writes contain [Config.Values], in which a
// placeholder stands for each secret value. Only [Config.Reveal] returns those. The zero
// value has no values. A Config does not change, and is safe for concurrent use.
type Config struct {
	// Package fmt calls no method for an unexported field of a struct, but prints an
	// address in place of a pointer to a pointer.
	data **configData
}

type configData struct {
	values map[string]any // of JSON, with json.Number
	secret []string       // sorted pointers of values that are there
}

// maxConfigSize limits a configuration, as JSON, so that a variable of the environment can
// contain any of its values.
const maxConfigSize = 64 << 10

// NewConfig returns a configuration with the given values, of which those at the JSON
// pointers in secrets are secret. Pointers of values that are not there are ignored.
// Values that JSON does not have, and more than 64 KiB of JSON, are an error that
// matches [ErrInvalid] or [ErrLimit].
func NewConfig(values map[string]any, secrets []string) (Config, error) {
	exact, err := jsonValues(values)
	if err != nil {
		return Config{}, err
	}
	return newConfig(exact, secrets), nil
}

// jsonValues returns a copy of values as JSON has them.
func jsonValues(values map[string]any) (map[string]any, error) {
	exact := map[string]any{}
	if len(values) == 0 {
		return exact, nil
	}
	data, err := json.Marshal(values)
	if err != nil {
		return nil, Errorf(CodeInvalidRequest, "encode configuration: %w", err)
	}
	if len(data) > maxConfigSize {
		return nil, &LimitError{Limit: "size of the configuration", Max: maxConfigSize, Value: int64(len(data))}
	}
	if err := exactjson.Unmarshal(data, &exact); err != nil {
		return nil, Errorf(CodeInvalidRequest, "encode configuration: %w", err)
	}
	return exact, nil
}

// newConfig returns a configuration with values of JSON, which it keeps.
func newConfig(values map[string]any, secrets []string) Config {
	data := &configData{values, secret.Pointers(values, secrets)}
	return Config{&data}
}

// raw returns the values themselves.
func (c Config) raw() map[string]any {
	if c.data == nil {
		return map[string]any{}
	}
	return (*c.data).values
}

// Secret returns the JSON pointers of the secret values, sorted.
func (c Config) Secret() []string {
	if c.data == nil {
		return nil
	}
	return slices.Clone((*c.data).secret)
}

// Values returns a copy of the values, with the placeholder "********" for each secret
// one. Numbers have the type [encoding/json.Number].
func (c Config) Values() map[string]any {
	values, _ := secret.Masked(c.raw(), c.Secret(), "").(map[string]any)
	return values
}

// Reveal returns a copy of the values, the secret ones included, for what stores a
// configuration or runs actions.
func (c Config) Reveal() map[string]any {
	values, _ := secret.Masked(c.raw(), nil, "").(map[string]any)
	return values
}

// Mark returns c with those values secret, too, that confSchema marks: a conf_schema, as
// in a [Manifest]. `secret: true`, `writeOnly: true` and `format: password` are marks, at
// any depth.
func (c Config) Mark(confSchema map[string]any) Config {
	return newConfig(c.raw(), append(c.Secret(), schema.Secrets(confSchema, c.raw())...))
}

// Replace returns the configuration that replaces c: the given values, in which the
// placeholder of [Config.Values] stands for the secret value of c at the same place. In a
// list it does so only if the list is that of Values; any other placeholder is an error
// that matches [ErrInvalid]; the values that [NewConfig] refuses are errors, too.
//
// A value stays secret until another one replaces it, whatever a conf_schema says by
// then. A text that is secret in c stays secret at every other place, too, because a
// setting may be renamed, and the items of a list may move.
func (c Config) Replace(values map[string]any) (Config, error) {
	next, err := jsonValues(values)
	if err != nil {
		return Config{}, err
	}
	next, secrets, err := secret.Replace(c.raw(), c.Secret(), next)
	if err != nil {
		return Config{}, Errorf(CodeInvalidRequest, "configuration: %w", err)
	}
	return newConfig(next, secrets), nil
}

// Equal reports whether c and other have the same values, of which the same are secret.
func (c Config) Equal(other Config) bool {
	return reflect.DeepEqual(c.raw(), other.raw()) && slices.Equal(c.Secret(), other.Secret())
}

// String returns [Config.Values] as JSON.
func (c Config) String() string {
	data, err := c.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// Format implements [fmt.Formatter] for every verb by [Config.String].
func (c Config) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue implements [slog.LogValuer] by [Config.String].
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes [Config.Values].
func (c Config) MarshalJSON() ([]byte, error) { return json.Marshal(c.Values()) }

// A SchemaCompiler implements JSON Schema, which this module knows only in part, for
// configurations and parameters of actions. A host sets it in [LoadOptions]. It is safe for concurrent use.
type SchemaCompiler interface {
	// CompileSchema compiles a JSON Schema document, and says why it cannot. It
	// must not read other documents, whatever the schema refers to. check returns the
	// problems of a value by the JSON pointers of the values that have them; it is nil
	// for a value that the schema admits. Numbers are [encoding/json.Number].
	CompileSchema(document map[string]any) (check func(value any) (problems map[string]string), err error)
}

// Configure returns the configuration with which the pack works: the values of c, and the
// defaults of m for those that are absent, which `config` and conf_schema contain. What
// conf_schema marks is secret, too.
func (m *Manifest) Configure(c Config) Config {
	values := maps.Clone(c.raw())
	defaults, err := jsonValues(m.Config)
	if err != nil { // too large: the pack works without them
		defaults = map[string]any{}
	}
	for name, v := range defaults {
		if own, ok := values[name]; !ok {
			values[name] = v
		} else if object, ok := own.(map[string]any); ok {
			values[name] = schema.Merge(v, object)
		}
	}
	if standard, err := exactSchema(m.ConfSchema); err == nil {
		values = schema.Fill(standard, values)
	}
	return newConfig(values, c.Secret()).Mark(m.ConfSchema)
}

// CheckConfig returns what keeps c, with the defaults of m, from being a configuration
// that conf_schema describes, one line for each value; nil if nothing does. compiler may
// be nil: then types, enums, required values and unknown ones are checked. Without a
// conf_schema every configuration fits. No line contains a secret value.
func (m *Manifest) CheckConfig(c Config, compiler SchemaCompiler) []string {
	if len(m.ConfSchema) == 0 {
		return nil
	}
	standard, err := exactSchema(m.ConfSchema)
	if err != nil {
		return []string{"conf_schema cannot be used: " + err.Error()}
	}
	full := m.Configure(c)
	problems, err := full.misfits(standard, schema.Present(m.ConfSchema, full.raw()), compiler)
	if err != nil {
		return []string{"conf_schema " + err.Error()}
	}
	var lines []string
	for _, at := range slices.Sorted(maps.Keys(problems)) {
		if at == "" {
			lines = append(lines, "the configuration "+problems[at])
			continue
		}
		lines = append(lines, fmt.Sprintf("%q %s", secret.Dotted(at), problems[at]))
	}
	return lines
}

// misfits returns what keeps values from being ones that a JSON Schema describes, by JSON
// pointers. compiler may be nil. c says which of the values are secret: no message
// contains one of those. The error says why the schema cannot be used.
func (c Config) misfits(standard, values map[string]any, compiler SchemaCompiler) (map[string]string, error) {
	problems := schema.Fit(standard, values)
	if compiler == nil {
		return problems, nil
	}
	if schema.Excessive(standard, values) {
		return nil, errors.New("is too complex to be checked")
	}
	check, err := compiler.CompileSchema(standard)
	if err != nil {
		return nil, fmt.Errorf("cannot be used: %w", err)
	}
	for at, message := range check(values) {
		if problems[at] == "" {
			problems[at] = c.discreet(at, message)
		}
	}
	return problems, nil
}

// discreet returns a message of a compiler about the value at a pointer, unless it could
// contain a secret value.
func (c Config) discreet(at, message string) string {
	if slices.ContainsFunc(c.Secret(), func(hidden string) bool { return schema.Within(at, hidden) }) {
		return "does not fit its description"
	}
	return message
}

// exactSchema returns a description of values as JSON Schema, with values of JSON.
func exactSchema(description map[string]any) (map[string]any, error) {
	return exactObject(schema.Standard(description))
}

// exactObject returns a copy of an object as JSON has it.
func exactObject(object map[string]any) (map[string]any, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	exact := map[string]any{}
	return exact, exactjson.Unmarshal(data, &exact)
}

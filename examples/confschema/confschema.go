// Package confschema gives a host JSON Schema, for the configurations of packs and the
// parameters of actions.
package confschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/packtrain/pack"
)

// A Compiler compiles schemas of every draft from 4 on, 2020-12 unless they name another
// one. It reads no other documents. Regular expressions are those of package regexp,
// which take linear time. Values have the `format` that a schema names, if it is one of
// JSON Schema. Its messages contain no values. The zero value is ready for
// use.
type Compiler struct{}

var _ pack.SchemaCompiler = Compiler{}

// location is the name of a schema. References to other documents are resolved by it.
const location = "https://packtrain.invalid/schema"

// CompileSchema implements [pack.SchemaCompiler].
func (Compiler) CompileSchema(document map[string]any) (check func(value any) map[string]string, err error) {
	data, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noDocuments{})
	if err := c.AddResource(location, doc); err != nil {
		return nil, plain(err)
	}
	schema, err := c.Compile(location)
	if err != nil {
		return nil, plain(err)
	}
	return func(value any) map[string]string { return problems(schema.Validate(value)) }, nil
}

// noDocuments loads none of the documents that a schema refers to.
type noDocuments struct{}

// Load implements [jsonschema.URLLoader].
func (noDocuments) Load(url string) (any, error) {
	return nil, fmt.Errorf("it refers to the document %.100q, which is never read", url)
}

// plain returns the error of a schema in one line.
func plain(err error) error {
	text := strings.ReplaceAll(err.Error(), location, "schema")
	return errors.New(strings.Join(strings.Fields(text), " "))
}

// problems returns the messages of a failed validation by JSON pointers.
func problems(err error) map[string]string {
	if err == nil {
		return nil
	}
	found := map[string]string{}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		found[""] = "cannot be checked"
		return found
	}
	collect(invalid, found)
	return found
}

func collect(e *jsonschema.ValidationError, found map[string]string) {
	at := pointer(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		each(found, at, k.Missing, "is missing")
		return
	case *kind.AdditionalProperties:
		each(found, at, k.Properties, "is not known")
		return
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains, *kind.PropertyNames:
	default:
		if len(e.Causes) > 0 {
			for _, cause := range e.Causes {
				collect(cause, found)
			}
			return
		}
	}
	if found[at] == "" {
		found[at] = message(e.ErrorKind)
	}
}

func each(found map[string]string, at string, names []string, message string) {
	for _, name := range names {
		if below := at + pointer([]string{name}); found[below] == "" {
			found[below] = message
		}
	}
}

func pointer(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return b.String()
}

// message says what is wrong, without the value.
func message(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return "is of type " + k.Got + "; want " + strings.Join(k.Want, " or ")
	case *kind.MinLength:
		return fmt.Sprintf("is too short; want at least %d characters", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("is too long; want at most %d characters", k.Want)
	case *kind.Minimum:
		return "is too small; want at least " + k.Want.RatString()
	case *kind.Maximum:
		return "is too large; want at most " + k.Want.RatString()
	case *kind.ExclusiveMinimum:
		return "is too small; want more than " + k.Want.RatString()
	case *kind.ExclusiveMaximum:
		return "is too large; want less than " + k.Want.RatString()
	case *kind.MultipleOf:
		return "is not a multiple of " + k.Want.RatString()
	case *kind.MinItems:
		return fmt.Sprintf("has too few items; want at least %d", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("has too many items; want at most %d", k.Want)
	case *kind.Format:
		return fmt.Sprintf("does not have the format %.100q", k.Want)
	case *kind.Pattern:
		return fmt.Sprintf("does not match the pattern %.100q", k.Want)
	}
	path := k.KeywordPath()
	if len(path) == 0 {
		return "does not fit its description"
	}
	return fmt.Sprintf("does not fit the %q of its description", path[0])
}

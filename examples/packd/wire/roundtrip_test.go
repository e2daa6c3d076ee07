package wire_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// TestBodiesRoundTrip writes a value, reads it, and wants the
// same text when it is written again: with everything set, with lists and maps
// that are empty, and with all null.
func TestBodiesRoundTrip(t *testing.T) {
	t.Parallel()
	for _, body := range []reflect.Type{
		reflect.TypeFor[wire.Envelope[wire.DownloadReport]](),
		reflect.TypeFor[wire.Envelope[wire.DependenciesReport]](),
		reflect.TypeFor[wire.Envelope[wire.BuildReport]](),
		reflect.TypeFor[wire.Envelope[wire.RegisterReport]](),
		reflect.TypeFor[wire.Envelope[wire.InstallReport]](),
		reflect.TypeFor[wire.Envelope[wire.PackDetails]](),
		reflect.TypeFor[wire.Envelope[wire.Configuration]](),
		reflect.TypeFor[wire.Envelope[registry.Record]](),
		reflect.TypeFor[wire.Envelope[[]wire.ActivePack]](),
		reflect.TypeFor[wire.Envelope[[]registry.Generation]](),
		reflect.TypeFor[wire.Envelope[wire.Operation]](),
		reflect.TypeFor[wire.Event](),
		reflect.TypeFor[wire.ErrorBody](),
	} {
		for name, how := range map[string]filling{"full": full, "empty": empty, "null": null} {
			t.Run(body.String()+"/"+name, func(t *testing.T) {
				t.Parallel()
				v, back := reflect.New(body), reflect.New(body)
				fill(t, v.Elem(), how, 0)
				want := encode(t, v.Interface())
				if err := json.Unmarshal(want, back.Interface()); err != nil {
					t.Fatalf("%v\n%s", err, want)
				}
				if got := encode(t, back.Interface()); !bytes.Equal(want, got) {
					t.Errorf("wrote\n%s\nand after reading it\n%s", want, got)
				}
			})
		}
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// filling says what a value is filled with.
type filling int

const (
	null  filling = iota // zero values
	empty                // lists and maps without elements
	full                 // one element in each, and something in each field
)

// texts are what types with a text form of their own get.
func texts() map[reflect.Type]string {
	return map[reflect.Type]string{
		reflect.TypeFor[pack.Version]():    "1.10.0-rc.1+b",
		reflect.TypeFor[pack.Constraint](): "^1.2 || >=3.0.0",
		reflect.TypeFor[time.Time]():       "2026-01-02T03:04:05.123456Z",
	}
}

// fill sets what v holds, as deep as it goes.
func fill(t *testing.T, v reflect.Value, how filling, depth int) {
	t.Helper()
	if depth > 12 || how == null {
		return
	}
	if text, ok := texts()[v.Type()]; ok && how == full {
		u, _ := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
		if err := u.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return
	}
	if raw, ok := v.Addr().Interface().(*json.RawMessage); ok {
		*raw = json.RawMessage(`{"a":[1,null]}`)
		return
	}
	switch v.Kind() { //nolint:exhaustive // what reports are made of
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Tag.Get("json") != "-" {
				fill(t, v.Field(i), how, depth+1)
			}
			if strings.HasSuffix(v.Type().Field(i).Name, "DurationMS") && how == full {
				v.Field(i).SetInt(1<<43 - 1) // about the longest [time.Duration]
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), how, depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), int(how)-1, 1))
		if how == full {
			fill(t, v.Index(0), how, depth+1)
		}
	case reflect.Map:
		fillMap(t, v, how, depth)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"s": "<&>\u2028", "n": 1.5, "l": []any{true, nil, []any{}}}))
	default:
		fillPlain(v, how)
	}
}

func fillMap(t *testing.T, v reflect.Value, how filling, depth int) {
	t.Helper()
	v.Set(reflect.MakeMap(v.Type()))
	if how == full {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, how, depth+1)
		fill(t, value, how, depth+1)
		v.SetMapIndex(key, value)
	}
}

func fillPlain(v reflect.Value, how filling) {
	switch {
	case how != full:
	case v.Type() == reflect.TypeFor[pack.Severity]():
		v.SetString(string(pack.SeverityError)) // as of all findings of a failure
	case v.Kind() == reflect.String:
		v.SetString("text <\u00e9\n\"> " + v.Type().Name())
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(1 << 52)
	case v.CanUint():
		v.SetUint(1 << 52)
	case v.CanFloat():
		v.SetFloat(0.125)
	}
}

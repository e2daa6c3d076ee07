// Package wirecheck holds checks by reflection for tests of reports.
package wirecheck

import (
	"fmt"
	"reflect"
	"strings"
)

// Nulls returns where report, a struct or a pointer to one, would be marshalled
// with a list or map that is null, and where it does not get that far to see:
// a list of structs that is empty shows nothing of its elements. Fields that
// are not marshalled do not count.
func Nulls(report any) (nulls, unseen []string) {
	w := walker{}
	w.walk("report", reflect.ValueOf(report))
	return w.nulls, w.unseen
}

type walker struct{ nulls, unseen []string }

func (w *walker) walk(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() && v.Type().Elem().Kind() == reflect.Struct {
			w.unseen = append(w.unseen, path)
		} else if !v.IsNil() {
			w.walk(path, v.Elem())
		}
	case reflect.Slice, reflect.Map:
		w.list(path, v)
	case reflect.Struct:
		w.fields(path, v)
	}
}

func (w *walker) list(path string, v reflect.Value) {
	if v.IsNil() {
		w.nulls = append(w.nulls, path)
	}
	if v.Len() == 0 && holdsStructs(v.Type().Elem()) {
		w.unseen = append(w.unseen, path)
	}
	if v.Kind() == reflect.Map {
		for _, key := range v.MapKeys() {
			w.walk(fmt.Sprintf("%s[%v]", path, key), v.MapIndex(key))
		}
		return
	}
	for i := range v.Len() {
		w.walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
	}
}

func holdsStructs(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}

func (w *walker) fields(path string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "-" {
			w.walk(path+"."+f.Name, v.Field(i))
		}
	}
}

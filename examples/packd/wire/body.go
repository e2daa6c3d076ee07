package wire

import (
	"mime"
	"net/http"
	"reflect"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/dotenv"
)

// MaxBody is the largest body of a request in bytes.
const MaxBody = 1 << 20

// BodyType returns the type that a Content-Type header names: TypeJSON, or, where
// it is admitted, TypeDotenv. Any other one is a [*Problem].
func BodyType(header string, admitsDotenv bool) (string, error) {
	kind, params, err := mime.ParseMediaType(header)
	known := kind == TypeJSON || kind == TypeDotenv && admitsDotenv
	if charset := params["charset"]; err == nil && known && (charset == "" || charset == "utf-8" || charset == "UTF-8") {
		return kind, nil
	}
	want := TypeJSON
	if admitsDotenv {
		want += " or " + TypeDotenv
	}
	return "", NewProblem(http.StatusUnsupportedMediaType, pack.CodeInvalidRequest, "the body has to be of type "+want)
}

// DecodeBody turns a body of the given type into JSON with the fields of v, which
// every reader reads in the same way. A body that cannot be read, or JSON with another
// field, is a [*Problem]. Other names of a dotenv body, whose sender passes on the
// parameters of an action, are returned instead.
func DecodeBody(data []byte, kind string, v any) (body []byte, ignored []string, err error) {
	if kind == TypeDotenv {
		if data, err = dotenv.JSON(data, v); err != nil {
			return nil, nil, malformed("dotenv", err)
		}
	}
	if err = CheckJSON(data); err != nil {
		return nil, nil, malformed("JSON", err)
	}
	data, others, err := keepFields(data, v)
	switch {
	case err != nil:
		return nil, nil, err
	case len(others) > 0 && kind != TypeDotenv:
		return nil, nil, UnknownField("field", others[0], fieldNames(reflect.TypeOf(v)))
	}
	return data, others, checkNumbers(data)
}

func malformed(format string, err error) *Problem {
	return NewProblem(http.StatusBadRequest, pack.CodeMalformedContent, "the body is not proper "+format+": "+err.Error())
}

package dotenv

import (
	"strings"

	"github.com/packtrain/pack"
)

// A Variable is a name and its value.
type Variable struct{ Name, Value string }

// Encode writes variables in their order. A name that is not one, and a value
// with a NUL byte, are errors with [pack.CodeInvalidRequest]; limits are the
// reader's.
func Encode(vars []Variable) ([]byte, error) {
	var b strings.Builder
	for _, v := range vars {
		if !isName(v.Name) {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "encode variable %.64q: a name has letters, digits, '_', '-' and '.'", v.Name)
		}
		if strings.IndexByte(v.Value, 0) >= 0 {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "encode variable %s: the value has a NUL byte", v.Name)
		}
		b.WriteString(v.Name + "='" + strings.ReplaceAll(v.Value, "'", `'\''`) + "'\n")
	}
	return []byte(b.String()), nil
}

func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

package hostflags

import (
	"errors"
	"io"
	"os"
	"runtime"

	"github.com/packtrain/pack"
)

// maxSecretFile bounds a file of secrets, in bytes.
const maxSecretFile = 1 << 20

// ReadSecretFile reads a file of secrets, which what describes: at most 1 MiB. A file that
// users other than its owner may access is refused, where modes say so.
func ReadSecretFile(what, path string) (data []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%s %q: not a regular file", what, path)
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%s %q: the file is accessible to other users: run chmod 600", what, path)
	case info.Size() > maxSecretFile:
		return nil, &pack.LimitError{Limit: "size of the file with " + what, Max: maxSecretFile, Value: info.Size()}
	}
	return io.ReadAll(io.LimitReader(f, maxSecretFile))
}

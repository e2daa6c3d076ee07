//go:build unix && !aix

package roots

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// List opens the directory of dir for [os.File.ReadDir], at no call to the system
// for each entry. So the entries have names and types; their Info would go by
// path, and is not to be used.
func List(dir *os.Root) (*os.File, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	// Of the same directory, but os takes no Info for what is listed here.
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), dir.Name()), nil
}

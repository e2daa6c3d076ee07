//go:build unix

package registry

import (
	"io/fs"
	"os"
	"syscall"

	"github.com/packtrain/pack"
)

// owners are the users who own what may be linked.
type owners map[uint32]bool

// ownersLike returns the user of this process, the superuser, and the owner of the
// directory root, who may replace every installed pack.
func ownersLike(root string) (owners, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "find root: %w", err)
	}
	o := owners{0: true, uint32(os.Geteuid()): true}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		o[stat.Uid] = true
	}
	return o, nil
}

func (o owners) has(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && o[stat.Uid]
}

func worldWritable(info fs.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }

//go:build unix

package pgtest

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// account returns the user that servers run as, because they refuse to run as root:
// the current one or, for root, "postgres", if there is such a user.
func account() (uid, gid int) {
	const unprivileged = 65534
	if os.Geteuid() != 0 {
		return os.Geteuid(), os.Getegid()
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return unprivileged, unprivileged
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return unprivileged, unprivileged
	}
	return uid, gid
}

func unprivileged() *syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid := account()
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// give makes the user of the servers the owner of path.
func give(path string) error {
	uid, gid := account()
	return os.Chown(path, uid, gid)
}

// quit ends a server at once.
func quit(p *os.Process) { _ = p.Signal(syscall.SIGQUIT) }

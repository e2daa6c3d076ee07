package main

import (
	"math"
	"syscall"
)

// volumeOf returns what is known of the file system that has a directory.
func volumeOf(dir string) volume {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return volume{free: -1}
	}
	const readOnly, noExecute = 1, 8
	size := int64(s.Bsize) //nolint:unconvert // smaller on other processors
	free := int64(min(s.Bavail, math.MaxInt64/uint64(max(size, 1)))) * size
	return volume{volumeKind(int64(s.Type) & math.MaxUint32), free, //nolint:unconvert // as above
		s.Flags&readOnly != 0, s.Flags&noExecute != 0}
}

// volumeKind names the kinds of file systems that matter here.
func volumeKind(magic int64) string {
	switch magic {
	case 0x01021994:
		return "tmpfs"
	case 0x6969:
		return "nfs"
	case 0xff534d42:
		return "cifs"
	case 0xfe534d42:
		return "smb2"
	case 0x65735546:
		return "fuse"
	case 0x01021997:
		return "9p"
	case 0xef53:
		return "ext4"
	case 0x58465342:
		return "xfs"
	case 0x9123683e:
		return "btrfs"
	case 0x794c7630:
		return "overlay"
	}
	return "a file system"
}

func readOnly(path string) bool {
	const write = 2
	return syscall.Access(path, write) != nil
}

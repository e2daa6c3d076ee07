package fsx

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// maxShare is the most that all file systems share in one call.
const maxShare = 16 << 20

var errDiffers = errors.New("the files differ")

// share asks the kernel, which compares the content and shares it in one step.
func share(from, to *os.File, size int64) error {
	for offset := int64(0); offset < size; {
		request := unix.FileDedupeRange{
			Src_offset: uint64(offset), Src_length: uint64(min(size-offset, maxShare)),
			Info: []unix.FileDedupeRangeInfo{{Dest_fd: int64(to.Fd()), Dest_offset: uint64(offset)}},
		}
		err := unix.IoctlFileDedupeRange(int(from.Fd()), &request)
		if status := request.Info[0].Status; err == nil && status < 0 {
			err = unix.Errno(-status)
		}
		switch {
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EINVAL), errors.Is(err, unix.EXDEV):
			return errors.ErrUnsupported
		case err != nil:
			return err
		case request.Info[0].Status == unix.FILE_DEDUPE_RANGE_DIFFERS || request.Info[0].Bytes_deduped == 0:
			return errDiffers
		}
		offset += int64(request.Info[0].Bytes_deduped)
	}
	return nil
}

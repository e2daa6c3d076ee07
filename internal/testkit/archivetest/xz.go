package archivetest

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
)

// XZ uncompresses with the program xz, as a host without a Go module for it
// could: the output is held until xz has read and verified everything.
func XZ(compressed io.Reader) (io.Reader, error) {
	cmd := exec.Command("xz", "--decompress", "--stdout", "--memlimit=64MiB")
	cmd.Stdin = compressed
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, problem.Bytes())
	}
	return &out, nil
}

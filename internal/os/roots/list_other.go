//go:build !unix || aix

package roots

import "os"

// List opens the directory of dir for [os.File.ReadDir]. The Info of the entries
// must not be used.
func List(dir *os.Root) (*os.File, error) { return dir.Open(".") }

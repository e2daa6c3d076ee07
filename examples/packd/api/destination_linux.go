package api

import "fmt"

// path leads to the open directory itself, whatever is at its name by now.
func (d *destination) path() string { return fmt.Sprintf("/proc/self/fd/%d", d.dir.Fd()) }

package api

import "fmt"

// path leads to the open directory itself, even if its name now refers to another one.
func (d *destination) path() string { return fmt.Sprintf("/proc/self/fd/%d", d.dir.Fd()) }

package source

// Limits bound the content of a [Tree]; exceeding one is a [*pack.LimitError]. Zero
// means the default, a negative value no limit.
type Limits struct {
	Entries      int64 // files and directories, implied ones included: 50,000
	Directories  int64 // implied ones included: 10,000
	Bytes        int64 // content of all files together: 1 GiB
	FileBytes    int64 // content of one file: 256 MiB
	PathLen      int64 // bytes of a path: 1,024
	ComponentLen int64 // bytes of a path's component: 255
	Depth        int64 // components of a path: 64
}

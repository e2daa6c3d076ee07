// Package tools has no code. Its module pins the programs that check this
// repository, so that their dependencies stay out of the modules that hosts see.
//
//	GOBIN=$PWD/bin go -C internal/tools install tool
package tools

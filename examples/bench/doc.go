// Command bench times the library against the tools that one would script
// instead: curl and tar, a Python index builder, python -m venv and pip. Both
// sides run in turn, in one process tree and on the same input; what counts is
// the ratio of their medians, since absolute times move between machines.
//
//	go -C examples run ./bench [-runs 5] [S2 S5 S8]
package main

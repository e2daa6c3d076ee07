// Command bench times the library against the tools that one would script
// instead: git, curl and tar, cp, a Python index builder, python -m venv and
// pip. Both sides run in turn, in one process tree and on the same input; the
// result is the ratio of their medians, because absolute times differ between
// machines. On a busy machine, the side that starts more processes gets a larger
// share. Files are kept in memory where possible: some file systems create files
// much more slowly for minutes after others are removed.
//
//	go -C examples run ./bench [-runs 9] [-dir DIR] [S1 S2 S3 S4 S5 S8 S11 S11b S12 S13]
package main

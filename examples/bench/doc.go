// Command bench times the library against the tools that one would script
// instead: git, curl and tar, cp, a Python index builder, python -m venv and
// pip. Both sides run in turn, in one process tree and on the same input; what
// counts is the ratio of their medians, since absolute times move between
// machines. On a machine that is busy with something else, whoever starts more
// processes gets more of it. Files lie in memory where that is possible: some
// file systems create files much slower for minutes after others were removed.
//
//	go -C examples run ./bench [-runs 9] [-dir DIR] [S1 S2 S3 S4 S5 S8]
package main

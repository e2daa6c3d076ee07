// Package historytest records what several processes did to one root, while some of them
// were killed, and has a checker of linearizability judge the history. It is a module of
// its own because of the checker.
package historytest

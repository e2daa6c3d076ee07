// Package sattest compares the choices of package solve with those of a SAT solver, in
// universes too large for looking at all selections. It is a module of its own, so
// that the solver is not among the requirements of hosts.
package sattest

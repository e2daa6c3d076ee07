// Package gittest makes git repositories for tests and benchmarks, and serves
// them over smart HTTP with the real git, in process and on loopback. Faults
// turn the server into a strict, slow or hostile one.
//
// Nothing here is used by the library itself, which never starts git.
package gittest

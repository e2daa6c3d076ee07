// Package browsertest shows the page of packd to a browser, as a person uses it. It is a
// module of its own, because no program needs what drives a browser.
//
// The tests start packd as a program of its own, on loopback, and Debian's chromium, which
// contacts nothing else.
package browsertest

// Package packtests reads what the tests of a pack are and what they print. It
// runs nothing.
package packtests

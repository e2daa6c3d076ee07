// Package registry validates, tests, registers and activates packs, and rolls them back.
package registry

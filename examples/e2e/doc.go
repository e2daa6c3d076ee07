// Package e2e has no code but tests, which install packs whose packages come
// from the public registries and run what imports them. They are built with the
// tag e2e only: see "make e2e".
package e2e

// Package envbuild builds the Python and Node.js environments of packs.
package envbuild

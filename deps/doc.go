// Package deps analyses what packs need: other packs and runtimes.
package deps

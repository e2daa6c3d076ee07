// Package corepack tests the pack "core" in the directory of that name: four
// actions that make the stages of packd usable from workflows, as shell scripts
// that need nothing but curl, and the workflow that chains them.
package corepack

// Package corepack tests the pack "core" in the directory of that name: five
// actions that make the stages of packd, and whole installations, usable from workflows,
// as shell scripts that need nothing but curl, and the workflow that chains the stages.
package corepack

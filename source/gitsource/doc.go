// Package gitsource fetches packs from git repositories.
package gitsource

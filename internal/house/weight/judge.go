package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// forbidden lists, by kind, the modules that a host does not link unless it
// imports the package of ours that needs them.
func forbidden() map[string][]string {
	return map[string][]string{
		"SQL driver": {
			"modernc.org/", "github.com/jackc/", "github.com/lib/pq", "github.com/mattn/go-sqlite3",
			"github.com/ncruces/", "github.com/go-sql-driver/", "zombiezen.com/",
		},
		"git":           {"github.com/go-git/"},
		"web framework": {"github.com/gin-gonic/", "github.com/labstack/", "github.com/gofiber/", "github.com/go-chi/", "github.com/danielgtaylor/"},
		"command line":  {"github.com/spf13/"},
		"test library":  {"github.com/google/go-cmp"},
	}
}

// judge compares a built host with its limits.
func (h host) judge(b *built) error {
	var errs []error
	if n := len(b.requirements); n > h.requirements {
		errs = append(errs, fmt.Errorf("host %s has %d requirements, at most %d are allowed: %v", h.dir, n, h.requirements, b.requirements))
	}
	if b.megabytes > h.megabytes {
		errs = append(errs, fmt.Errorf("host %s weighs %.2f MB, at most %.0f are allowed", h.dir, b.megabytes, h.megabytes))
	}
	for _, apart := range h.apart {
		for _, name := range b.packages {
			if name == apart || strings.HasPrefix(name, apart+"/") {
				errs = append(errs, fmt.Errorf("host %s links %s, which it does not use", h.dir, name))
			}
		}
	}
	for kind, prefixes := range forbidden() {
		if slices.Contains(h.bears, kind) {
			continue
		}
		for _, module := range b.linked {
			for _, prefix := range prefixes {
				if strings.HasPrefix(module, prefix) {
					errs = append(errs, fmt.Errorf("host %s links a %s: %s", h.dir, kind, module))
				}
			}
		}
	}
	return errors.Join(errs...)
}

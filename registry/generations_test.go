package registry_test

import (
	"flag"
	"testing"
	"time"

	"github.com/packtrain/pack/registry/registrytest"
)

var reading = flag.Duration("reading", 2*time.Second, "how long readers read while generations are collected")

func TestManyGenerations(t *testing.T) {
	t.Parallel()
	registrytest.Generations{Reading: *reading}.Run(t, openFiles(t, t.TempDir()))
}

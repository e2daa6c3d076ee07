package pack_test

import (
	"os"
	"strings"
	"testing"
)

// TestReadme wants the README to show the function that Example runs.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, example := must(os.ReadFile("README.md")), must(os.ReadFile("host_example_test.go"))
	_, code, ok := strings.Cut(string(example), "\nfunc install(")
	code, _, end := strings.Cut(code, "\n}\n")
	if !ok || !end || !strings.Contains(string(readme), "func install("+code+"\n}\n") {
		t.Error("the code in README.md is not that of host_example_test.go")
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// writePack writes a version of a pack with a few files and a test, and returns
// its directory.
func writePack(dir, ref string, version int) (string, error) {
	path := filepath.Join(dir, fmt.Sprintf("%s-%d", ref, version))
	files := map[string]string{
		"pack.yaml": fmt.Sprintf("ref: %s\nversion: 1.%d.0\nlabel: Soak\ndescription: Bears load.\n", ref, version) +
			"testing: {enabled: true, runners: {all: {type: script, entry_point: test.sh}}, result_format: simple}\n",
		"test.sh":          "#!/bin/sh\nprintf 'Total Tests: 1\\nPassed: 1\\nFailed: 0\\n'\n",
		"actions/run.yaml": fmt.Sprintf("ref: %s.run\nlabel: Run\ndescription: Runs.\nentry_point: run.sh\n", ref),
		"actions/run.sh":   "#!/bin/sh\necho run\n",
	}
	for i := range 10 {
		files[fmt.Sprintf("lib/data%d.txt", i)] = fmt.Sprintf("1.%d.0", version)
	}
	for name, content := range files {
		file := filepath.Join(path, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(file, []byte(content), 0o755); err != nil {
			return "", err
		}
	}
	return path, nil
}

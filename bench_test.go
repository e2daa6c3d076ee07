package pack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
)

// samplePacks writes packs of 54 files and 156 kB, as real ones have them.
func samplePacks(b *testing.B, n int) []string {
	b.Helper()
	root := b.TempDir()
	dirs := make([]string, n)
	for i := range dirs {
		dirs[i] = filepath.Join(root, fmt.Sprintf("pack%d", i))
		for j := range 54 {
			dir := filepath.Join(dirs[i], fmt.Sprintf("dir%d", j%6))
			if err := os.MkdirAll(dir, 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d", j)), make([]byte, 2900), 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	return dirs
}

func BenchmarkDirectoryChecksum(b *testing.B) {
	dirs := samplePacks(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		for _, dir := range dirs {
			if _, err := pack.DirectoryChecksum(os.DirFS(dir)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkTreeDigest(b *testing.B) {
	dirs := samplePacks(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		for _, dir := range dirs {
			if _, err := pack.TreeDigest(os.DirFS(dir)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkLoad reads a pack of 40 actions of typical size.
func BenchmarkLoad(b *testing.B) {
	files := map[string]string{"pack.yaml": minimal, "actions/run.sh": ""}
	for i := range 40 {
		files[fmt.Sprintf("actions/a%d.yaml", i)] = fmt.Sprintf(`ref: demo.a%d
label: "Describe Auto Scaling Groups"
description: "Describe named or bounded Auto Scaling groups"
enabled: true
runner_type: shell
runtime_version: ">=3.10"
entry_point: run.sh
parameter_format: json
output_format: json
default_execution_permission_set_refs: [standard]
parameters:
  credential_key: {type: string, default: "aws.credentials", required: true}
  region: {type: string}
  group_names: {type: array, items: {type: string}, maxItems: 50}
  max_results: {type: integer, default: 100, minimum: 1, maximum: 1000}
output:
  operation: {type: string, required: true}
  result: {type: object, required: true}
tags: [aws, autoscaling, compute, discovery]
`, i)
	}
	fsys := mapFS(files)
	b.ReportAllocs()
	for b.Loop() {
		if p, err := pack.Load(fsys, nil); err != nil || len(p.Findings) > 0 {
			b.Fatal(err, p.Findings)
		}
	}
}

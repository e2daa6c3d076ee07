package api_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// need skips a test where a program is missing; where everything has to be
// tested it fails.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skip(err)
		}
	}
}

// like compares strings of which one ends in "..." by their beginning, and leaves
// out durations, IDs and the interpreters that a machine has, which differ each time; the
// description demands them.
func like() cmp.Options {
	begins := func(a, b string) bool {
		prefix, ok := strings.CutSuffix(a, "...")
		return ok && strings.HasPrefix(b, prefix)
	}
	return cmp.Options{
		cmp.Comparer(func(a, b string) bool { return a == b || begins(a, b) || begins(b, a) }),
		cmpopts.IgnoreMapEntries(func(k string, v any) bool {
			if others, ok := v.([]any); ok {
				return k == "passed_over" && len(others) > 0
			}
			n, ok := v.(float64)
			return ok && (strings.HasSuffix(k, "duration_ms") && n >= 0 || k == "pack_id" && n > 0)
		}),
	}
}

// wantData compares the data of a success.
func (f *fixture) wantData(a answer, want m) {
	f.t.Helper()
	wantStatus(f.t, a, 200)
	if diff := cmp.Diff(m{"data": want, "message": nil}, decode(f.t, a), like()); diff != "" {
		f.t.Errorf("-want +got:\n%s", diff)
	}
}

// TestWayOfThePacks takes packs of every source through the four stages and
// compares the reports field by field.
func TestWayOfThePacks(t *testing.T) {
	t.Parallel()
	need(t, "git", "python3", "node", "npm")
	w := serveSamples(t)
	f := start(t, withWorld(t, w))
	into := filepath.Join(f.allowed, "new", "into")
	git := "git+" + w.Git() + "@v0.3.0"
	f.wantData(f.post("download", m{
		"packs": list{"hello@^1", git, w.Archive(), w.Directory(), "absent", "./relative"}, "destination_dir": into, "timeout": 60,
	}), m{
		"downloaded_packs": list{
			downloaded("hello@^1", "registry", into, "hello", "1.2.0", nil),
			downloaded(git, "git", into, "wordcount", "0.3.0", "..."),
			downloaded(w.Archive(), "archive", into, "slugs", "2.0.1", nil),
			downloaded(w.Directory(), "local_directory", into, "report", "0.1.0", nil),
		},
		"failed_packs": list{m{"source": "absent", "error": "...", "code": "not_found"}, m{"source": "./relative", "error": "...", "code": "invalid_request"}},
		"total_count":  6.0, "success_count": 4.0, "failure_count": 2.0, "warnings": list{},
	})
	report, wordcount, slugs, none := filepath.Join(into, "report"), filepath.Join(into, "wordcount"), filepath.Join(into, "slugs"), filepath.Join(f.outside, "x")
	paths := m{"pack_paths": list{report, wordcount, slugs, none}}
	denied := fmt.Sprintf("open pack: %q is outside...", none)
	f.wantData(f.post("dependencies", paths), analysis(report, wordcount, slugs, none, denied))
	f.wantData(f.post("build-envs", paths), builds(f.root, report, wordcount, slugs, none, denied))
	paths["packs_base_dir"] = filepath.Join(f.allowed, "links")
	f.wantData(f.post("register-batch", paths), m{
		"registered_packs": list{
			registered(f, "wordcount", "0.3.0", m{"status": "passed", "total_tests": 1.0, "passed": 1.0, "failed": 0.0, "isolation": "none"}),
			registered(f, "slugs", "2.0.1", nil),
		},
		"failed_packs": list{
			m{"pack_ref": "report", "pack_path": report, "error": "...", "code": "dependency_missing", "error_stage": "dependencies"},
			m{"pack_ref": "", "pack_path": none, "error": denied, "code": "policy_denied", "error_stage": "load"},
		},
		"summary":  m{"total_packs": 4.0, "success_count": 2.0, "failure_count": 2.0, "total_components": 2.0, "duration_ms": 0.0},
		"warnings": list{},
	})
	for _, ref := range []string{"wordcount", "slugs"} {
		if got, err := os.Readlink(filepath.Join(f.allowed, "links", ref)); err != nil || got != filepath.Join(f.root, "current", ref) {
			t.Errorf("the link of %s leads to %q, %v", ref, got, err)
		}
	}
	packs := f.call("GET", "/api/v1/packs", request{})
	wantStatus(t, packs, 200)
	wantStatus(t, f.call("GET", "/api/v1/packs/wordcount", request{}), 200)
}

func analysis(report, wordcount, slugs, none, denied string) m {
	missing := list{m{"pack_ref": "hello", "version_spec": "^1.0", "required_by": "report", "already_installed": false}}
	return m{
		"dependencies": missing, "missing_dependencies": missing,
		"runtime_requirements": m{
			"wordcount": m{
				"pack_ref": "wordcount", "nodejs": nil,
				"python": m{"version": ">=3.8", "requirements_file": filepath.Join(wordcount, "requirements.txt")},
			},
			"slugs": m{
				"pack_ref": "slugs", "python": nil,
				"nodejs": m{"version": ">=16", "package_file": filepath.Join(slugs, "package.json")},
			},
		},
		"analyzed_packs": list{
			m{"pack_ref": "report", "pack_path": report, "has_dependencies": true, "dependency_count": 1.0},
			m{"pack_ref": "wordcount", "pack_path": wordcount, "has_dependencies": false, "dependency_count": 0.0},
			m{"pack_ref": "slugs", "pack_path": slugs, "has_dependencies": false, "dependency_count": 0.0},
		},
		"errors":    list{m{"pack_path": none, "error": denied, "code": "policy_denied", "error_stage": "load"}},
		"conflicts": list{}, "warnings": list{},
	}
}

func builds(root, report, wordcount, slugs, none, denied string) m {
	envs := filepath.Join(root, "envs")
	built := func(ref, path string, python, node any) m {
		return m{"pack_ref": ref, "pack_path": path, "environments": m{"python": python, "nodejs": node}, "duration_ms": 0.0}
	}
	return m{
		"built_environments": list{
			built("report", report, nil, nil),
			built("wordcount", wordcount, m{
				"virtualenv_path": envs + "/python/...", "requirements_installed": true, "package_count": 1.0,
				"python_version": "Python 3...", "key": "...", "reused": false, "interpreter_path": "/...",
			}, nil),
			built("slugs", slugs, nil, m{
				"node_modules_path": envs + "/nodejs/...", "dependencies_installed": true, "package_count": 1.0,
				"nodejs_version": "v...", "key": "...", "reused": false, "interpreter_path": "/...",
			}),
		},
		"failed_environments": list{m{
			"pack_ref": "", "pack_path": none, "runtime": "unknown", "error": denied, "code": "policy_denied", "error_stage": "load",
		}},
		"summary": m{
			"total_packs": 4.0, "success_count": 3.0, "failure_count": 1.0,
			"python_envs_built": 1.0, "nodejs_envs_built": 1.0, "total_duration_ms": 0.0, "isolation": "none",
		},
		"warnings": list{},
	}
}

func registered(f *fixture, ref, version string, tests any) m {
	return m{
		"pack_ref": ref, "pack_id": 1.0, "pack_version": version, "storage_path": filepath.Join(f.root, "current", ref),
		"components_registered": m{"actions": 1.0, "sensors": 0.0, "triggers": 0.0, "rules": 0.0, "workflows": 0.0, "policies": 0.0},
		"test_result":           tests, "validation_results": m{"valid": true, "errors": list{}, "findings": list{}}, "generation": "...",
	}
}

// downloaded is an entry of a report.
func downloaded(spec, kind, into, ref, version string, commit any) m {
	return m{
		"source": spec, "source_type": kind, "pack_path": filepath.Join(into, ref), "pack_ref": ref, "pack_version": version,
		"git_commit": commit, "checksum": "sha256:...", "tree_digest": "sha256:...",
	}
}

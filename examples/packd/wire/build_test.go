package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/wire"
)

func TestBuildReportBody(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(wire.NewBuildReport(&envbuild.Report{
		Built: []envbuild.BuiltPack{{Ref: "app", Path: "/packs/app", Duration: 7 * time.Millisecond, Environments: envbuild.Environments{
			{
				Environment: pack.Environment{Runtime: pack.RuntimePython, Key: "p1", Path: "/envs/python/p1", Version: "Python 3.11.7"},
				Ready:       true, PackageCount: 1,
			},
			{
				Environment: pack.Environment{Runtime: pack.RuntimeNode, Key: "n1", Path: "/envs/nodejs/n1/node_modules", Version: "v20.20.2"},
				Ready:       true, PackageCount: 2, Reused: true,
			},
		}}},
		Failed: []pack.Failure{{Spec: "bad\x1b", Message: "path is not absolute"}},
		Summary: envbuild.Summary{
			Total: 2, Succeeded: 1, Failed: 1, Duration: 8 * time.Millisecond, Built: map[pack.RuntimeName]int{pack.RuntimePython: 1},
		},
	}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
 "built_environments": [
  {
   "pack_ref": "app",
   "pack_path": "/packs/app",
   "environments": {
    "python": {
     "virtualenv_path": "/envs/python/p1",
     "requirements_installed": true,
     "package_count": 1,
     "python_version": "Python 3.11.7",
     "key": "p1",
     "reused": false
    },
    "nodejs": {
     "node_modules_path": "/envs/nodejs/n1/node_modules",
     "dependencies_installed": true,
     "package_count": 2,
     "nodejs_version": "v20.20.2",
     "key": "n1",
     "reused": true
    }
   },
   "duration_ms": 7
  }
 ],
 "failed_environments": [
  {
   "pack_ref": "",
   "pack_path": "bad\u001b",
   "runtime": "unknown",
   "error": "path is not absolute"
  }
 ],
 "summary": {
  "total_packs": 2,
  "success_count": 1,
  "failure_count": 1,
  "python_envs_built": 1,
  "nodejs_envs_built": 0,
  "total_duration_ms": 8
 },
 "warnings": []
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

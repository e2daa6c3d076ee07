package envbuild_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

const sixInfo = "six-1.0.dist-info/"

// sitePackages returns the directory of the packages of a virtualenv.
func sitePackages(t *testing.T, e *envbuild.Environment) string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(e.Path, "lib", "python*", "site-packages"))
	if err != nil || len(dirs) != 1 {
		t.Fatal(dirs, err)
	}
	return dirs[0]
}

// A write into one environment changes no other, present or future, is found before the
// next use, and is healed by the next build.
func TestHostileN08(t *testing.T) {
	t.Parallel()
	eachPythonTool(t, func(t *testing.T, s *stage) {
		t.Helper()
		wheels := filepath.Join(s.dir, "wheels")
		sum := wheel(t, wheels, "six", "1.0", "six.py", "value = 'good'\n")
		s.config.FindLinks = []string{wheels}
		app := s.pack(t, "app", "requirements.txt", "six==1.0")
		a := s.mustBuild(t, app).Of(pack.RuntimePython)
		present := s.mustBuild(t, s.pack(t, "present", "requirements.txt", "six>=1.0")).Of(pack.RuntimePython)
		file := filepath.Join(sitePackages(t, a), "six.py")
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o222 != 0 {
			t.Errorf("%s can be written: %v, %v", file, info.Mode(), err)
		}
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		write(t, file, "value = 'evil'\n") // of the same size
		hashed := s.mustBuild(t, s.pack(t, "hashed", "requirements.txt", "six==1.0 --hash=sha256:"+sum)).Of(pack.RuntimePython)
		for name, e := range map[string]*envbuild.Environment{"present": present, "future": hashed} {
			wantRecord(t, name, sitePackages(t, e))
		}
		tree := treeDigest(t, app)
		if envs, err := s.builder(t).Environments(t.Context(), tree); err != nil || len(envs) != 0 {
			t.Errorf("the changed environment is still handed out: %v, %v", envs, err)
		}
		healed := s.mustBuild(t, app).Of(pack.RuntimePython)
		if healed.Reused || healed.Key != a.Key || healed.Instance == a.Instance {
			t.Errorf("built %+v, want another instance than %+v", healed, a)
		}
		wantRecord(t, "healed", sitePackages(t, healed))
		if envs, err := s.builder(t).Environments(t.Context(), tree); err != nil || len(envs) != 1 || envs[0].Instance != healed.Instance {
			t.Errorf("handed out: %v, %v", envs, err)
		}
	})
}

// wantRecord checks six.py against its RECORD.
func wantRecord(t *testing.T, name, site string) {
	t.Helper()
	code, err := os.ReadFile(filepath.Join(site, "six.py"))
	if err != nil {
		t.Fatal(err)
	}
	record, err := os.ReadFile(filepath.Join(site, sixInfo, "RECORD"))
	sum := sha256.Sum256(code)
	if want := "six.py,sha256=" + base64.RawURLEncoding.EncodeToString(sum[:]); err != nil || !strings.Contains(string(record), want) {
		t.Errorf("%s: six.py is %q, %v; RECORD:\n%s", name, code, err, record)
	}
}

// Each change of an environment is found.
func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	wheels := filepath.Join(s.dir, "wheels")
	wheel(t, wheels, "six", "1.0", "six.py", "", "pkg/deep/data.txt", "x")
	s.config.FindLinks = []string{wheels}
	app := s.pack(t, "app", "requirements.txt", "six")
	last := s.mustBuild(t, app).Of(pack.RuntimePython)
	for name, damage := range map[string]func(site string) error{
		"removed": func(site string) error { return os.RemoveAll(filepath.Join(site, "pkg")) },
		"added":   func(site string) error { return os.WriteFile(filepath.Join(site, "evil.pth"), nil, 0o644) },
		"replaced": func(site string) error {
			return os.Rename(filepath.Join(site, "six.py"), filepath.Join(site, "pkg/deep/data.txt"))
		},
		"interpreter": func(site string) error {
			return os.WriteFile(filepath.Join(site, "../../../bin/activate"), []byte("evil"), 0o600)
		},
	} {
		if err := damage(sitePackages(t, last)); err != nil {
			t.Fatal(name, err)
		}
		e := s.mustBuild(t, app).Of(pack.RuntimePython)
		if e.Reused || e.Instance == last.Instance {
			t.Errorf("%s: not found", name)
		}
		last = e
	}
	// Bytecode that an interpreter left is removed, and modules that were only touched are
	// the same.
	site := sitePackages(t, last)
	script(t, last.Interpreter, "-c", "import sys; sys.dont_write_bytecode = False; import six")
	if _, err := os.Stat(filepath.Join(site, "__pycache__")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(site, "six.py"), 0o400); err != nil {
		t.Fatal(err)
	}
	if e := s.mustBuild(t, app).Of(pack.RuntimePython); !e.Reused || e.Instance != last.Instance {
		t.Errorf("with bytecode: %+v, want %+v", e, last)
	}
	if _, err := os.Stat(filepath.Join(site, "__pycache__")); err == nil {
		t.Error("the bytecode is still there")
	}
}

// What a wheel says of itself and what is installed have to agree, whatever the tool
// checks.
func TestInstalledPackagesAreChecked(t *testing.T) {
	t.Parallel()
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	metadata := func(more string) []string {
		return []string{sixInfo + "METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 1.0\n" + more}
	}
	const record = sixInfo + "METADATA,,\n" + sixInfo + "WHEEL,,\n" + sixInfo + "RECORD,,\n"
	for name, tt := range map[string]struct {
		files  []string
		other  []string // of another package, "other"
		reason envbuild.Reason
		want   string
		paths  []string
		// onlyPip: uv writes another RECORD.
		onlyPip bool
	}{
		"good":             {files: []string{"six.py", "x"}},
		".pth":             {files: []string{"six.pth", "\n"}, paths: []string{"six.pth"}},
		"python":           {files: metadata("Requires-Python: <3\n"), reason: envbuild.ReasonPythonMismatch, want: "Python"},
		"same file":        {files: []string{"tests/x.py", "x"}, other: []string{"tests/x.py", "x"}},
		"file twice":       {files: []string{"tests/x.py", "x"}, other: []string{"tests/x.py", "y"}, reason: envbuild.ReasonInvalidPackage, want: "tests/x.py"},
		"other digest":     {files: []string{"six.py", "x", sixInfo + "RECORD", "six.py," + digest("y") + ",1\n" + record}, reason: envbuild.ReasonInvalidPackage, want: "six.py"},
		"missing file":     {files: []string{"six.py", "x", sixInfo + "RECORD", "six.py,,\ngone.py," + digest("") + ",0\n" + record}, reason: envbuild.ReasonInvalidPackage, want: "gone.py", onlyPip: true},
		"changes at start": {files: []string{"six.pth", "import sys; open(sys.prefix + '/pyvenv.cfg', 'a').write('#')\n"}, reason: envbuild.ReasonInvalidPackage, want: "starts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPythonTool(t, func(t *testing.T, s *stage) {
				t.Helper()
				wheels := filepath.Join(s.dir, "wheels")
				wheel(t, wheels, "six", "1.0", tt.files...)
				wheel(t, wheels, "other", "1.0", tt.other...)
				s.config.FindLinks = []string{wheels}
				if tt.onlyPip && strings.HasSuffix(t.Name(), "uv") {
					t.Skip("uv lists what it installed")
				}
				rep, err := s.build(t, s.pack(t, "app", "requirements.txt", "six\nother"))
				if tt.reason == "" {
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(append([]string{}, tt.paths...), rep.Built[0].Environments[0].PathFiles); diff != "" {
						t.Errorf(".pth files (-want +got):\n%s", diff)
					}
					return
				}
				failed, ok := errors.AsType[*envbuild.BuildError](err)
				refused := ok && failed.Reason == envbuild.ReasonNotFound && tt.reason == envbuild.ReasonPythonMismatch // uv passes it over
				if !ok || failed.Reason != tt.reason && !refused || !strings.Contains(err.Error(), tt.want) && !refused {
					t.Errorf("err = %v, %+v", err, failed)
				}
				if left, err := filepath.Glob(filepath.Join(s.config.Dir, "python", "*.json")); err != nil || len(left) > 0 {
					t.Errorf("ready: %v, %v", left, err)
				}
			})
		})
	}
}

// The start of a finished environment can run code of packages: no secret is in its
// environment.
func TestStartGetsNoSecrets(t *testing.T) {
	t.Parallel()
	s, started := newRealStage(t, "python3")
	wheels := filepath.Join(s.dir, "wheels")
	wheel(t, wheels, "six", "1.0", "six.py", "")
	s.config.FindLinks = []string{wheels}
	s.config.Network.Proxy, s.config.Env = "http://user:s3cret@proxy.example", []string{"TOOL=s3cret"}
	e := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "six")).Of(pack.RuntimePython)
	for _, c := range started.commands() {
		if c.Path == e.Interpreter && (c.Access.Network || slices.ContainsFunc(c.Env, func(v string) bool { return strings.Contains(v, "s3cret") })) {
			t.Errorf("%s gets %q, network %v", c.Path, c.Env, c.Access.Network)
		}
	}
}

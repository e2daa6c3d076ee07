package envbuild

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/npm"
)

func TestNodeFilesHaveCodes(t *testing.T) {
	t.Parallel()
	const good = `{"dependencies": {"a": "1"}}`
	for _, tt := range []struct {
		name, manifest, lock string
		code                 pack.Code
		sentinel             error
	}{
		{"good", good, `{"lockfileVersion": 3}`, "", nil},
		{"not JSON", `{`, "", pack.CodeInvalidManifest, pack.ErrInvalid},
		{"a path", `{"dependencies": {"a": "./x"}}`, "", pack.CodePolicyDenied, pack.ErrPolicy},
		{"deep", `{"a":` + strings.Repeat("[", 99), "", pack.CodeLimitExceeded, pack.ErrLimit},
		{"lock is not JSON", good, `[`, pack.CodeInvalidManifest, pack.ErrInvalid},
		{"old lock", good, `{"lockfileVersion": 1}`, pack.CodePolicyDenied, pack.ErrPolicy},
		{"lock of nothing", `{}`, `{"lockfileVersion": 1}`, "", nil},
	} {
		files := fstest.MapFS{"package.json": {Data: []byte(tt.manifest)}}
		if tt.lock != "" {
			files["package-lock.json"] = &fstest.MapFile{Data: []byte(tt.lock)}
		}
		err := (&modules{config: &Config{}}).read(files, "package.json")
		if pack.CodeOf(err) != tt.code || tt.sentinel != nil && !errors.Is(err, tt.sentinel) {
			t.Errorf("%s: got %v with the code %q, want %q", tt.name, err, pack.CodeOf(err), tt.code)
		}
		if limit, ok := errors.AsType[*pack.LimitError](err); ok && limit.Path != npm.ManifestFile {
			t.Errorf("%s: the limit is passed in %q", tt.name, limit.Path)
		}
	}
	_, err := npm.Installed([]byte(`{}`))
	if err := npmError(err); pack.CodeOf(err) != pack.CodePolicyDenied || !strings.HasPrefix(err.Error(), "installed packages: ") {
		t.Errorf("installed packages: %v", err)
	}
}

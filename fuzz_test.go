package pack_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
)

func FuzzLoadManifest(f *testing.F) {
	for _, seed := range []string{
		minimal, minimal + "testing: {runners: {a: {timeout: 5}}}\n", "ref: [\n", "ref: a\n---\nref: b\n",
		minimal + "dependencies: {packs: ['core@^1']}\nruntime_deps: [python3>=3.8]\ntags: [a]\n",
		"ref: demo.a\nparameters: {a: {type: string}}\ntimeout: 1\n", "? a\n: - &x [*x]\n", "a: !!binary x\nb: {<<: {c: .nan}}\n",
		"name: A.b\ntrigger_types: [{name: t}]\ntrigger: {type: x}\naction: {ref: y}\ntasks: [{action: z}]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, shape := range []pack.Shape{pack.ShapeNative, pack.ShapeStackStorm} {
			checkLoaded(t, fstest.MapFS{"pack.yaml": {Data: text}}, shape)
			fsys := fstest.MapFS{"pack.yaml": {Data: []byte(minimal)}}
			for _, kind := range pack.Kinds() {
				fsys[string(kind)+"/a.yaml"] = &fstest.MapFile{Data: text}
			}
			checkLoaded(t, fsys, shape)
		}
	})
}

func checkLoaded(t *testing.T, fsys fstest.MapFS, shape pack.Shape) {
	t.Helper()
	p, err := pack.Load(fsys, &pack.LoadOptions{Shape: shape})
	if err == nil {
		if _, err := pack.ParseRef(p.Manifest.Ref.String()); err != nil || p.Manifest.Version.IsZero() {
			t.Errorf("loaded without identity: %v, %v", p.Manifest.ID(), err)
		}
	}
	for _, f := range append(p.Findings, pack.Validate(fsys, p, nil)...) {
		if f.File == "" || f.Code == "" || f.Message == "" || f.Line < 0 {
			t.Errorf("incomplete finding %+v", f)
		}
	}
	if _, err := json.Marshal(p); err != nil {
		t.Errorf("cannot be marshalled: %v", err)
	}
}

func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"slack", "a-b_1", "con", "../a", "A", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := pack.ParseRef(s); err == nil && (r.String() != s || len(s) > pack.MaxRefLen) {
			t.Errorf("%q becomes %q", s, r)
		}
	})
}

func FuzzParseVersion(f *testing.F) {
	for _, seed := range []string{"1.2.3", "1.2.3-rc.1+b", "v1.2.3", "1.2", "0.0.1.0", "01.2.3", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := pack.ParseVersion(s)
		if err == nil && (v.String() != s || v.IsZero() || v.Compare(v) != 0) {
			t.Errorf("%q becomes %q", s, v)
		}
	})
}

func FuzzParseConstraint(f *testing.F) {
	for _, seed := range []string{"^1.2", ">=1.0 <2.0 || ^3", "*", "latest", "", "=>1", "~1.2.3-rc.1", "1.2 - 2.3", "!=1.x"} {
		f.Add(seed)
	}
	v, err := pack.ParseVersion("1.2.3")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := pack.ParseConstraint(s)
		if err != nil {
			return
		}
		again, err := pack.ParseConstraint(c.String())
		if err != nil || !again.Equal(c) || again.Allows(v) != c.Allows(v) {
			t.Errorf("%q becomes %q: %v", s, c, err)
		}
	})
}

package envbuild

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
)

// A described chooses how environments of a runtime that is not built in are made.
type described struct {
	config   *Config
	runtime  pack.Runtime
	prefer   versionRange
	must     bool
	locked   bool // nothing is built that is not locked
	programs func(pack.RuntimeCheck) ([]interp.Program, error)
	silent   *silence
}

// describedBy returns the kind of the runtime of a row, nil if it has no description. A
// description of a pack has to be in the policy, because its commands are code of the pack.
func (s *session) describedBy(ctx context.Context, row *pack.Runtime) (kind, error) {
	d := row.Described
	if d == nil || len(d.Versions) == 0 || slices.Contains(s.req.Skip, row.Name) {
		return nil, nil
	}
	if d.Pack != "" && !slices.ContainsFunc(s.config.Policy.Runtimes, func(pattern string) bool { return matches(pattern, d.Ref.String()) }) {
		return nil, &BuildError{
			Reason: ReasonRuntime, Package: d.Ref.String(), WantedBy: []string{},
			Message: fmt.Sprintf("the pack describes the runtime %s itself, and the commands of the description are not run unless the policy lists it", d.Ref),
		}
	}
	k := &described{config: &s.config, runtime: *row, locked: s.req.OnlyLocked, silent: &silence{}}
	finder := s.finder
	finder.ReadOnly, finder.OnSilence = s.req.Check, k.silent.add
	k.programs = func(c pack.RuntimeCheck) ([]interp.Program, error) {
		return finder.Described(ctx, interp.Question{Name: c.Program, Args: c.Args, Exit: c.ExitCode, Pattern: c.Pattern})
	}
	err := k.preferring(cmp.Or(s.req.Prefer[row.Name], s.req.Suggest[row.Name]), s.req.Prefer[row.Name] != "")
	return k, err
}

func (k *described) name() pack.RuntimeName { return k.runtime.Name }

func (k *described) preferring(version string, must bool) (err error) {
	k.must = must
	k.prefer, err = k.parse(version)
	return err
}

func (k *described) parse(text string) (versionRange, error) { return plainRange(&k.runtime, text) }

// A way is a program with the version of the description that it is of.
type way struct {
	interp.Program
	version pack.RuntimeVersion
}

// ways returns the programs that can run scripts, each once, in order of preference.
func (k *described) ways() (ways []way, programs []interp.Program, err error) {
	for _, v := range k.runtime.Described.Versions {
		for _, c := range v.Checks {
			if err := nameOnly(c.Program); err != nil {
				return nil, nil, err
			}
			found, err := k.programs(c)
			if err != nil {
				return nil, nil, err
			}
			for _, p := range found {
				if !slices.ContainsFunc(ways, func(w way) bool { return w.Path == p.Path }) {
					one := v
					one.Checks = []pack.RuntimeCheck{c}
					ways, programs = append(ways, way{p, one}), append(programs, p)
				}
			}
		}
	}
	return ways, programs, nil
}

func (k *described) recipe(files fs.FS, needs *pack.RuntimeNeed) (recipe, error) {
	texts := needs.Ranges
	if k.runtime.Described.Minimum != "" {
		texts = append(slices.Clone(texts), ">="+k.runtime.Described.Minimum)
	}
	ranges, err := parseRanges(texts, k.parse)
	if err != nil {
		return nil, err
	}
	ways, programs, err := k.ways()
	if err != nil {
		return nil, err
	}
	c := choice{runtime: k.name(), title: k.runtime.Title, ranges: ranges, prefer: k.prefer, must: k.must, silent: k.silent}
	chosen, err := c.of(programs)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(ways, func(w way) bool { return w.Path == chosen.Path })
	r := &directory{config: k.config, runtime: k.runtime, version: ways[i].version, interpreter: chosen, others: c.passedOver(programs, chosen)}
	one := *k.runtime.Described
	one.Versions = []pack.RuntimeVersion{r.version}
	r.runtime.Described = &one
	if err := r.read(files, needs.Manifest); err != nil {
		return nil, err
	}
	return r, k.pinned(r)
}

// pinned returns an error if versions have to be pinned, or to be of some age, and a tool
// that is not known chooses them freely.
func (k *described) pinned(d *directory) error {
	switch {
	case !d.installs() || len(d.files) > 1: // a lock lies beside the manifest
	case k.locked:
		return deviation("%s: which packages of %s it leads to is not stated by the lock, and no file beside it pins them", d.manifest, k.runtime.Title)
	case k.config.Policy.MinimumAge > 0:
		return &BuildError{
			Reason: ReasonMinimumAge, Package: d.manifest, WantedBy: []string{d.manifest},
			Message: d.manifest + ": the tool of " + k.runtime.Title + " cannot leave out young releases, and no file beside it pins the versions",
		}
	}
	return nil
}

// A directory is how an environment of a described runtime is made.
type directory struct {
	config      *Config
	runtime     pack.Runtime // with version alone
	version     pack.RuntimeVersion
	interpreter interp.Program
	others      []PassedOver
	manifest    string            // "" for none
	files       map[string][]byte // the manifest, and the files that belong to it
}

// maxManifest limits the size of a manifest, and of each file that belongs to it.
const maxManifest = 4 << 20

// read reads the manifest, and the files beside it that have the same name with another
// ending, such as a lock.
func (d *directory) read(files fs.FS, name string) error {
	d.manifest, d.files = name, map[string][]byte{}
	if name == "" {
		return nil
	}
	entries, err := fs.ReadDir(files, path.Dir(name))
	if err != nil {
		return err
	}
	stem, _, _ := strings.Cut(path.Base(name), ".")
	for _, e := range entries {
		if other, _, _ := strings.Cut(e.Name(), "."); other != stem || !e.Type().IsRegular() {
			continue
		}
		file := path.Join(path.Dir(name), e.Name())
		if d.files[file], err = readFile(files, file, maxManifest); err != nil {
			return err
		}
	}
	if d.files[name] == nil {
		return pack.Errorf(pack.CodeForbiddenEntry, "%s is not a regular file", name)
	}
	return nil
}

// installs reports whether there is something to install.
func (d *directory) installs() bool { return d.manifest != "" && len(d.version.Install) > 0 }

func (d *directory) program() interp.Program { return d.interpreter }

func (d *directory) passed() []PassedOver { return d.others }

func (d *directory) described() *pack.Runtime { return &d.runtime }

func (d *directory) void() bool { return len(d.version.Create) == 0 && !d.installs() }

func (d *directory) ingredients() any {
	base := []string{d.interpreter.Path, d.interpreter.Version, d.interpreter.Build}
	if d.void() {
		return []any{base}
	}
	v := d.version
	v.Version, v.Args = "", nil // they do not change what is built
	digests := map[string]string{}
	for name, data := range d.files {
		sum := sha256.Sum256(data)
		digests[name] = hex.EncodeToString(sum[:])
	}
	return []any{base, v, d.manifest, digests}
}

// wider implements recipe: there is nothing that the policy could add.
func (d *directory) wider() recipe { return nil }

func (d *directory) suffices(*envstore.Record, error) bool { return true }

// wants implements recipe: only the tool knows which packages a manifest leads to.
func (d *directory) wants() *LockedSet { return nil }

func (d *directory) locked(*LockedSet) (recipe, error) {
	return nil, errors.New("environments of described runtimes are not locked")
}

func (d *directory) place(dir string) (path, interpreter string) {
	switch {
	case d.void() || dir == "":
		return "", d.interpreter.Path
	case d.version.Interpreter == "":
		return dir, d.interpreter.Path
	}
	return dir, filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(d.version.Interpreter, "{env_dir}/")))
}

// resolve implements recipe: what would be installed is known once it is.
func (d *directory) resolve(context.Context, *tool) (contents, error) {
	return contents{distributions: []pack.Distribution{}}, nil
}

// distributions lists the packages that were installed, as far as the layout is known. A
// Ruby gem has a file in specifications, and cpanm a directory in .meta for each.
func (d *directory) distributions(dir string) ([]pack.Distribution, error) {
	pattern, ending := map[string]string{
		"gem_home": "specifications/*.gemspec", "local_lib": ".meta/*/install.json",
	}[d.version.Layout], map[string]string{"gem_home": ".gemspec"}[d.version.Layout]
	found := []pack.Distribution{}
	if pattern == "" {
		return found, nil
	}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !endsLike(name, pattern) {
			return err
		}
		whole := strings.TrimSuffix(filepath.Base(name), ending)
		if ending == "" {
			whole = filepath.Base(filepath.Dir(name))
		}
		if at := strings.LastIndexByte(whole, '-'); at > 0 {
			found = append(found, pack.Distribution{Name: whole[:at], Version: whole[at+1:], Digests: []pack.Digest{}})
		}
		return nil
	})
	slices.SortFunc(found, func(a, b pack.Distribution) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version))
	})
	return found, err
}

// endsLike reports whether the last elements of a path match a pattern.
func endsLike(name, pattern string) bool {
	elements := strings.Split(filepath.ToSlash(name), "/")
	n := strings.Count(pattern, "/") + 1
	if len(elements) < n {
		return false
	}
	ok, err := path.Match(pattern, strings.Join(elements[len(elements)-n:], "/"))
	return ok && err == nil
}

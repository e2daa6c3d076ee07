package interp

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// An NPM is the npm that comes with Node.js: a script that Node.js runs.
type NPM struct {
	Script  string // absolute path of npm-cli.js
	Version string
}

// NPM returns the npm that belongs to node, or else the first one in the search
// path. It starts no process.
func (f *Finder) NPM(node Program) (NPM, error) {
	bin := filepath.Dir(node.Path)
	places := []string{
		filepath.Join(filepath.Dir(bin), "lib", "node_modules", "npm"),
		filepath.Join(bin, "node_modules", "npm"), // Windows
	}
	for _, dir := range f.Search {
		if script, err := filepath.EvalSymlinks(filepath.Join(dir, "npm")); err == nil {
			places = append(places, filepath.Dir(filepath.Dir(script)))
		}
	}
	for _, dir := range places {
		if npm, ok := npmAt(dir); ok {
			return npm, nil
		}
	}
	return NPM{}, pack.Errorf(pack.CodeNotFound, "no npm beside %s nor in the search path: install npm", node.Path)
}

// npmAt returns the npm that is installed in dir.
func npmAt(dir string) (NPM, bool) {
	var manifest struct{ Name, Version string }
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil || json.Unmarshal(data, &manifest) != nil || manifest.Name != "npm" {
		return NPM{}, false
	}
	script := filepath.Join(dir, "bin", "npm-cli.js")
	info, err := os.Stat(script)
	return NPM{Script: script, Version: manifest.Version}, err == nil && info.Mode().IsRegular()
}

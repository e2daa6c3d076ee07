package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
)

//go:embed newpack
var newPacks embed.FS

// newPackKinds returns the kinds of new packs, the default first.
func newPackKinds() []string { return []string{"shell", "python"} }

// An initReport says what was written.
type initReport struct {
	Path  string   `json:"path"`
	Files []string `json:"files"`
}

func (a *app) initCommand() *cobra.Command {
	var kind string
	kinds := strings.Join(newPackKinds(), ", ")
	cmd := command("init REF [DIR]", "Write a new pack, with an action and a test of it, into a new directory (default: ./REF)", refAndDirectory,
		func(cmd *cobra.Command, args []string) error {
			ref, err := pack.ParseRef(args[0])
			if err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			if !slices.Contains(newPackKinds(), kind) {
				return &usageError{fmt.Errorf("--runtime %q: want one of %s", kind, kinds), cmd.CommandPath()}
			}
			dir, err := filepath.Abs(append(args, ref.String())[1])
			if err != nil {
				return err
			}
			files, err := writeNewPack(dir, kind, ref)
			if err != nil {
				return err
			}
			return a.report(initReport{dir, files}, func() {
				for _, name := range files {
					a.println("%s", filepath.Join(dir, filepath.FromSlash(name)))
				}
			})
		})
	cmd.Flags().StringVar(&kind, "runtime", newPackKinds()[0], "what its action is written in: "+kinds)
	return cmd
}

// refAndDirectory wants a REF, and perhaps a directory.
func refAndDirectory(cmd *cobra.Command, args []string) error {
	if len(args) == 2 {
		return nil
	}
	return exactly("REF")(cmd, args)
}

// writeNewPack writes the files of a new pack into dir, which must not have any, and
// returns their names.
func writeNewPack(dir, kind string, ref pack.Ref) (names []string, err error) {
	if entries, err := os.ReadDir(dir); len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeConflict, "%q has files already: want a new or an empty directory", dir)
	}
	root := path.Join("newpack", kind)
	err = fs.WalkDir(newPacks, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := newPacks.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, root+"/")
		names = append(names, name)
		return writeNewFile(filepath.Join(dir, filepath.FromSlash(name)), strings.ReplaceAll(string(text), "PACKREF", ref.String()))
	})
	return names, err
}

// writeNewFile writes a file and the directories above it; scripts are executable.
func writeNewFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if strings.HasSuffix(path, ".sh") {
		mode = 0o755
	}
	return writeNew(path, text, mode)
}

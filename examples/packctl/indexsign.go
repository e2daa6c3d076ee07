package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource/index"
	"github.com/packtrain/pack/source/registrysource/signature"
)

// keyReport names a key that was made.
type keyReport struct {
	Public  string `json:"public"`
	Private string `json:"private_file"`
}

func (a *app) indexKeyCommand() *cobra.Command {
	return command("key NAME FILE", "Make a key that signs indices, and print its public part", exactly("NAME", "FILE"),
		func(_ *cobra.Command, args []string) error {
			private, public, err := signature.NewKey(args[0], nil)
			if err != nil {
				return err
			}
			if err := writeNew(args[1], private+"\n", 0o600); err != nil {
				return err
			}
			return a.report(keyReport{public, args[1]}, func() { a.println("%s", public) })
		})
}

// writeNew writes a file that must not exist yet.
func writeNew(path, text string, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// signFlags say who signs an index.
type signFlags struct {
	name string
	keys []string // files
}

func (s *signFlags) bind(set *pflag.FlagSet) {
	set.StringVar(&s.name, "name", "", "name that those who install from the index give it; it is signed, too")
	set.StringArrayVar(&s.keys, "key", nil, "file with a private key, see index key; repeatable")
}

// given says whether the index is to be signed; half of what that needs is an error.
func (s *signFlags) given() (bool, error) {
	if (s.name == "") != (len(s.keys) == 0) {
		return false, errors.New("--name and --key belong together")
	}
	return s.name != "", nil
}

// sign signs the index in a file.
func (s *signFlags) sign(ctx context.Context, path string) error {
	var keys []string
	for _, file := range s.keys {
		data, err := os.ReadFile(file)
		if err != nil {
			return pack.Errorf(pack.CodeIO, "read key: %w", err)
		}
		keys = append(keys, strings.TrimSpace(string(data)))
	}
	return index.WriteBeside(ctx, path, signature.Suffix, func(data, earlier []byte) ([]byte, error) {
		return signature.Sign(s.name, data, earlier, keys...)
	})
}

func (a *app) indexSignCommand() *cobra.Command {
	var s signFlags
	cmd := command("sign INDEX", "Sign an index file; signatures by other keys stay", exactly("INDEX"),
		func(cmd *cobra.Command, args []string) error {
			given, err := s.given()
			if err == nil && !given {
				err = errors.New("want --name and --key")
			}
			if err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			return s.sign(cmd.Context(), args[0])
		})
	s.bind(cmd.Flags())
	return cmd
}

// update changes an index file, and signs it if the flags say so.
func (s *signFlags) update(cmd *cobra.Command, path string, change func(*index.Document) error) error {
	signs, err := s.given()
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	if err := index.Update(cmd.Context(), path, time.Now(), change); err != nil || !signs {
		return err
	}
	return s.sign(cmd.Context(), path)
}

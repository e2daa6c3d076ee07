package gitsource

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/os/roots"
)

// mostPacks is far more than a regularly collected repository has, and bounds
// the number of open files.
const mostPacks = 200

// openPacks opens the packs of a repository.
func openPacks(objects *os.Root) ([]*git.Pack, error) {
	dir, err := enterDir(objects, "pack")
	if errors.Is(err, pack.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer dir.Close() //nolint:errcheck // it was only read
	names, err := packNames(dir)
	if err != nil {
		return nil, err
	}
	var packs []*git.Pack
	for _, name := range names {
		p, err := openPack(dir, name)
		if errors.Is(err, pack.ErrNotFound) {
			continue // replaced meanwhile
		}
		if err != nil {
			return packs, err
		}
		packs = append(packs, p)
	}
	return packs, nil
}

// packNames lists the packs that have an index, without their suffix.
func packNames(dir *os.Root) ([]string, error) {
	var names []string
	err := eachName(dir, func(name string) error {
		if base, ok := strings.CutSuffix(name, ".idx"); ok {
			names = append(names, base)
		}
		return check("number of packs", mostPacks, int64(len(names)))
	})
	return names, err
}

// eachName calls do for the names in a directory as they are read: all of them
// may not fit into memory.
func eachName(dir *os.Root, do func(name string) error) error {
	list, err := dir.Open(".")
	if err != nil {
		return pack.Errorf(pack.CodeIO, "%w", err)
	}
	defer list.Close() //nolint:errcheck // it was only read
	for {
		names, err := list.Readdirnames(512)
		for _, name := range names {
			if err := do(name); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return pack.Errorf(pack.CodeIO, "%w", err)
		}
	}
}

func openPack(dir *os.Root, name string) (*git.Pack, error) {
	index, _, err := roots.OpenFile(dir, name+".idx")
	if err != nil {
		return nil, err
	}
	content, _, err := roots.OpenFile(dir, name+".pack")
	if err != nil {
		return nil, errors.Join(err, index.Close())
	}
	return git.OpenPack(index, content)
}

func (l *local) renewPacks() error {
	packs, err := openPacks(l.objects)
	err = errors.Join(err, closeAll(l.packs))
	l.packs = packs
	return err
}

func closeAll(packs []*git.Pack) error {
	var errs []error
	for _, p := range packs {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

func (l *local) absent(id plumbing.Hash) error {
	if _, err := l.objects.Lstat("info/alternates"); err == nil {
		return broken("the repository does not hold object %s; it borrows from other repositories (objects/info/alternates), which are not read", id)
	}
	return broken("the repository does not hold object %s", id)
}

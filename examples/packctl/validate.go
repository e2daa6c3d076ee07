package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/confschema"
	"github.com/packtrain/pack/source/localsource"
)

// validationReport lists the findings of packs.
type validationReport struct {
	Packs []validatedPack `json:"packs"`
}

type validatedPack struct {
	Path       string            `json:"path"`
	Ref        pack.Ref          `json:"ref"`     // "" when it could not be read
	Version    pack.Version      `json:"version"` // "" when it could not be read
	Valid      bool              `json:"valid"`
	Components map[pack.Kind]int `json:"components"`
	Findings   pack.Findings     `json:"findings"`
	LeftOut    string            `json:"left_out,omitempty"` // says what is not part of the pack
}

func (a *app) validateCommand() *cobra.Command {
	return command("validate PATH...", "Check packs without installing them", some("PATH"),
		func(cmd *cobra.Command, paths []string) error {
			shape := a.Shape()
			r, err := validate(paths, shape)
			if err != nil {
				return err
			}
			if err := a.report(r, func() { a.printValidation(r) }); err != nil {
				return err
			}
			return r.err()
		})
}

func validate(paths []string, shape pack.Shape) (*validationReport, error) {
	r := &validationReport{}
	for _, path := range paths {
		path, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		v, err := validateOne(path, shape)
		if err != nil {
			v = unreadable(path, err)
		}
		r.Packs = append(r.Packs, *v)
	}
	return r, nil
}

// validateOne loads and validates the pack at path. A fault of the pack is a
// finding, not an error.
func validateOne(path string, shape pack.Shape) (*validatedPack, error) {
	dir, err := localsource.OpenDirectory(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	fsys := packBelow(dir.FS())
	p, err := pack.Load(fsys, &pack.LoadOptions{Shape: shape, Schemas: confschema.Compiler{}})
	if err != nil && !errors.Is(err, pack.ErrInvalid) {
		return nil, err // reading failed
	}
	v := &validatedPack{
		Path: path, Ref: p.Manifest.Ref, Version: p.Manifest.Version,
		Components: p.Count(), Findings: append(append(pack.Findings{}, p.Findings...), pack.Validate(fsys, p, nil)...), LeftOut: dir.LeftOut(),
	}
	v.Valid = len(v.Findings.Errors()) == 0
	return v, nil
}

// packBelow returns the directory of pack.yaml, where an installation finds it; for
// none, or two, the files as they are: validation tells why.
func packBelow(fsys fs.FS) fs.FS {
	dir, err := pack.Root(fsys)
	if err != nil {
		return fsys
	}
	below, err := fs.Sub(fsys, dir)
	if err != nil {
		return fsys
	}
	return below
}

// unreadable is the entry of a pack that could not be read: it must not hide the
// findings of the others.
func unreadable(path string, err error) *validatedPack {
	return &validatedPack{Path: path, Components: map[pack.Kind]int{}, Findings: pack.Findings{{
		Code: pack.FindingUnreadable, Severity: pack.SeverityError, File: ".", Message: err.Error(), Err: err,
	}}}
}

// An invalidPacks error says how many packs are invalid.
type invalidPacks struct {
	invalid, all int
	findings     pack.Findings // of all invalid packs
}

func (e *invalidPacks) Error() string {
	return fmt.Sprintf("%d of %s did not pass", e.invalid, counted(e.all, "pack"))
}

func (*invalidPacks) ErrorCode() pack.Code { return pack.CodeInvalidManifest }

func (r *validationReport) err() error {
	e := &invalidPacks{all: len(r.Packs)}
	for _, p := range r.Packs {
		if !p.Valid {
			e.invalid++
			e.findings = append(e.findings, p.Findings...)
		}
	}
	if e.invalid == 0 {
		return nil
	}
	return e
}

func (a *app) printValidation(r *validationReport) {
	for _, p := range r.Packs {
		verdict := "valid"
		if !p.Valid {
			verdict = "invalid"
		} else if n := warnings(p.Findings); n > 0 {
			verdict = fmt.Sprintf("valid, findings of severity %s: %d", pack.SeverityWarning, n)
		}
		if p.Ref != "" {
			verdict = pack.ID{Ref: p.Ref, Version: p.Version}.String() + " " + verdict
		}
		a.println("%s: %s", p.Path, verdict)
		for _, k := range pack.Kinds() {
			if n := p.Components[k]; n > 0 {
				a.println("  %d %s", n, k)
			}
		}
		a.printFindings(p.Findings)
		if p.LeftOut != "" {
			a.println("  warning: %s", p.LeftOut)
		}
	}
}

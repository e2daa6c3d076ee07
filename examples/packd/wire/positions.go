package wire

import (
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/source"
)

// The positions of packs in the request are not on the wire: the client that sent
// the request knows them.

// positions returns where each input is mentioned first, by the text of it that
// reports have.
func positions(inputs []string, shown func(string) string) map[string]int {
	at := map[string]int{}
	for i, input := range inputs {
		if _, known := at[shown(input)]; !known {
			at[shown(input)] = i
		}
	}
	return at
}

// number sets the positions of failures.
func number(failures []pack.Failure, at map[string]int) {
	for i := range failures {
		failures[i].Item = at[failures[i].Spec]
	}
}

// withoutCredentials returns a spec as reports have it.
func withoutCredentials(spec string) string {
	loc, err := source.Parse(spec)
	if bad, ok := errors.AsType[*source.ParseError](err); ok {
		return bad.Spec
	}
	return loc.Spec
}

func downloadResult(q DownloadRequest, d *DownloadReport) (*installer.DownloadReport, error) {
	r, err := d.Result()
	at := positions(q.Packs, withoutCredentials)
	for i := range r.Downloaded {
		r.Downloaded[i].Item = at[r.Downloaded[i].Spec]
	}
	number(r.Failed, at)
	return r, err
}

// pathResult returns the result of a stage that takes paths.
func pathResult[D, R any](d *D, paths []string, result func(*D) (*R, error), failures func(*R) []pack.Failure) (*R, error) {
	r, err := result(d)
	number(failures(r), positions(paths, same))
	return r, err
}

package wire_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
)

// TestReportsSurviveTheLibrary turns each report into that of the library and
// back: nothing that is on the wire is lost.
func TestReportsSurviveTheLibrary(t *testing.T) {
	t.Parallel()
	survives(t, (*wire.DownloadReport).Result, wire.NewDownloadReport)
	survives(t, (*wire.DependenciesReport).Result, wire.NewDependenciesReport)
	survives(t, (*wire.BuildReport).Result, wire.NewBuildReport)
	survives(t, (*wire.RegisterReport).Result, wire.NewRegisterReport)
	survives(t, (*wire.InstallReport).Result, wire.NewInstallReport)
}

func survives[D, R any](t *testing.T, result func(*D) (*R, error), back func(*R) *D) {
	t.Helper()
	for name, how := range map[string]filling{"full": full, "empty": empty} {
		t.Run(reflect.TypeFor[D]().Name()+"/"+name, func(t *testing.T) {
			t.Parallel()
			var report D
			fill(t, reflect.ValueOf(&report).Elem(), how, 0)
			switch r := any(&report).(type) {
			case *wire.DownloadReport:
				count(r)
			case *wire.DependenciesReport:
				countDependencies(r)
			case *wire.InstallReport:
				count(r.Download)
				countDependencies(r.Dependencies)
			}
			r, err := result(&report)
			if (err != nil) != (how == full) {
				t.Errorf("failed packs: %v", err)
			}
			if diff := cmp.Diff(string(encode(t, report)), string(encode(t, back(r)))); diff != "" {
				t.Errorf("-before +after:\n%s", diff)
			}
		})
	}
	if got := back(nil); got != nil {
		t.Errorf("there is no report, but %+v", got)
	}
}

// count lets the counts of r be those of its lists.
func count(r *wire.DownloadReport) {
	if r != nil {
		r.Total, r.Succeeded, r.Failures = len(r.Downloaded)+len(r.Failed), len(r.Downloaded), len(r.Failed)
	}
}

// countDependencies lets the counts of r be those of its lists.
func countDependencies(r *wire.DependenciesReport) {
	for i := range r.Analyzed {
		r.Analyzed[i].DependencyCount = len(r.Dependencies)
	}
}

// TestSourceTypes: what a spec turned out to be has other names on the wire.
func TestSourceTypes(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]installer.DownloadedPack{
		"git":             {Scheme: "git"},
		"archive":         {Scheme: "https", Archive: true},
		"local_directory": {Scheme: "local"},
		"local_archive":   {Scheme: "local", Archive: true},
		"registry":        {Scheme: "registry", Archive: true},
		"builtin":         {Scheme: "builtin"},
	} {
		p.Content = &pack.Content{}
		r := wire.NewDownloadReport(&installer.DownloadReport{Downloaded: []installer.DownloadedPack{p}})
		if got := r.Downloaded[0].Type; got != want {
			t.Errorf("%+v is called %q, want %q", p, got, want)
		}
	}
}

package hosttest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hosttest"
	"github.com/packtrain/pack/installer/installertest"
)

// alerts collects the alerts of a keeper.
type alerts []string

func (a *alerts) add(message string) { *a = append(*a, message) }

// TestAlerts tests a decision of the host: a Fake produces every situation.
func TestAlerts(t *testing.T) {
	t.Parallel()
	var got alerts
	fake := &installertest.Fake{Broken: map[pack.Ref]error{
		"slack":  &pack.UnavailableError{Target: "https://index.example", Temporary: true, Err: errors.New("503")},
		"github": pack.Errorf(pack.CodeTestsFailed, "2 of 9 tests failed"),
	}}
	keeper := hosttest.Keeper{Pipeline: fake, Wanted: []string{"slack", "jira@^2", "github"}, Alert: got.add}
	changed, err := keeper.Sync(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if changed != 1 {
		t.Errorf("%d packs changed, want 1", changed)
	}
	want := alerts{"github: 2 of 9 tests failed (tests_failed)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alerts -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(keeper.Wanted, fake.Installs()[0].Specs); diff != "" {
		t.Errorf("specs -want +got:\n%s", diff)
	}
}

func TestSyncThatFailsAsAWhole(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	keeper := hosttest.Keeper{Pipeline: &installertest.Fake{}, Wanted: []string{"slack"}}
	if _, err := keeper.Sync(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

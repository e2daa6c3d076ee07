package wirecheck_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/testkit/wirecheck"
)

type inner struct {
	List []string `json:"list"`
}

type outer struct {
	Null   []inner          `json:"null"`
	Full   []inner          `json:"full"`
	Map    map[string]inner `json:"map"`
	Hidden []string         `json:"-"`
	Absent *inner           `json:"absent"`
	text   []string
}

func TestNulls(t *testing.T) {
	t.Parallel()
	v := &outer{Full: []inner{{}, {List: []string{}}}, Map: map[string]inner{"a": {}}}
	v.text = nil
	nulls, unseen := wirecheck.Nulls(v)
	if diff := cmp.Diff([]string{"report.Null", "report.Full[0].List", "report.Map[a].List"}, nulls); diff != "" {
		t.Errorf("nulls (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"report.Null", "report.Absent"}, unseen); diff != "" {
		t.Errorf("unseen (-want +got)\n%s", diff)
	}
}

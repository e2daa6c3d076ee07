package registry_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func someDocuments(t *testing.T) ([]pack.Component, registry.Documents) {
	t.Helper()
	components := []pack.Component{
		{Kind: pack.KindAction, Ref: "demo.run", Name: "run\n\x00<>", File: "actions/run.yaml", Spec: map[string]any{"default": "slack.post", "text": "\"aws.list\" and 1.5"}},
		{Kind: pack.KindRule, Ref: "demo.on", Rule: &pack.Rule{ActionRef: "core.echo", TriggerRef: "a-b_1.event"}},
	}
	documents, err := registry.EncodeComponents(components)
	if err != nil {
		t.Fatal(err)
	}
	return components, documents
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	want, documents := someDocuments(t)
	got, err := documents.Components()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	list, err := documents.List()
	if err != nil || len(list) != 2 || list[0].Ref != "demo.run" || list[1].Kind != pack.KindRule || !bytes.HasPrefix(list[1].JSON, []byte("{")) {
		t.Errorf("got %+v, %v", list, err)
	}
	mentions := []pack.Ref{"a-b_1", "aws", "core", "demo", "slack"}
	if diff := cmp.Diff(mentions, documents.Mentions()); diff != "" {
		t.Errorf("mentions (-want +got)\n%s", diff)
	}
	for _, none := range []registry.Documents{nil, {}} {
		if got, err := none.Components(); err != nil || got == nil || len(got) > 0 {
			t.Errorf("of none: got %v, %v", got, err)
		}
	}
}

// TestDamagedDocuments cuts the documents at every byte, and adds to them.
func TestDamagedDocuments(t *testing.T) {
	t.Parallel()
	_, documents := someDocuments(t)
	for n := 1; n < len(documents); n++ {
		if got, err := documents[:n].Components(); pack.CodeOf(err) != pack.CodeStoreCorrupt {
			t.Fatalf("cut at %d of %d: got %v, %v", n, len(documents), got, err)
		}
	}
	for _, bad := range []string{
		"{}\n", "[{\"size\":-1}]\n\n", "[{\"size\":9223372036854775807}]\n{}\n", "[{\"size\":1}]\n{}\n", "[{\"size\":1}]\n{\n", string(documents) + "x",
	} {
		if _, err := registry.Documents(bad).Components(); pack.CodeOf(err) != pack.CodeStoreCorrupt {
			t.Errorf("%q: got error %v", bad, err)
		}
	}
}

package pack_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

// TestErrorsAreToldOnce gives each key a value of each other type: that is one error.
func TestErrorsAreToldOnce(t *testing.T) {
	t.Parallel()
	const script = "#!/bin/sh\n"
	whole := map[string]string{"ref": "demo", "version": "1.0.0", "label": "l", "description": "d"}
	part := map[string]string{"ref": "demo.a", "name": "a", "label": "l", "description": "d", "entry_point": "a.sh", "concurrency": "{limit: 1}"}
	rule := map[string]string{"ref": "demo.a", "trigger_ref": "demo.t", "action_ref": "demo.b"}
	for _, c := range []struct {
		file, keys string
		others     map[string]string
		indent     string // what comes before the key, at its indentation
	}{
		{"pack.yaml", "ref name label description version author email license homepage system enabled conf_schema config_schema config meta metadata tags keywords runtime_deps testing", whole, ""},
		{"pack.yaml", "enabled discovery runners result_format result_path min_pass_rate on_failure", whole, "testing:\n  "},
		{"pack.yaml", "type entry_point timeout result_format requirements", whole, "testing:\n  runners:\n    a:\n      "},
		{"pack.yaml", "method path command tests", whole, "testing:\n  discovery:\n    "},
		{"actions/a.yaml", "ref name label description enabled runner_type entry_point parameters output parameter_delivery parameter_format output_format runtime_version timeout workflow_file", part, ""},
		{"sensors/a.yaml", "ref runner_type entry_point trigger_type trigger_types runtime_version parameters", part, ""},
		{"triggers/a.yaml", "ref parameters parameters_schema output payload_schema", part, ""},
		{"rules/a.yaml", "ref trigger_ref action_ref trigger action", rule, ""},
		{"workflows/a.yaml", "ref tasks parameters", part, ""},
		{"policies/a.yaml", "ref action_ref resource_ref priority", part, ""},
	} {
		for key := range strings.FieldsSeq(c.keys) {
			for _, value := range []string{"5", "[1]", "{a: 1}", "true", "x", "''"} {
				files := map[string]string{
					"pack.yaml": without(whole, ""), "triggers/t.yaml": "ref: demo.t\n", "actions/b.yaml": "ref: demo.b\nentry_point: a.sh\n",
					"actions/a.sh": script, "sensors/a.sh": script,
				}
				files[c.file] = without(c.others, key) + c.indent + key + ": " + value + "\n"
				for _, shape := range []pack.Shape{pack.ShapeNative, pack.ShapeStackStorm} {
					wantOncePerLine(t, files, shape)
				}
			}
		}
	}
}

// without returns a document with all entries but one.
func without(entries map[string]string, but string) string {
	var b strings.Builder
	for key, value := range entries {
		if key != but {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
		}
	}
	return b.String()
}

func wantOncePerLine(t *testing.T, files map[string]string, shape pack.Shape) {
	t.Helper()
	fsys := mapFS(files)
	p, _ := pack.Load(fsys, &pack.LoadOptions{Shape: shape})
	told := map[string]pack.Finding{}
	for _, f := range append(p.Findings.Errors(), pack.Validate(fsys, p, nil).Errors()...) {
		at := fmt.Sprintf("%s:%d", f.File, f.Line)
		if first, twice := told[at]; twice {
			t.Errorf("%s shape, one value of %q: told %q and %q", shape, files[f.File], first.Message, f.Message)
		}
		told[at] = f
	}
}

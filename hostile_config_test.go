package pack_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

// testWrongDefaults: a pack whose own configuration does not fit its conf_schema has a
// warning for it, and that configuration is refused.
func testWrongDefaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, finding, problem string }{
		{"default of another type", "conf_schema: {port: {type: integer, default: x}}\n", `the default of "conf_schema.port" is the string "x"; its type is integer`, `"port" is a string; want an integer`},
		{"default that the enum lacks", "conf_schema: {level: {type: string, enum: [low, high], default: none}}\n", "which its enum does not list", `"level" `},
		{"value of another type", "conf_schema: {port: {type: integer}}\nconfig: {port: x}\n", `"config.port" is the string "x"; its type is integer`, `"port" is a string; want an integer`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := pack.Load(mapFS(map[string]string{"pack.yaml": minimal + tt.text}), nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Findings) != 1 || p.Findings[0].Code != "schema.default" || pack.CodeOf(p.Findings[0].Err) != pack.CodeInvalidSchema || !strings.Contains(p.Findings[0].Err.Error(), tt.finding) {
				t.Errorf("got %v, want %q", p.Findings, tt.finding)
			}
			if problems := p.Manifest.CheckConfig(pack.Config{}, nil); len(problems) != 1 || !strings.HasPrefix(problems[0], tt.problem) {
				t.Errorf("got %q, want %q", problems, tt.problem)
			}
		})
	}
	t.Run("secret value", func(t *testing.T) {
		t.Parallel()
		text := minimal + "conf_schema: {token: {type: string, secret: true, enum: [a], default: hunter2}}\nconfig: {token: hunter2}\n"
		p, err := pack.Load(mapFS(map[string]string{"pack.yaml": text}), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Findings) != 2 || p.Findings[0].Code != "schema.secret_value" || p.Findings[1].Code != "schema.secret_value" || strings.Contains(fmt.Sprint(p.Findings), "hunter2") {
			t.Errorf("got %v", p.Findings)
		}
	})
}

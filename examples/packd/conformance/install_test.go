package conformance_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

func install(ctx context.Context, w io.Writer, url, token string, specs ...string) error {
	c, err := client.New(client.Config{URL: url, Token: token})
	if err != nil {
		return err
	}
	report, err := c.Install(ctx, wire.InstallRequest{Packs: specs}, func(_ context.Context, e pack.Event) {
		if e.Kind == pack.EventFinished {
			fmt.Fprintln(w, e.Pack, e.Stage)
		}
	})
	if report == nil {
		return err // the request itself failed
	}
	for _, o := range report.Outcomes {
		fmt.Fprintln(w, o.Ref, o.Version, o.Status)
	}
	return err // a *pack.BatchError when packs failed
}

// compiled wants the code of the document to be the function above, and runs that.
func (s *story) compiled(b block) {
	s.t.Helper()
	source, err := os.ReadFile("install_test.go")
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(source), "\n"+b.text) {
		s.t.Fatalf("%s:%d: the code is not that of install_test.go", document, b.line)
	}
	token, err := os.ReadFile(s.place.home + "/token")
	if err != nil {
		s.t.Fatal(err)
	}
	var out strings.Builder
	if err := install(s.t.Context(), &out, s.place.url, strings.TrimSpace(string(token)), "hello"); err != nil {
		s.t.Fatal(err)
	}
	s.output, s.used = out.String(), false
}

package runner_test

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
)

func ExampleRunner_Run() {
	r := runner.New(&runner.Options{Level: pack.IsolationNone})
	result, err := r.Run(context.Background(), pack.Command{
		Path: "/bin/sh", Args: []string{"-c", "echo $GREETING; exit 3"}, Dir: "/", Env: []string{"GREETING=hello"},
	})
	fmt.Printf("%q %d %s %v\n", result.Stdout, result.ExitCode, result.Isolation, err)
	// Output:
	// "hello\n" 3 none <nil>
}

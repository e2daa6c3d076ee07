package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/packtrain/pack"
)

// consent is the flag of commands that destroy something.
type consent struct{ yes bool }

func (c *consent) bind(flags *pflag.FlagSet) {
	flags.BoolVarP(&c.yes, "yes", "y", false, "do not ask on a terminal")
}

// confirm asks on a terminal whether to do what cannot be undone. Elsewhere, and with --yes,
// it does not ask.
func (a *app) confirm(cmd *cobra.Command, c consent, question string) error {
	in := cmd.InOrStdin()
	if f, ok := in.(*os.File); c.yes || a.json || !ok || !term.IsTerminal(int(f.Fd())) || a.terminal(a.stderr) == 0 {
		return nil
	}
	fmt.Fprintf(a.stderr, "%s [y/N] ", plain(question, ""))
	answer, err := readLine(cmd, in)
	if err != nil {
		fmt.Fprintln(a.stderr)
		return err
	}
	if answer = strings.ToLower(answer); answer == "y" || answer == "yes" {
		return nil
	}
	return pack.Errorf(pack.CodeCancelled, "not confirmed: nothing was changed")
}

// readLine reads a line, unless the command is interrupted.
func readLine(cmd *cobra.Command, in io.Reader) (string, error) {
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n')
		lines <- strings.TrimSpace(line)
	}()
	select {
	case line := <-lines:
		return line, nil
	case <-cmd.Context().Done():
		return "", cmd.Context().Err()
	}
}

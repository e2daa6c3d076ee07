package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish"}
	cmd := command("completion bash|zsh|fish", "Print the script that completes command lines in a shell", exactly("SHELL"),
		func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				// As npm's does: bash would begin a new word at the @ of slack@1.0.0.
				fmt.Fprintln(a.stdout, `COMP_WORDBREAKS=${COMP_WORDBREAKS//@/}`)
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			}
			return &usageError{fmt.Errorf("shell %q: want one of %s", args[0], strings.Join(shells, ", ")), cmd.CommandPath()}
		})
	cmd.ValidArgs = []cobra.Completion{"bash", "zsh", "fish"}
	cmd.Long = `Print the script that completes command lines in a shell: commands, flags, installed packs, their actions,
parameters and generations, and the packs and versions of the configured indices.

  bash   source <(packctl completion bash)     in ~/.bashrc; needs the package bash-completion
  zsh    source <(packctl completion zsh)      in ~/.zshrc, after compinit
  fish   packctl completion fish | source      in ~/.config/fish/config.fish`
	return cmd
}

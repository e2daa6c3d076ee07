package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shellPath returns a search path on which "packctl" is this program.
func shellPath(t *testing.T) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := "#!/bin/sh\nPACKCTL_TEST_AS_PROGRAM=1 exec '" + program + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "packctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir + ":" + searchPath()
}

// shellRoot returns a root with the packs app and lib.
func shellRoot(t *testing.T) string {
	t.Helper()
	dir, root := messagePacks(t), filepath.Join(t.TempDir(), "root")
	for _, name := range []string{"lib", "app"} {
		wantStatus(t, on(t, root)("register", filepath.Join(dir, name)), exitOK)
	}
	return root
}

// inShell runs a script in a shell whose settings name the root.
func inShell(t *testing.T, script string, shell ...string) string {
	t.Helper()
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), shell[0], append(shell[1:], script)...)
	cmd.Dir = home
	cmd.Env = []string{"PATH=" + shellPath(t), "HOME=" + home, "LC_ALL=C.UTF-8", "TERM=dumb", "PACKTRAIN_ROOT=" + shellRoot(t)}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", shell[0], err, out)
	}
	return string(out)
}

func TestBash(t *testing.T) {
	t.Parallel()
	need(t, "bash", "git")
	const library = "/usr/share/bash-completion/bash_completion"
	if _, err := os.Stat(library); err != nil {
		need(t, "the package bash-completion")
	}
	got := inShell(t, `
		source `+library+`
		source <(packctl completion bash)
		complete -p packctl >/dev/null && [[ $COMP_WORDBREAKS != *@* ]] || exit 1
		try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=63; COMPREPLY=(); __start_packctl; echo "${COMPREPLY[*]}" | tr -s ' '; }
		try packctl roll
		try packctl history ""
		try packctl run app.get_issue ""
	`, "bash", "--norc", "-c")
	for _, want := range []string{"rollback", "app", "lib", "key="} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFish(t *testing.T) {
	t.Parallel()
	need(t, "fish", "git")
	got := inShell(t, `
		packctl completion fish | source
		complete -C 'packctl roll'
		complete -C 'packctl history '
		complete -C 'packctl run app.get_issue '
	`, "fish", "--no-config", "-c")
	const want = "rollback\tGo back to the previously active generation, or to any other that is kept\napp\t1.0.0\nlib\t1.0.0\nkey=\tstring\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestZsh types into a shell in a terminal of its own, which zsh completes in only.
func TestZsh(t *testing.T) {
	t.Parallel()
	need(t, "zsh", "git")
	got := inShell(t, `
		zmodload zsh/zpty
		zpty shell 'PS1="ready> " zsh -f -i'
		type() { zpty -w shell "$1"; }
		see() { zpty -r -m shell line "*$1*" && print -r -- "$line"; }
		type 'autoload -U compinit; compinit -u; source <(packctl completion zsh); echo "begin"_"now"'
		see begin_now
		zpty -w -n shell $'packctl history l\t'
		see "history lib"
		zpty -w -n shell $'\C-upackctl run app.get_issue k\t'
		see "key="
		zpty -d shell
	`, "zsh", "-f", "-c")
	for _, want := range []string{"history lib", "key="} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// systemDirs are the directories of programs and libraries.
func systemDirs() []string {
	return []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"}
}

// systemFiles are the settings that programs need: nothing secret is among them.
func systemFiles() []string {
	return []string{
		"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/timezone",
		"/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem", "/etc/ca-certificates",
		"/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted", "/etc/crypto-policies",
		"/etc/nsswitch.conf", "/etc/protocols", "/etc/services", "/etc/mime.types", "/etc/debian_version", "/etc/os-release",
	}
}

// networkFiles are what only a child with a network needs.
func networkFiles() []string { return []string{"/etc/resolv.conf", "/etc/hosts", "/etc/gai.conf"} }

// isSystem reports whether path lies in what every child sees.
func isSystem(path string) bool {
	return slices.ContainsFunc(append(systemDirs(), "/proc", "/dev"), func(dir string) bool {
		return path == dir || strings.HasPrefix(path, dir+"/")
	})
}

// system adds what every child sees.
func (v *view) system(network bool) {
	for _, dir := range systemDirs() {
		if target, err := os.Readlink(dir); err == nil {
			v.args = append(v.args, "--symlink", target, dir)
		} else if _, err := os.Stat(dir); err == nil {
			v.parents(dir)
			v.args = append(v.args, "--ro-bind", dir, dir)
		}
	}
	pythons, _ := filepath.Glob("/etc/python3*") // the pattern is valid
	files := append(systemFiles(), pythons...)
	if network {
		files = append(files, networkFiles()...)
	}
	for _, file := range files {
		v.optional(file)
	}
}

// optional adds a file if it exists.
func (v *view) optional(file string) {
	if _, err := os.Stat(file); err == nil {
		v.parents(file)
		v.args = append(v.args, "--ro-bind-try", file, file)
	}
}

// accounts returns the arguments that make the files that name users and hosts. The host's
// name its users.
func (b *sandbox) accounts(withNetwork bool) ([]string, error) {
	user, group := os.Getuid(), os.Getgid()
	if b.other {
		user, group = otherUser, otherUser
	}
	files := map[string]string{
		"/etc/passwd": fmt.Sprintf("root:x:0:0:root:/nonexistent:/usr/sbin/nologin\npack:x:%d:%d:pack:/tmp:/bin/sh\n", user, group),
		"/etc/group":  fmt.Sprintf("root:x:0:\npack:x:%d:\n", group),
	}
	if !withNetwork {
		files["/etc/hosts"] = "127.0.0.1 localhost\n::1 localhost\n"
	}
	var args []string
	for name, content := range files {
		f, err := memory(content)
		if err != nil {
			return nil, err
		}
		args = append(args, "--perms", "0444", "--file", b.descriptor(f), name)
	}
	return args, nil
}

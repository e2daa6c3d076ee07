package pack_test

import (
	"strings"

	"github.com/packtrain/pack"
)

// runt is the file of a runtime.
const runt = "runtimes/r.yaml"

// execution returns a runtime with an entry of its execution_config.
func execution(entry string) string { return "ref: r\nexecution_config:\n  " + entry + "\n" }

// hostileRuntimes are descriptions of runtimes that have to be refused.
func hostileRuntimes() []hostileCase {
	const invalid = pack.CodeInvalidManifest
	return []hostileCase{
		{"one text", runt, execution("environment: {create_command: 'python3 -m venv x; id'}"), invalid, "want a list of words"},
		{"program with arguments", runt, execution("environment: {create_command: ['sh -c id']}"), invalid, "want the name of one program"},
		{"substitution", runt, execution("interpreter: {binary: '$(id)'}"), invalid, "want the name of one program"},
		{"no program", runt, execution("dependencies: {install_command: ['', x]}"), invalid, "want the name of a program"},
		{"climbing program", runt, execution("interpreter: {binary: '{env_dir}/../../bin/sh'}"), invalid, "leads out"},
		{"number", runt, execution("interpreter: {binary: 7}"), invalid, "want the name of a program"},
		{"verification", runt, "ref: r\ndistributions: {verification: {commands: [{binary: 'python3; id'}]}}\n", invalid, "want the name of one program"},
		{"foreign interpreter", runt, execution("environment: {interpreter_path: /usr/bin/python3}"), invalid, "begins with {env_dir}/"},
		{"climbing interpreter", runt, execution("environment: {interpreter_path: '{env_dir}/../../x'}"), invalid, "begins with {env_dir}/"},
		{"directory", runt, execution("environment: {dir_name: ../../x}"), invalid, "stays in the pack"},
		{"manifest", runt, execution("dependencies: {manifest_file: /etc/passwd}"), invalid, "stays in the pack"},
		{"template", runt, execution("interpreter: {args: ['{{ config.token }}']}"), invalid, "braces stand for"},
		{"block", runt, execution("environment: {create_command: [sh, -c, '{% include x %}']}"), invalid, "braces stand for"},
		{"template of a version", runt, "ref: r\nversions: [{version: '1', execution_config: {inline_execution: {extension: '{x}'}}}]\n", invalid, "braces stand for"},
		{"name with =", runt, execution("env_vars: {A=B: x}"), invalid, "want a name of letters"},
		{"name with NUL", runt, execution(`env_vars: {"A\0B": x}`), invalid, "want a name of letters"},
		{"value with NUL", runt, execution(`env_vars: {A: {operation: set, value: "x\0y"}}`), invalid, "has a NUL"},
		{"LD_PRELOAD", runt, execution("env_vars: {LD_PRELOAD: '{pack_dir}/x.so'}"), invalid, "LD_PRELOAD makes every program"},
		{"NODE_OPTIONS", runt, execution("env_vars: {NODE_OPTIONS: --require x}"), invalid, "NODE_OPTIONS makes every program"},
		{"proxy", runt, execution("env_vars: {https_proxy: 'http://x.example'}"), invalid, "https_proxy is the platform's"},
		{"no proxy", runt, execution("env_vars: {NO_PROXY: '*'}"), invalid, "NO_PROXY is the platform's"},
		{"certificates", runt, execution("env_vars: {SSL_CERT_FILE: '{pack_dir}/ca.pem'}"), invalid, "SSL_CERT_FILE is the platform's"},
		{"home", runt, execution("env_vars: {HOME: '{pack_dir}'}"), invalid, "HOME is the platform's"},
		{"search path", runt, execution("env_vars: {PATH: '{env_dir}/bin'}"), invalid, "PATH is the platform's"},
		{"search path of the pack", runt, execution("env_vars: {PATH: {operation: prepend, value: '{pack_dir}/bin'}}"), invalid, "PATH is the platform's"},
		{"climbing search path", runt, execution("env_vars: {PATH: {operation: prepend, value: '{env_dir}/../x'}}"), invalid, "PATH is the platform's"},
		{"operation", runt, execution("env_vars: {A: {operation: run, value: x}}"), invalid, "want set, prepend or append"},
		{"pattern", runt, "ref: r\ndistributions: {verification: {commands: [{binary: ruby, pattern: '(?=x)'}]}}\n", invalid, "want a regular expression"},
		{"long pattern", runt, "ref: r\ndistributions: {verification: {commands: [{binary: ruby, pattern: " + strings.Repeat("x", 201) + "}]}}\n", invalid, "want a regular expression"},
	}
}

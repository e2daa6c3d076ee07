package pack_test

import "strings"

// packageCases are about the files that list packages to install.
func packageCases() []findingCase {
	return []findingCase{
		{name: "requirements", files: map[string]string{"requirements.txt": "# all\n\na==1.0\nb>=2 # c\nc @ https://x/c.whl\n"}, want: []string{
			"requirements.txt:5 requirements.url",
		}},
		{name: "odd requirements", files: map[string]string{
			"requirements.txt": "a=1\nb\n-r other.txt\ngit+https://x/y\n-e git+https://x/y\nc ===\n./wheels\n",
		}, want: []string{
			"requirements.txt:1 requirements.single_equals", "requirements.txt:2 requirements.unpinned", "requirements.txt:3 requirements.option",
			"requirements.txt:4 requirements.vcs", "requirements.txt:5 requirements.vcs", "requirements.txt:6 requirements.invalid",
			"requirements.txt:7 requirements.path",
		}},
		{name: "requirements that no host can allow", files: map[string]string{
			"requirements.txt": "a===${X}\nb @ http://x/b.whl\nhttps://x/c.whl\nd==1 --hash=md5:0\ne==1 --pre\nf\fg\nh @ git+ssh://x/h\ni @ https://u:p@x/i.whl\n",
		}, want: []string{
			"requirements.txt:1 requirements.refused", "requirements.txt:2 requirements.refused", "requirements.txt:3 requirements.refused",
			"requirements.txt:4 requirements.refused", "requirements.txt:5 requirements.option", "requirements.txt:6 requirements.invalid",
			"requirements.txt:7 requirements.refused", "requirements.txt:8 requirements.refused",
		}},
		{name: "too many requirements", files: map[string]string{"requirements.txt": strings.Repeat("a==1\n", 5001)}, want: []string{
			"requirements.txt:0 requirements.refused",
		}},
		{name: "requirements in Latin-1", files: map[string]string{"requirements.txt": "caf\xe9\n"}, want: []string{
			"requirements.txt:1 requirements.unreadable",
		}},
		{name: "requirements of PowerShell", files: map[string]string{"requirements.txt": "\xff\xfes\x00i\x00x\x00=\x00=\x001\x00\r\x00\n\x00a\x00"}, want: []string{
			"requirements.txt:2 requirements.unpinned",
		}},
		{name: "marks", files: map[string]string{
			"pack.yaml": "\ufeff" + minimal, "actions/a.yaml": "\ufeff" + action, "requirements.txt": "\ufeffa==1\n", "package.json": "\ufeff{\"dependencies\": {\"a\": \"1\"}}",
			"package-lock.json": "\ufeff{\"lockfileVersion\": 3, \"packages\": {}}", "config.schema.yaml": "\ufeffa: {type: string}\n",
		}},

		{name: "node packages", files: map[string]string{
			"package.json":      `{"dependencies": {"a": "^1"}}`,
			"package-lock.json": `{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-AAAA=="}}}`,
		}},
		{name: "package.json is not JSON", files: map[string]string{"package.json": "{\n\"a\": 1,\n}", "package-lock.json": "{"}, want: []string{
			"package.json:3 node.invalid_manifest",
		}},
		{name: "package.json names a directory", files: map[string]string{"package.json": `{"dependencies": {"a": "file:../a"}}`}, want: []string{
			"package.json:0 node.refused_dependency",
		}},
		{name: "package-lock.json is not JSON", files: map[string]string{"package.json": `{"dependencies": {"a": "1"}}`, "package-lock.json": "{"}, want: []string{
			"package-lock.json:1 node.invalid_lock",
		}},
		{name: "package-lock.json is old", files: map[string]string{
			"package.json": `{"dependencies": {"a": "1"}}`, "package-lock.json": `{"lockfileVersion": 1}`,
		}, want: []string{
			"package-lock.json:0 node.refused_lock",
		}},
		{name: "package-lock.json of no packages", files: map[string]string{"package.json": `{}`, "package-lock.json": "{"}},
		{name: "package.json is a link", files: map[string]string{"package.json": "link to pack.yaml"}, want: []string{"package.json:0 tree.symlink"}},
	}
}

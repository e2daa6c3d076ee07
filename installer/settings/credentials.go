package settings

import (
	"bufio"
	"bytes"
	"errors"
	"strings"

	"github.com/packtrain/pack"
)

// ReadCredentials reads a file with one credential per line, each for one origin.
// It returns nil for the path "":
//
//	https://git.example.com bearer TOKEN
//	https://packs.example.com:8443 basic USER PASSWORD
//	https://index.example.com header Private-Token VALUE
//
// Empty lines, and lines that begin with "#", are skipped. A file that other users
// may read is refused. Errors state the number of the line, never its content.
func ReadCredentials(path string) (credentials map[string]pack.Credential, err error) {
	if path == "" {
		return nil, nil //nolint:nilnil // no file, no credentials
	}
	data, err := ReadSecretFile("credentials", path)
	if err != nil {
		return nil, err
	}
	credentials = map[string]pack.Credential{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if err := addCredential(credentials, lines.Text()); err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "credentials %q, line %d: %w", path, n, err)
		}
	}
	return credentials, lines.Err()
}

var errCredentialLine = errors.New("want ORIGIN bearer TOKEN, ORIGIN basic USER PASSWORD, or ORIGIN header NAME VALUE")

func addCredential(credentials map[string]pack.Credential, line string) error {
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return nil
	}
	var c pack.Credential
	switch {
	case len(words) == 3 && words[1] == "bearer":
		c = pack.BearerCredential(words[2])
	case len(words) == 4 && words[1] == "basic":
		c = pack.BasicCredential(words[2], words[3])
	case len(words) == 4 && words[1] == "header":
		c = pack.HeaderCredential(words[2], words[3])
	default:
		return errCredentialLine
	}
	if _, twice := credentials[words[0]]; twice {
		return errors.New("duplicate credential for the origin")
	}
	credentials[words[0]] = c
	return c.Validate()
}

package settings

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/yaml"
)

// credentials reads credentials by origin. Errors have no secret.
func (f *file) credentials(s *Setting, n *yaml.Node) error {
	f.secret = true
	byOrigin := map[string]pack.Credential{}
	for i := range n.Fields {
		origin, value := n.Fields[i].Key, n.Fields[i].Value
		c, err := f.credential(value)
		if err == nil {
			err = c.Validate()
		}
		if err != nil {
			return f.wrong(value, "%s.%.80q: %w", s.Name, origin.Text, err)
		}
		byOrigin[origin.Text] = c
	}
	f.layer.values.Credentials = CredentialSet{ByOrigin: byOrigin}
	f.layer.places[s.Name] = f.place(n.Line)
	return nil
}

func (f *file) credential(n *yaml.Node) (c pack.Credential, err error) {
	if n.Kind == yaml.Mapping && len(n.Fields) == 1 {
		value := n.Fields[0].Value
		switch n.Fields[0].Key.Text {
		case "bearer":
			if value.Text != "" {
				return pack.BearerCredential(value.Text), nil
			}
		case "basic":
			if user, password, ok := two(value, "user", "password"); ok {
				return pack.BasicCredential(user, password), nil
			}
		case "header":
			if name, secret, ok := two(value, "name", "value"); ok {
				return pack.HeaderCredential(name, secret), nil
			}
		}
	}
	return c, wrong("want {bearer: TOKEN}, {basic: {user: USER, password: PASSWORD}} or {header: {name: NAME, value: VALUE}}")
}

// two returns the two values of a mapping that has them and no others.
func two(n *yaml.Node, first, second string) (a, b string, ok bool) {
	x, y := n.Field(first), n.Field(second)
	if x == nil || y == nil || len(n.Fields) != 2 {
		return "", "", false
	}
	return x.Value.Text, y.Value.Text, true
}

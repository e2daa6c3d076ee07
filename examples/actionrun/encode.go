package actionrun

import (
	"bytes"
	"encoding/json"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/dotenv"
)

// encode writes the parameters as one document.
func encode(format string, params []param) ([]byte, error) {
	switch format {
	case "", "json":
		return marshal(object(params))
	case "yaml":
		return encodeYAML(params)
	case "dotenv":
		return encodeDotenv(params)
	}
	return nil, pack.Errorf(pack.CodeInvalidManifest, "parameter_format %q: want json, dotenv or yaml", format)
}

func object(params []param) map[string]any {
	m := make(map[string]any, len(params))
	for _, p := range params {
		m[p.name] = p.value
	}
	return m
}

// encodeYAML goes through JSON so that numbers keep their spelling: JSON is a
// subset of YAML, and the node tree is written in block style.
func encodeYAML(params []param) ([]byte, error) {
	data, err := marshal(object(params))
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	block(&doc)
	return yaml.Marshal(&doc)
}

// block gives up the flow style of JSON. Scalars that were quoted stay so: they are
// strings, regardless of their form.
func block(n *yaml.Node) {
	if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
		n.Style = 0
	}
	for _, c := range n.Content {
		block(c)
	}
}

func encodeDotenv(params []param) ([]byte, error) {
	vars := make([]dotenv.Variable, len(params))
	for i, p := range params {
		text, err := scalar(p.value)
		if err != nil {
			return nil, err
		}
		vars[i] = dotenv.Variable{Name: p.name, Value: text}
	}
	return dotenv.Encode(vars)
}

// environ returns ATTUNE_ACTION_<NAME>=value for each parameter.
func environ(params []param) ([]string, error) {
	env := make([]string, len(params))
	for i, p := range params {
		text, err := scalar(p.value)
		if err != nil {
			return nil, err
		}
		env[i] = "ATTUNE_ACTION_" + strings.Map(upper, p.name) + "=" + text
	}
	return env, nil
}

// upper maps a rune of a parameter's name to one that shells allow.
func upper(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return r - 'a' + 'A'
	case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return r
	}
	return '_'
}

// scalar writes strings as they are, null as nothing and all else as JSON.
func scalar(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	text, err := marshal(value)
	return string(text), err
}

// marshal writes JSON on one line; "<" stays "<", for shells that print it.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A Configuration is the configuration of a pack. Unless a request asks for the secret
// values, a placeholder stands for each of them.
type Configuration struct {
	Values map[string]any `json:"values"`
	// Secrets are the JSON pointers of the secret values.
	Secrets  []string `json:"secrets"`
	Revision string   `json:"revision"`
}

// NewConfiguration returns c as it is on the wire, with placeholders for secret values.
func NewConfiguration(c registry.Configuration) Configuration {
	return Configuration{c.Config.Values(), each(c.Config.Secret(), same), c.Revision}
}

// RevealConfiguration returns c as it is on the wire, with its secret values.
func RevealConfiguration(c registry.Configuration) Configuration {
	return Configuration{c.Config.Reveal(), each(c.Config.Secret(), same), c.Revision}
}

// Result returns the configuration as the library has it.
func (c Configuration) Result() (registry.Configuration, error) {
	config, err := pack.NewConfig(c.Values, c.Secrets)
	return registry.Configuration{Config: config, Revision: c.Revision}, err
}

package actionrun

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// deliverConfig hands the configuration over: as a JSON file, whose path is in
// ATTUNE_PACK_CONFIG, and as ATTUNE_CONFIG_<NAME>=value for each value. undo removes the
// file.
func deliverConfig(cmd *pack.Command, inv Invocation) (undo func(), err error) {
	undo = func() {}
	values := inv.Config.Reveal()
	env, err := configEnviron(values)
	if err != nil {
		return undo, pack.Errorf(pack.CodeInvalidRequest, "configuration of pack %s: %w", inv.Action.Ref.Pack(), err)
	}
	doc, err := marshal(values)
	if err != nil {
		return undo, err
	}
	name, err := writePrivate(inv.Scratch, "config-*", doc)
	if err != nil {
		return undo, err
	}
	cmd.Env = append(append(cmd.Env, "ATTUNE_PACK_CONFIG="+name), env...)
	cmd.Access.Write = append(cmd.Access.Write, name) // as the file of parameters
	return func() { _ = os.Remove(name) }, nil
}

// configEnviron returns the variables of a configuration.
func configEnviron(values map[string]any) ([]string, error) {
	var env []string
	names := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name := strings.Map(upper, key)
		text, err := scalar(values[key])
		switch {
		case err != nil:
			return nil, err
		case names[name] != "":
			return nil, pack.Errorf(pack.CodeInvalidRequest, "%q and %q become one variable, ATTUNE_CONFIG_%s; rename one of them", names[name], key, name)
		case strings.ContainsRune(text, 0):
			return nil, pack.Errorf(pack.CodeInvalidRequest, "%q has a zero byte, which no variable can have", key)
		}
		names[name] = key
		env = append(env, "ATTUNE_CONFIG_"+name+"="+text)
	}
	return env, nil
}

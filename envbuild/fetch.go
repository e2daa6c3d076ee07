package envbuild

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/proxy"
	"github.com/packtrain/pack/internal/net/guard"
	"github.com/packtrain/pack/internal/os/prefix"
)

// fetch runs a program that gets packages. It reaches the network through a proxy, which
// applies the settings of the host and is gone afterwards, and so are the files with
// credentials. If the policy refused a server, the build fails: its result would depend
// on that.
func (t *tool) fetch(ctx context.Context, access pack.Access, path string, args []string) (err error) {
	defer func() { err = errors.Join(err, t.dropCredentials()) }()
	network := t.config.Network
	network.Policy = guard.ForPackages(network.Policy)
	p, err := proxy.Start(ctx, network, &proxy.Options{Local: t.config.Packages, LocalHost: PackagesHost})
	if err != nil {
		return err
	}
	defer p.Close()
	vars, err := t.networkVariables(p.URL())
	if err != nil {
		return err
	}
	t.password = userSecrets(p.URL())
	if t.confined(ctx) {
		var b *bridge
		if b, err = t.openBridge(ctx, p); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.close()) }()
		access.Network, access.Read = false, slices.Concat(access.Read, prefix.Of(path), prefix.Of(t.helper))
	}
	defer t.sayThatItWaits(path)()
	err = t.start(ctx, access, vars, path, args)
	refusal := p.Refusal()
	if failed, ok := errors.AsType[*CommandError](err); ok {
		failed.refusal, failed.unreachable = refusal, p.Failure()
	} else if err == nil && refusal != nil {
		err = refused(refusal, nil, "")
	}
	return err
}

// refused returns the error for a server that the policy refuses.
func refused(refusal, cause error, log string) *BuildError {
	return &BuildError{
		Reason: ReasonNetworkPolicy, Message: "packages cannot be fetched: " + refusal.Error(), Log: log, Err: errors.Join(refusal, cause),
	}
}

// networkVariables are those of a program that uses the proxy at an address. Ours are the
// last ones, which count.
func (t *tool) networkVariables(proxy string) ([]string, error) {
	vars := slices.Clone(t.config.Env)
	for _, name := range []string{"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"} {
		vars = append(vars, name+"="+proxy, strings.ToLower(name)+"="+proxy)
	}
	if len(t.config.Network.CAs) > 0 {
		file, err := t.writeAuthorities()
		if err != nil {
			return nil, err
		}
		for _, name := range authorityVariables() {
			vars = append(vars, name+"="+file)
		}
	}
	return append(vars, t.vars...), nil
}

// writePrivate writes a file, which may contain credentials, for the program that
// fetches next. It is removed afterwards.
func (t *tool) writePrivate(file string, content []byte) error {
	t.private = append(t.private, file)
	return os.WriteFile(file, content, 0o600)
}

// dropCredentials removes what writePrivate wrote.
func (t *tool) dropCredentials() (err error) {
	for _, file := range t.private {
		if e := os.Remove(file); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	t.private = nil
	return err
}

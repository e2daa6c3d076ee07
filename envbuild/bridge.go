package envbuild

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/proxy"
)

// confined reports whether programs start in a sandbox, in which they have no network that
// they are not given.
func (b *Builder) confined(ctx context.Context) bool {
	i, ok := b.config.Runner.(isolator)
	if !ok {
		return false
	}
	level, _, err := i.Isolation(ctx)
	return err == nil && level.AtLeast(pack.IsolationSandbox)
}

// A bridge leads from the loopback interface of a sandbox without a network to a proxy: an
// interpreter in the sandbox forwards connections to a socket file. So whatever runs there
// reaches what the proxy allows, and nothing else.
type bridge struct {
	dir  *os.File // of the socket file
	file string   // the socket file
}

const bridgeName = "proxy.sock"

// openBridge makes the socket file, on which the proxy listens too. Paths of sockets have
// to be short, so the directory is named by its descriptor, here and in the sandbox.
func (t *tool) openBridge(ctx context.Context, p *proxy.Proxy) (*bridge, error) {
	dir, err := os.Open(t.site.Work)
	if err != nil {
		return nil, err
	}
	b := &bridge{dir: dir, file: filepath.Join(t.site.Work, bridgeName)}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", filepath.Join("/proc/self/fd", strconv.Itoa(int(dir.Fd())), bridgeName))
	if err != nil {
		return nil, errors.Join(pack.Errorf(pack.CodeIO, "make a socket for the sandbox: %w", err), dir.Close())
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false) // the name is only valid for this process
	p.Serve(listener)
	if err := t.across(ctx, p.Port()); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// close removes the socket file. The proxy has closed the socket.
func (b *bridge) close() error { return errors.Join(os.Remove(b.file), b.dir.Close()) }

// across makes the next program one that forwards the port of the proxy and then is the
// program. Of uv, the interpreter does that for it, and of the tools of described runtimes
// any Python that there is.
func (t *tool) across(ctx context.Context, port string) error {
	if t.runtime != pack.RuntimeNode {
		python, err := t.forwarder(ctx)
		t.through = func(path string, args []string) (string, []string) {
			return python, append([]string{"-I", "-B", "-S", "-c", pythonBridge, t.site.Work, port, path}, args...)
		}
		return err
	}
	script := filepath.Join(t.site.Work, "bridge.js")
	t.through = func(path string, args []string) (string, []string) {
		return path, append([]string{"--require", script}, args...)
	}
	return os.WriteFile(script, []byte(nodeBridge(t.site.Work, port)), 0o644)
}

// forwarder returns the Python that forwards the port of the proxy.
func (t *tool) forwarder(ctx context.Context) (string, error) {
	if t.runtime == pack.RuntimePython {
		return t.program, nil
	}
	found, err := t.finder.Pythons(ctx)
	if err == nil && len(found) == 0 {
		err = pack.Errorf(pack.CodeBuildFailed, "no Python found: in a sandbox, the tools of %s reach the network through one; install it, or add where it is to the search path", t.runtime)
	}
	if err != nil {
		return "", err
	}
	t.helper = found[0].Path
	return t.helper, nil
}

// pythonBridge forwards in a child process, which ends with the sandbox.
const pythonBridge = `import os, socket, sys, threading
work, port, program = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
server = socket.socket()
server.bind(("127.0.0.1", port))
server.listen(128)
def send(source, target):
    try:
        for data in iter(lambda: source.recv(65536), b""):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in source, target:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
def serve():
    name = "/proc/self/fd/%d/` + bridgeName + `" % os.open(work, os.O_RDONLY)
    while True:
        client = server.accept()[0]
        proxy = socket.socket(socket.AF_UNIX)
        try:
            proxy.connect(name)
        except OSError:
            client.close()
            continue
        for pair in (client, proxy), (proxy, client):
            threading.Thread(target=send, args=pair).start()
if os.fork() == 0:
    serve()
server.close()
os.execv(program[0], program)
`

// nodeBridge forwards inside of the interpreter.
func nodeBridge(work, port string) string {
	return `const net = require("net"), fs = require("fs")
const name = "/proc/self/fd/" + fs.openSync(` + strconv.Quote(work) + `) + "/` + bridgeName + `"
net.createServer({allowHalfOpen: true}, client => {
  const proxy = net.connect({path: name, allowHalfOpen: true})
  client.pipe(proxy).pipe(client)
  client.on("error", () => proxy.destroy())
  proxy.on("error", () => client.destroy())
}).listen(` + port + `, "127.0.0.1").unref()
`
}

package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// begin begins an installation and returns the id of its operation.
func (f *fixture) begin(specs ...string) string {
	f.t.Helper()
	a := f.post("install", m{"packs": specs})
	wantStatus(f.t, a, http.StatusAccepted)
	id, _ := decode(f.t, a)["data"].(m)["id"].(string) //nolint:forcetypeassert // a test
	if want := "/api/v1/operations/" + id; a.header.Get("Location") != want {
		f.t.Errorf("location %q, want %q", a.header.Get("Location"), want)
	}
	return id
}

// operation asks for an operation.
func (f *fixture) operation(id string) wire.Operation {
	f.t.Helper()
	a := f.call("GET", "/api/v1/operations/"+id, request{})
	wantStatus(f.t, a, http.StatusOK)
	var body wire.Envelope[wire.Operation]
	if err := json.Unmarshal(a.body, &body); err != nil {
		f.t.Fatal(err)
	}
	return body.Data
}

// connect begins to read the events after the given one.
func (f *fixture) connect(ctx context.Context, id string, after uint64) (io.ReadCloser, error) {
	req := f.request("GET", "/api/v1/operations/"+id+"/events", request{accept: "text/event-stream"}).WithContext(ctx)
	if after > 0 {
		req.Header.Set("Last-Event-ID", strconv.FormatUint(after, 10))
	}
	resp, err := new(http.Client).Do(req)
	if err != nil {
		return nil, err
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		return nil, errors.Join(fmt.Errorf("status %d, type %s", resp.StatusCode, kind), resp.Body.Close())
	}
	return resp.Body, nil
}

// readEvents hands over events until take returns false or there are no more.
func readEvents(body io.Reader, take func(wire.Event) bool) error {
	lines := bufio.NewReader(body)
	for {
		e, err := readEvent(lines)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !take(e) {
			return nil
		}
	}
}

// readEvent reads an event, which is three lines and an empty one, and skips
// comments. An event that was cut off does not count.
func readEvent(lines *bufio.Reader) (e wire.Event, err error) {
	fields := map[string]string{}
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return e, io.EOF
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if line != "\n" {
			fields[name] = value
			continue
		}
		if data, ok := fields["data"]; ok {
			err = json.Unmarshal([]byte(data), &e)
			if fields["id"] != fmt.Sprint(e.Seq) || fields["event"] != string(e.Kind) {
				err = fmt.Errorf("id %s, event %s of %s", fields["id"], fields["event"], data)
			}
			return e, err
		}
	}
}

// events reads all events until the operation is over.
func (f *fixture) events(id string) []wire.Event {
	f.t.Helper()
	var events []wire.Event
	body, err := f.connect(f.t.Context(), id, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	if err := readEvents(body, func(e wire.Event) bool { events = append(events, e); return true }); err != nil {
		f.t.Fatal(err)
	}
	return events
}

// writeGated writes a pack whose test waits until the file gate exists.
func writeGated(t *testing.T, dir, ref, gate string) string {
	t.Helper()
	path := writePack(t, dir, ref, "1.0.0")
	manifest := "ref: " + ref + "\nversion: 1.0.0\nlabel: L\ndescription: D\n" +
		"testing: {enabled: true, runners: {gate: {type: script, entry_point: gate.sh, timeout: 300}}, result_format: simple}\n"
	script := "#!/bin/sh\nuntil [ -e '" + gate + "' ]; do sleep 0.05; done\nprintf 'Total Tests: 1\\nPassed: 1\\nFailed: 0\\n'\n"
	for name, content := range map[string]string{"pack.yaml": manifest, "gate.sh": script} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// openGate lets the tests of gated packs end.
func openGate(t *testing.T, gate string) {
	t.Helper()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Error(err)
	}
}

// readSome reads at most n events more.
func (f *fixture) readSome(id string, got []wire.Event, n int) ([]wire.Event, error) {
	var after uint64
	if len(got) > 0 {
		after = got[len(got)-1].Seq
	}
	body, err := f.connect(f.t.Context(), id, after)
	if err != nil {
		return got, err
	}
	defer func() { _ = body.Close() }()
	stop := len(got) + n
	err = readEvents(body, func(e wire.Event) bool {
		got = append(got, e)
		return len(got) < stop
	})
	return got, err
}

// writeOperation writes a finished operation with n events into the root of a
// server that is not open yet.
func writeOperation(t *testing.T, root string, n int) string {
	t.Helper()
	id := "0123456789abcdef-abcdefghijkl"
	dir := filepath.Join(root, "operations", id)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	for i := range n {
		e := wire.Event{Seq: uint64(i + 1), Kind: pack.EventWarning, Message: strings.Repeat("x", 4000)}
		if i == n-1 {
			e.Kind = wire.EventCompleted
		}
		log.WriteString(asJSON(t, e) + "\n")
	}
	for name, content := range map[string]string{
		"request.json": `{"format":1,"kind":"install","body":{}}`,
		"operation.json": asJSON(t, m{
			"format": 1, "id": id, "kind": "install", "state": "completed", "progress": list{},
			"created_at": time.Now(), "finished_at": time.Now(), "last_event": n,
		}),
		"events.ndjson": log.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// dial connects with a small buffer for what arrives.
func dial(t *testing.T, server string) net.Conn {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil { //nolint:forcetypeassert // of a dial by tcp
		t.Fatal(err)
	}
	return conn
}

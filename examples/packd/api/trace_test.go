package api_test

import (
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/packtrain/pack/examples/packd/api"
)

func TestTraces(t *testing.T) {
	t.Parallel()
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	f := start(t, func(c *api.Config) { c.Tracer = provider })
	req := f.request("POST", "/api/v1/packs/dependencies", request{body: asJSON(t, f.valid("dependencies"))})
	req.Header.Set("Traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	wantStatus(t, f.do(req), 200)
	f.plain("CANARY", "/canary-path", request{})

	spans := map[string]tracetest.SpanStub{}
	for _, s := range exporter.GetSpans() {
		spans[s.Name] = s
		if strings.Contains(strings.ToLower(asJSON(t, s.Attributes)), "canary") {
			t.Errorf("span %s has %v", s.Name, s.Attributes)
		}
	}
	request, work := spans["POST /api/v1/packs/dependencies"], spans["work dependencies"]
	if request.SpanContext.TraceID().String() != "0123456789abcdef0123456789abcdef" {
		t.Errorf("the request is not part of the trace of its client: %v", spans)
	}
	if work.Parent.SpanID() != request.SpanContext.SpanID() {
		t.Error("the work is not part of its request")
	}
	if _, ok := spans["unknown"]; !ok {
		t.Error("a request for nothing has no span")
	}
}

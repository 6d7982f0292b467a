package span

import (
	"encoding/hex"

	"go.opentelemetry.io/otel/trace"
)

// parse reads a header of https://www.w3.org/TR/trace-context/#traceparent-header. What can't be read is none. Only the ids
// are taken: whether a trace is recorded is not for strangers to say.
func parse(values []string) trace.SpanContext {
	const length = len("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if len(values) != 1 || len(values[0]) < length {
		return trace.SpanContext{}
	}
	value := values[0]
	version := value[:2]
	later := len(value) > length && version != "00" && value[length] == '-' // a version may add to the end
	if version == "ff" || !isHex(version) || !isHex(value[53:55]) || (len(value) != length && !later) {
		return trace.SpanContext{}
	}
	if value[2] != '-' || value[35] != '-' || value[52] != '-' || !isHex(value[3:35]) || !isHex(value[36:52]) {
		return trace.SpanContext{}
	}
	var c trace.SpanContextConfig
	_, traceErr := hex.Decode(c.TraceID[:], []byte(value[3:35]))
	_, spanErr := hex.Decode(c.SpanID[:], []byte(value[36:52]))
	if traceErr != nil || spanErr != nil {
		return trace.SpanContext{}
	}
	c.Remote = true
	return trace.NewSpanContext(c)
}

// isHex says whether a text is hexadecimal in lower case, as the header must be.
func isHex(text string) bool {
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

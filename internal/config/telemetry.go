package config

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Telemetry is where traces and metrics are sent over OTLP, as OpenTelemetry's variables say:
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
type Telemetry struct {
	TracesURL  string // empty: no traces are sent
	MetricsURL string // empty: no metrics are sent
	Headers    map[string]string
	Timeout    time.Duration
	Interval   time.Duration // between metrics
	Ratio      float64       // of traces that are recorded
	Service    string        // empty: the process's own name
	Attributes map[string]string
}

// samplers are OpenTelemetry's, by how they get their ratio. A client's decision is never followed, so that those with a
// parent are as those without: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
var samplers = map[string]func(arg string) (float64, error){
	"":          always(1),
	"always_on": always(1), "parentbased_always_on": always(1),
	"always_off": always(0), "parentbased_always_off": always(0),
	"traceidratio": parseRatio, "parentbased_traceidratio": parseRatio,
}

func always(ratio float64) func(string) (float64, error) {
	return func(string) (float64, error) { return ratio, nil }
}

func parseRatio(text string) (float64, error) {
	ratio, err := strconv.ParseFloat(text, 64)
	if err != nil || !(ratio >= 0 && ratio <= 1) {
		return 0, errors.New("not a ratio")
	}
	return ratio, nil
}

// Telemetry reads the variables. It was checked by Load.
func (c Config) Telemetry() (Telemetry, error) {
	if c.TelemetryOff {
		return Telemetry{}, nil
	}
	t := Telemetry{
		Timeout: time.Duration(c.OTLPTimeout) * time.Millisecond, Interval: time.Duration(c.OTLPMetricInterval) * time.Millisecond,
		Service: strings.TrimSpace(c.ServiceName),
	}
	var errs [5]error
	t.TracesURL, errs[0] = c.endpoint("TRACES", c.OTLPTracesEndpoint, "/v1/traces")
	t.MetricsURL, errs[1] = c.endpoint("METRICS", c.OTLPMetricsEndpoint, "/v1/metrics")
	t.Headers, errs[2] = parsePairs("OTEL_EXPORTER_OTLP_HEADERS", c.OTLPHeaders.Reveal())
	t.Attributes, errs[3] = parsePairs("OTEL_RESOURCE_ATTRIBUTES", c.ResourceAttributes)
	ratio, known := samplers[c.TracesSampler]
	if !known {
		errs[4] = wrong("OTEL_TRACES_SAMPLER", "must be always_on, always_off or traceidratio, or one of these after parentbased_")
		return t, errors.Join(errs[:]...)
	}
	var err error
	if t.Ratio, err = ratio(c.TracesSamplerArg); err != nil {
		errs[4] = wrong("OTEL_TRACES_SAMPLER_ARG", "must be a number from 0 to 1")
	}
	return t, errors.Join(errs[:]...)
}

// checkTelemetry refuses what can't be sent to, or not without showing it to others.
func (c Config) checkTelemetry() error {
	_, err := c.Telemetry()
	if c.OTLPProtocol != "http/protobuf" {
		err = errors.Join(err, wrong("OTEL_EXPORTER_OTLP_PROTOCOL", "must be http/protobuf"))
	}
	if c.OTLPTimeout == 0 || c.OTLPTimeout > uint32(10*time.Second/time.Millisecond) {
		err = errors.Join(err, wrong("OTEL_EXPORTER_OTLP_TIMEOUT", "must be from 1 to 10000 milliseconds, since no call lasts longer"))
	}
	if c.OTLPMetricInterval < uint32(time.Second/time.Millisecond) {
		err = errors.Join(err, wrong("OTEL_METRIC_EXPORT_INTERVAL", "must be at least 1000 milliseconds"))
	}
	return err
}

// endpoint is where a signal is sent: to its own address as it is, or to the path below the common one.
func (c Config) endpoint(signal, own, path string) (string, error) {
	variable, value := "OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT", own
	if own == "" {
		if c.OTLPEndpoint == "" {
			return "", nil
		}
		variable, value = "OTEL_EXPORTER_OTLP_ENDPOINT", strings.TrimSuffix(c.OTLPEndpoint, "/")+path
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", wrong(variable, "must be an address without user, query and fragment")
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	if u.Scheme != "https" && (u.Scheme != "http" || !here) {
		return "", wrong(variable, "must be https, or http on this machine")
	}
	return value, nil
}

// parsePairs reads names and values as OpenTelemetry's variables have them: a=b,c=d with values in percent-encoding.
func parsePairs(variable, text string) (map[string]string, error) {
	pairs := map[string]string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, found := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if !found || name == "" || err != nil || slices.ContainsFunc([]byte(name+value), isControl) {
			return nil, wrong(variable, "must be pairs such as name=value, separated by commas")
		}
		pairs[name] = value
	}
	return pairs, nil
}

func isControl(b byte) bool { return b < ' ' || b == 0x7f }

package app

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"time"

	"timetracker/internal/config"
	"timetracker/internal/outbound"
	"timetracker/internal/telemetry"
)

// flushTime is how long the last traces and metrics may take after everything else has ended.
const flushTime = 3 * time.Second

// maxCollected is the longest answer of a collector that is read.
const maxCollected = 64 << 10

// telemetryOf is a process whose telemetry is sent.
type telemetryOf struct {
	service string // its name
	holder  string // names this one of its replicas
	client  *http.Client
	metrics *telemetry.Metrics
	log     *slog.Logger
}

// exportTelemetry sends traces and metrics where the configuration says so.
func exportTelemetry(ctx context.Context, c config.Config, of telemetryOf) (*telemetry.Exporter, error) {
	t, err := c.Telemetry()
	if err != nil {
		return nil, err
	}
	if t.Service != "" {
		of.service = t.Service
	}
	version, err := ProgramVersion()
	if err != nil {
		return nil, err
	}
	attributes := map[string]string{"service.version": version.Version, "service.instance.id": of.holder, "service.name": of.service}
	maps.Copy(attributes, t.Attributes)
	if t.Service != "" {
		attributes["service.name"] = t.Service // as OpenTelemetry orders them
	}
	return telemetry.Export(ctx, telemetry.OTLP{
		TracesURL: t.TracesURL, MetricsURL: t.MetricsURL, Headers: t.Headers, Timeout: t.Timeout, Interval: t.Interval,
		Ratio: t.Ratio, Attributes: attributes, Reason: outbound.Reason, Log: of.log, Now: time.Now,
		Client: func(address string) (*http.Client, error) {
			origin, err := url.Parse(address)
			if err != nil {
				return nil, outbound.Reason(err)
			}
			return outbound.Confine(origin, of.client, maxCollected), nil
		},
	}, of.metrics)
}

// endTelemetry sends what waits.
func endTelemetry(ctx context.Context, e *telemetry.Exporter, log *slog.Logger) {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
	defer cancel()
	if err := e.Shutdown(ending); err != nil {
		log.WarnContext(ctx, "the end of telemetry is missing", "error", err)
	}
}

// watched gives the client whose calls are counted and traced by the service that they are to.
func watched(c config.Config, client *http.Client, metrics *telemetry.Metrics) *http.Client {
	services := map[string]string{}
	var names []string
	for name, address := range map[string]string{
		"entra": c.EntraAuthority, "graph": c.GraphURL, "azure_devops": c.AzureDevOpsURL, "marketplace": c.MarketplaceURL,
	} {
		if u, err := url.Parse(address); err == nil {
			services[u.Host] = name
			names = append(names, name)
		}
	}
	metrics.Calls(names, outbound.Results())
	return outbound.Watch{Services: services, Now: time.Now, Observe: metrics.Call}.Watched(client)
}

package telemetry_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/ids"
	"timetracker/internal/telemetry"
)

func TestLoggerWritesUTCWithMilliseconds(t *testing.T) {
	for format, want := range map[string]string{"json": `"time":"20`, "text": "time=20"} {
		var out strings.Builder
		telemetry.NewLogger(&out, format, slog.LevelInfo).Info("hello")
		line := out.String()
		if !strings.Contains(line, want) || !strings.Contains(line, "Z") {
			t.Errorf("%s: %q has no UTC time", format, line)
		}
	}
}

func TestLoggerKeepsToItsLevel(t *testing.T) {
	var out strings.Builder
	telemetry.NewLogger(&out, "text", slog.LevelWarn).Info("hello")
	if out.Len() != 0 {
		t.Errorf("logged below its level: %q", out.String())
	}
}

func TestMetricsAreServed(t *testing.T) {
	m := telemetry.NewMetrics()
	m.Request("GET", "/api/v1/timers/current", 200, 3*time.Millisecond)
	m.JobStarts("auto_stop", 30*time.Second, time.Unix(1000, 0))
	m.Job("auto_stop", nil, time.Unix(2000, 0))
	m.Job("auto_stop", errors.New("down"), time.Unix(3000, 0))
	m.Alert(alert.PlanUnknown)
	size := int64(1)
	m.Gauge("timetracker_wal_bytes", "Size.", func() int64 { return size })
	m.Fact("timetracker_tzdata_info", "Release.", map[string]string{"version": "2025c"})
	size = 4096
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, want := range []string{
		`timetracker_http_request_seconds_count{method="GET",route="/api/v1/timers/current",status="200"} 1`,
		`timetracker_job_runs_total{name="auto_stop",result="ok"} 1`,
		`timetracker_job_runs_total{name="auto_stop",result="failed"} 1`,
		`timetracker_job_success_timestamp_seconds{name="auto_stop"} 2000`,
		`timetracker_job_interval_seconds{name="auto_stop"} 30`,
		`timetracker_alerts_total{kind="plan_unknown"} 1`,
		`timetracker_alerts_total{kind="usage_differs"} 0`,
		"timetracker_wal_bytes 4096",
		`timetracker_tzdata_info{version="2025c"} 1`,
	} {
		if !strings.Contains(answer.Body.String(), want) {
			t.Errorf("missing: %s", want)
		}
	}
}

func TestLinesCarryTheirRequest(t *testing.T) {
	contoso := ids.New[ids.Tenant]()
	for _, test := range []struct {
		name string
		ctx  func(ctx context.Context) context.Context
		want string
	}{
		{"outside of requests", func(ctx context.Context) context.Context {
			telemetry.SetTenant(ctx, contoso)
			return ctx
		}, `"n":1}`},
		{"before the tenant is known", func(ctx context.Context) context.Context {
			return telemetry.WithRequest(ctx, "r1")
		}, `"n":1,"request_id":"r1"}`},
		{"of no tenant", func(ctx context.Context) context.Context {
			ctx = telemetry.WithRequest(ctx, "r1")
			telemetry.SetTenant(ctx, ids.Tenant{})
			return ctx
		}, `"n":1,"request_id":"r1"}`},
		{"of a tenant", func(ctx context.Context) context.Context {
			ctx = telemetry.WithRequest(ctx, "r1")
			inner, cancel := context.WithCancel(ctx)
			cancel()
			telemetry.SetTenant(inner, contoso)
			return context.WithoutCancel(ctx)
		}, `"n":1,"request_id":"r1","tenant_id":"` + contoso.String() + `"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			log := telemetry.NewLogger(&out, "json", slog.LevelInfo)
			log.InfoContext(test.ctx(t.Context()), "hello", "n", 1)
			if !strings.HasSuffix(out.String(), test.want+"\n") {
				t.Errorf("%q does not end with %s", out.String(), test.want)
			}
		})
	}
}

func TestDerivedLoggersCarryTheRequestToo(t *testing.T) {
	var out strings.Builder
	log := telemetry.NewLogger(&out, "text", slog.LevelInfo).With("part", "store")
	log.InfoContext(telemetry.WithRequest(t.Context(), "r1"), "hello")
	if !strings.Contains(out.String(), "part=store request_id=r1") {
		t.Errorf("got %q", out.String())
	}
}

package config_test

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/config"
)

func complete() map[string]string {
	return map[string]string{
		"TIMETRACKER_DATABASE_URL":    "sqlserver://app:hunter2@db.example",
		"TIMETRACKER_PUBLIC_URL":      "https://time.example",
		"TIMETRACKER_ENTRA_CLIENT_ID": "6f0c1a52-3d0e-4a4e-9a0c-0a3b7d1f2e11",
		"TIMETRACKER_SPA_CLIENT_ID":   "0b8f9d6e-7c1d-4f0a-8f65-5b8b1c9d3a22",

		"TIMETRACKER_ENTRA_CLIENT_SECRET": "hunter2",

		"TIMETRACKER_MARKETPLACE_TENANT_ID":     "e09a4c57-6b82-41df-b3c8-175f9d2e6a03",
		"TIMETRACKER_MARKETPLACE_CLIENT_ID":     "17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814",
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET": "hunter2",

		"TIMETRACKER_SELLER_NAME":    "Northwind",
		"TIMETRACKER_SELLER_ADDRESS": "1 Main Street; Oslo",

		"TIMETRACKER_PLANS_URL": "https://market.example/apps/timetracker?tab=plans#team",
	}
}

func TestLoadNamesEveryVariableThatIsWrong(t *testing.T) {
	for _, test := range []struct{ name, value string }{
		{"TIMETRACKER_DATABASE_URL", ""},
		{"TIMETRACKER_DATABASE_URL", "sqlite:"},
		{"TIMETRACKER_DATABASE_URL", "postgres://hunter2"},
		{"TIMETRACKER_SELLER_NAME", " "},
		{"TIMETRACKER_SELLER_NAME", strings.Repeat("x", 201)},
		{"TIMETRACKER_SELLER_ADDRESS", "; ;"},
		{"TIMETRACKER_SELLER_TAX_ID", strings.Repeat("ø", 101)},
		{"TIMETRACKER_PLANS_URL", ""},
		{"TIMETRACKER_PLANS_URL", "http://market.example"},
		{"TIMETRACKER_TERMS_URL", "javascript:alert(1)"},
		{"TIMETRACKER_PRIVACY_URL", "https://user:hunter2@time.example"},
		{"TIMETRACKER_LISTEN", "8080"},
		{"TIMETRACKER_LIMIT_TENANTS", "c07a3c1e-5d7f-4a0e-8a54-6f1c2d9b8e01"},
		{"TIMETRACKER_LIMIT_TENANTS", "contoso=800:8000"},
		{"TIMETRACKER_LIMIT_TENANTS", "c07a3c1e-5d7f-4a0e-8a54-6f1c2d9b8e01=8:80,C07A3C1E-5d7f-4a0e-8a54-6f1c2d9b8e01=9:90"},
		{"TIMETRACKER_LIMIT_CONNECTIONS", "1000"},
		{"TIMETRACKER_LIMIT_CONNECTIONS", "0:5000"},
		{"TIMETRACKER_LIMIT_CONNECTIONS", "5000:1000"},
		{"TIMETRACKER_LIMIT_CONNECTIONS", "1:1000000"},
		{"TIMETRACKER_INTERNAL_LISTEN", "localhost"},
		{"TIMETRACKER_PUBLIC_URL", ""},
		{"TIMETRACKER_PUBLIC_URL", "http://time.example"},
		{"TIMETRACKER_PUBLIC_URL", "https://user:hunter2@time.example"},
		{"TIMETRACKER_PUBLIC_URL", "https://time.example/hunter2"},
		{"TIMETRACKER_PUBLIC_URL", "https://time.example?"},
		{"TIMETRACKER_PUBLIC_URL", "https://time.example#"},
		{"TIMETRACKER_PUBLIC_URL", "https://time.example:443"},
		{"TIMETRACKER_PUBLIC_URL", "https://time.example:"},
		{"TIMETRACKER_PUBLIC_URL", "https://Time.example"},
		{"TIMETRACKER_PUBLIC_URL", "https://time.example;script-src"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "http://login.example"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://login.example/hunter2"},
		{"TIMETRACKER_AZURE_DEVOPS_URL", "https://dev.example,hunter2"},
		{"TIMETRACKER_AZURE_DEVOPS_URL", "https://dev.example/?hunter2"},
		{"TIMETRACKER_AZURE_DEVOPS_URL", "https://dev.example/hunter2"},
		{"TIMETRACKER_GRAPH_URL", "http://graph.example"},
		{"TIMETRACKER_GRAPH_URL", "https://graph.example/v1.0"},
		{"TIMETRACKER_ENTRA_CERTIFICATE_FILE", "beside-a-secret.pem"},
		{"TIMETRACKER_ENTRA_CLIENT_ID", ""},
		{"TIMETRACKER_ENTRA_CLIENT_ID", "api://6f0c1a52-3d0e-4a4e-9a0c-0a3b7d1f2e11"},
		{"TIMETRACKER_SPA_CLIENT_ID", ""},
		{"TIMETRACKER_SPA_CLIENT_ID", "{0b8f9d6e-7c1d-4f0a-8f65-5b8b1c9d3a22}"},
		{"TIMETRACKER_MARKETPLACE_URL", "http://marketplace.example/api"},
		{"TIMETRACKER_MARKETPLACE_TENANT_ID", ""},
		{"TIMETRACKER_MARKETPLACE_TENANT_ID", "contoso.onmicrosoft.com"},
		{"TIMETRACKER_MARKETPLACE_CLIENT_ID", ""},
		{"TIMETRACKER_MARKETPLACE_CLIENT_ID", "17e5b3f98c604d2a96fb4a0d7c92e814"},
		{"TIMETRACKER_MARKETPLACE_CLIENT_SECRET", ""},
		{"TIMETRACKER_MARKETPLACE_CERTIFICATE_FILE", "beside-a-secret.pem"},
		{"TIMETRACKER_MARKETPLACE_OFFERS", "timetracker,"},
		{"TIMETRACKER_MARKETPLACE_OFFERS", "timetracker;hunter2"},
		{"TIMETRACKER_MARKETPLACE_OFFERS", "timetracker-preview"},
		{"TIMETRACKER_LOG_FORMAT", "xml"},
		{"TIMETRACKER_LOG_LEVEL", "hunter2"},
		{"TIMETRACKER_LIMIT_USER", "hunter2"},
		{"TIMETRACKER_LIMIT_USER", "20"},
		{"TIMETRACKER_LIMIT_USER", "0:200"},
		{"TIMETRACKER_LIMIT_USER", "NaN:200"},
		{"TIMETRACKER_LIMIT_TENANT", "200:0"},
		{"TIMETRACKER_LIMIT_TENANT", "-1:5"},
		{"TIMETRACKER_LIMIT_FAILED_SIGN_INS", "50:500:5"},
		{"TIMETRACKER_SHUTDOWN_DELAY", "hunter2"},
		{"TIMETRACKER_SHUTDOWN_DELAY", "-1s"},
		{"TIMETRACKER_SHUTDOWN_DELAY", "61s"},
		{"TIMETRACKER_FONT_DIRECTORIES", "/hunter2"},
		{"TIMETRACKER_FONT_DIRECTORIES", "/:/hunter2"},
		{"TIMETRACKER_FONT_DIRECTORIES", "/dev/null"},
		{"TIMETRACKER_SPOOL_LIMIT", "hunter2"},
		{"TIMETRACKER_SPOOL_LIMIT", "63"},
		{"TIMETRACKER_SPOOL_LIMIT", "-1"},
		{"TIMETRACKER_SPOOL_LIMIT", "65536"},
		{"TIMETRACKER_PROFILING", "hunter2"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://user:hunter2@collector.example"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector.example:4318"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://collector.example/v1/traces?key=hunter2"},
		{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "grpc://collector.example"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "hunter2"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2%0aX: y"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "0"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "10001"},
		{"OTEL_METRIC_EXPORT_INTERVAL", "999"},
		{"OTEL_RESOURCE_ATTRIBUTES", "=hunter2"},
		{"OTEL_TRACES_SAMPLER", "jaeger_remote"},
		{"OTEL_TRACES_SAMPLER_ARG", "2"},
		{"OTEL_TRACES_SAMPLER_ARG", "NaN"},
		{"OTEL_SDK_DISABLED", "hunter2"},
	} {
		t.Run(test.name+"="+test.value, func(t *testing.T) {
			environ := complete()
			environ["OTEL_TRACES_SAMPLER"] = "traceidratio"
			environ[test.name] = test.value
			_, err := config.Load(environ)
			if err == nil || !strings.Contains(err.Error(), test.name) {
				t.Fatalf("got %v, want an error that names %s", err, test.name)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("the error repeats the value: %v", err)
			}
		})
	}
}

func TestLoadAcceptsACompleteConfiguration(t *testing.T) {
	c, err := config.Load(complete())
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.EntraAuthority != "https://login.microsoftonline.com" ||
		c.GraphURL != "https://graph.microsoft.com" || c.EntraClientSecret.Reveal() != "hunter2" {
		t.Fatalf("defaults are missing: %+v", c)
	}
}

func TestLimitsAreRates(t *testing.T) {
	environ := complete()
	environ["TIMETRACKER_LIMIT_USER"] = "0.5:30"
	c, err := config.Load(environ)
	if want := (config.Rate{PerSecond: 0.5, Burst: 30}); err != nil || c.LimitUser != want || c.LimitTenant != (config.Rate{}) {
		t.Errorf("the limits are %v and %v: %v", c.LimitUser, c.LimitTenant, err)
	}
}

func TestIDsAreTakenInAnyCase(t *testing.T) {
	environ := complete()
	want := environ["TIMETRACKER_MARKETPLACE_CLIENT_ID"]
	environ["TIMETRACKER_MARKETPLACE_CLIENT_ID"] = strings.ToUpper(want)
	if c, err := config.Load(environ); err != nil || c.MarketplaceClientID != want {
		t.Errorf("got %s, %v; want %s", c.MarketplaceClientID, err, want)
	}
}

func TestOffersAreAList(t *testing.T) {
	environ := complete()
	if c, err := config.Load(environ); err != nil || len(c.MarketplaceOffers) != 0 {
		t.Errorf("without the variable: %q, %v", c.MarketplaceOffers, err)
	}
	environ["TIMETRACKER_MARKETPLACE_OFFERS"] = "timetracker, tt-2_dev"
	c, err := config.LoadWebhook(environ)
	if want := []string{"timetracker", "tt-2_dev"}; err != nil || !slices.Equal(c.MarketplaceOffers, want) {
		t.Errorf("%q, %v; want %q", c.MarketplaceOffers, err, want)
	}
}

func TestTheWebhookNeedsNoAPI(t *testing.T) {
	environ := complete()
	for _, name := range []string{"TIMETRACKER_PUBLIC_URL", "TIMETRACKER_ENTRA_CLIENT_ID", "TIMETRACKER_SPA_CLIENT_ID"} {
		delete(environ, name)
	}
	c, err := config.LoadWebhook(environ)
	if err != nil || c.WebhookListen != "127.0.0.1:8081" || c.MarketplaceURL != "https://marketplaceapi.microsoft.com/api" {
		t.Errorf("got %+v, %v", c, err)
	}
	for name, value := range map[string]string{
		"TIMETRACKER_WEBHOOK_LISTEN": "8081", "TIMETRACKER_DATABASE_URL": "", "TIMETRACKER_MARKETPLACE_CLIENT_ID": "",
		"TIMETRACKER_ENTRA_AUTHORITY": "http://login.example",
	} {
		wrong := maps.Clone(environ)
		wrong[name] = value
		if _, err := config.LoadWebhook(wrong); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: got %v, want an error that names it", name, value, err)
		}
	}
}

func TestMigrateNeedsOnlyTheDatabase(t *testing.T) {
	environ := map[string]string{"TIMETRACKER_DATABASE_URL": "sqlite:/tmp/x.db"}
	if _, err := config.LoadDatabase(environ); err != nil {
		t.Fatal(err)
	}
	environ["TIMETRACKER_LOG_FORMAT"] = "xml"
	if _, err := config.LoadDatabase(environ); err == nil || !strings.Contains(err.Error(), "TIMETRACKER_LOG_FORMAT") {
		t.Errorf("got %v, want an error that names the variable", err)
	}
}

func TestTelemetryIsOpenTelemetrys(t *testing.T) {
	for _, test := range []struct {
		name    string
		environ map[string]string
		want    config.Telemetry
	}{
		{"nothing", nil, config.Telemetry{Ratio: 1, Headers: map[string]string{}, Attributes: map[string]string{}, Timeout: 10 * time.Second, Interval: time.Minute}},
		{"off", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example", "OTEL_SDK_DISABLED": "true"}, config.Telemetry{}},
		{"everything", map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example/otlp/", "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b, x=y=z",
			"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25", "OTEL_SERVICE_NAME": "ours",
			"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=production", "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
			"OTEL_METRIC_EXPORT_INTERVAL": "15000",
		}, config.Telemetry{
			TracesURL: "https://collector.example/otlp/v1/traces", MetricsURL: "https://collector.example/otlp/v1/metrics",
			Headers: map[string]string{"api-key": "a b", "x": "y=z"}, Timeout: 2500 * time.Millisecond, Interval: 15 * time.Second, Ratio: .25,
			Service: "ours", Attributes: map[string]string{"deployment.environment.name": "production"},
		}},
		{"a collector of this machine, for traces", map[string]string{
			"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://[::1]:4318/mine", "OTEL_TRACES_SAMPLER": "always_off",
		}, config.Telemetry{TracesURL: "http://[::1]:4318/mine", Headers: map[string]string{}, Attributes: map[string]string{}, Timeout: 10 * time.Second, Interval: time.Minute}},
	} {
		t.Run(test.name, func(t *testing.T) {
			environ := complete()
			maps.Copy(environ, test.environ)
			c, err := config.Load(environ)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Telemetry()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	environ := complete()
	environ["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=hunter2"
	c, err := config.Load(environ)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c, "url", c.DatabaseURL)
	printed := log.String() + fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c.DatabaseURL, c.DatabaseURL)
	if strings.Contains(printed, "hunter2") {
		t.Fatalf("the secret was printed: %s", printed)
	}
	if c.DatabaseURL.Reveal() != "sqlserver://app:hunter2@db.example" {
		t.Fatal("the secret is lost")
	}
}

// Whoever answers as a service of Microsoft decides who somebody is, what they see, or what they have bought.
func TestOnlyMicrosoftIsAsked(t *testing.T) {
	check := func(name, value string) error {
		environ := complete()
		environ[name] = value
		c, err := config.Load(environ)
		if err != nil {
			t.Fatal(err)
		}
		return c.CheckMicrosoft()
	}
	for _, own := range []struct{ name, value string }{
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://login.microsoftonline.com/"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://login.microsoftonline.us"},
		{"TIMETRACKER_GRAPH_URL", "https://graph.microsoft.us"},
		{"TIMETRACKER_MARKETPLACE_URL", "https://marketplaceapi.microsoft.com/api/"},
	} {
		if err := check(own.name, own.value); err != nil {
			t.Error(err)
		}
	}
	for _, others := range []struct{ name, value string }{
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://localhost:8443"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://127.0.0.1"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://[::1]:8443"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://10.0.0.7"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://login.microsoftonline.com:8443"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://login.microsoftonline.com."},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://login.microsoftonline.com.hunter2.example"},
		{"TIMETRACKER_ENTRA_AUTHORITY", "https://graph.microsoft.com"},
		{"TIMETRACKER_GRAPH_URL", "https://localhost:8444"},
		{"TIMETRACKER_AZURE_DEVOPS_URL", "https://localhost:8445"},
		{"TIMETRACKER_MARKETPLACE_URL", "https://localhost:8091/api"},
	} {
		err := check(others.name, others.value)
		if err == nil || !strings.HasPrefix(err.Error(), others.name+" must be Microsoft's: ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s=%s: %v", others.name, others.value, err)
		}
	}
}

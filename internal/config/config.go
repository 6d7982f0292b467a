package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/caarlos0/env/v11"
	"github.com/google/uuid"
)

// Secret is a value that is never printed.
type Secret string

// String hides the value.
func (Secret) String() string { return "REDACTED" }

// GoString hides the value.
func (Secret) GoString() string { return "REDACTED" }

// LogValue hides the value from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("REDACTED") }

// MarshalText hides the value from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("REDACTED"), nil }

// Reveal gives the value to the code that needs it.
func (s Secret) Reveal() string { return string(s) }

// Rate is how many requests are served: PerSecond in the long run, Burst at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// maxRate is far more than one process serves.
const maxRate = 1e6

// UnmarshalText reads a rate such as 20:200. It implements encoding.TextUnmarshaler.
func (r *Rate) UnmarshalText(text []byte) error {
	perSecond, burst, _ := strings.Cut(string(text), ":")
	var errPerSecond, errBurst error
	r.PerSecond, errPerSecond = strconv.ParseFloat(perSecond, 64)
	r.Burst, errBurst = strconv.Atoi(burst)
	allowed := r.PerSecond >= 0.001 && r.PerSecond <= maxRate && r.Burst >= 1 && r.Burst <= maxRate
	if errPerSecond != nil || errBurst != nil || !allowed {
		return errors.New("not a rate")
	}
	return nil
}

// Rates are the rates of single directories, by their ids.
type Rates map[string]Rate

// UnmarshalText reads rates such as ID=800:8000,ID=400:4000. It implements encoding.TextUnmarshaler.
func (r *Rates) UnmarshalText(text []byte) error {
	*r = Rates{}
	for each := range strings.SplitSeq(string(text), ",") {
		id, limit, _ := strings.Cut(strings.TrimSpace(each), "=")
		id = strings.ToLower(id)
		_, twice := (*r)[id]
		if twice || checkGUID("", id) != nil {
			return errors.New("no ids of directories")
		}
		var rate Rate
		if err := rate.UnmarshalText([]byte(limit)); err != nil {
			return err
		}
		(*r)[id] = rate
	}
	return nil
}

// Connections are how many there are at the same time: of one address, and altogether.
type Connections struct {
	PerAddress int
	Altogether int
}

// maxConnections is more than one process can serve.
const maxConnections = 100_000

// UnmarshalText reads limits such as 1000:5000. It implements encoding.TextUnmarshaler.
func (c *Connections) UnmarshalText(text []byte) error {
	perAddress, altogether, _ := strings.Cut(string(text), ":")
	var errPerAddress, errAltogether error
	c.PerAddress, errPerAddress = strconv.Atoi(perAddress)
	c.Altogether, errAltogether = strconv.Atoi(altogether)
	allowed := c.PerAddress >= 1 && c.Altogether >= c.PerAddress && c.Altogether <= maxConnections
	if errPerAddress != nil || errAltogether != nil || !allowed {
		return errors.New("no limits of connections")
	}
	return nil
}

// Config is what the commands other than `dev` need. The variables are described in docs/configuration.md.
type Config struct {
	DatabaseURL    Secret `env:"TIMETRACKER_DATABASE_URL"`
	Listen         string `env:"TIMETRACKER_LISTEN" envDefault:"127.0.0.1:8080"`
	InternalListen string `env:"TIMETRACKER_INTERNAL_LISTEN" envDefault:"127.0.0.1:9090"`
	PublicURL      string `env:"TIMETRACKER_PUBLIC_URL"`
	EntraAuthority string `env:"TIMETRACKER_ENTRA_AUTHORITY" envDefault:"https://login.microsoftonline.com"`
	EntraClientID  string `env:"TIMETRACKER_ENTRA_CLIENT_ID"`
	// EntraClientSecret or EntraCertificateFile let the API call Microsoft Graph and Azure DevOps for its users. Without
	// either the directory can't be searched, and work items are neither read nor written.
	EntraClientSecret    Secret `env:"TIMETRACKER_ENTRA_CLIENT_SECRET"`
	EntraCertificateFile string `env:"TIMETRACKER_ENTRA_CERTIFICATE_FILE"`
	GraphURL             string `env:"TIMETRACKER_GRAPH_URL" envDefault:"https://graph.microsoft.com"`
	SPAClientID          string `env:"TIMETRACKER_SPA_CLIENT_ID"`
	AzureDevOpsURL       string `env:"TIMETRACKER_AZURE_DEVOPS_URL" envDefault:"https://dev.azure.com"`
	WebhookListen        string `env:"TIMETRACKER_WEBHOOK_LISTEN" envDefault:"127.0.0.1:8081"`
	MarketplaceURL       string `env:"TIMETRACKER_MARKETPLACE_URL" envDefault:"https://marketplaceapi.microsoft.com/api"`
	// MarketplaceTenantID and the next three are the publisher's single-tenant app.
	MarketplaceTenantID        string   `env:"TIMETRACKER_MARKETPLACE_TENANT_ID"`
	MarketplaceClientID        string   `env:"TIMETRACKER_MARKETPLACE_CLIENT_ID"`
	MarketplaceClientSecret    Secret   `env:"TIMETRACKER_MARKETPLACE_CLIENT_SECRET"`
	MarketplaceCertificateFile string   `env:"TIMETRACKER_MARKETPLACE_CERTIFICATE_FILE"`
	MarketplaceOffers          []string `env:"TIMETRACKER_MARKETPLACE_OFFERS"` // empty: those of the catalogue
	SellerName                 string   `env:"TIMETRACKER_SELLER_NAME"`        // on statements, as the next two
	SellerAddress              string   `env:"TIMETRACKER_SELLER_ADDRESS"`     // its lines are separated by semicolons
	SellerTaxID                string   `env:"TIMETRACKER_SELLER_TAX_ID"`      // empty: there is none
	PlansURL                   string   `env:"TIMETRACKER_PLANS_URL"`          // where people buy a plan
	TermsURL                   string   `env:"TIMETRACKER_TERMS_URL"`          // empty: a page of the product
	PrivacyURL                 string   `env:"TIMETRACKER_PRIVACY_URL"`        // empty: a page of the product
	// FontDirectories have the fonts of statements beside the program's, as PATH has directories. Empty is the system's.
	FontDirectories string `env:"TIMETRACKER_FONT_DIRECTORIES"`
	// ShutdownDelay is how long the program serves on after it was told to stop.
	ShutdownDelay time.Duration `env:"TIMETRACKER_SHUTDOWN_DELAY" envDefault:"5s" must:"be a duration from 0s to 60s"`
	CAFile        string        `env:"TIMETRACKER_CA_FILE"`
	LogLevel      slog.Level    `env:"TIMETRACKER_LOG_LEVEL" envDefault:"INFO" must:"be DEBUG, INFO, WARN or ERROR"`
	LogFormat     string        `env:"TIMETRACKER_LOG_FORMAT" envDefault:"json"`

	// The limits of requests; zero is the default of httpapi.DefaultLimits.
	LimitUser          Rate  `env:"TIMETRACKER_LIMIT_USER" must:"be requests per second and at once, such as 20:200"`
	LimitTenant        Rate  `env:"TIMETRACKER_LIMIT_TENANT" must:"be requests per second and at once, such as 200:2000"`
	LimitTenants       Rates `env:"TIMETRACKER_LIMIT_TENANTS" must:"be ids of directories with their limits, such as c07a3c1e-5d7f-4a0e-8a54-6f1c2d9b8e01=800:8000"`
	LimitFailedSignIns Rate  `env:"TIMETRACKER_LIMIT_FAILED_SIGN_INS" must:"be requests per second and at once, such as 50:500"`

	// LimitConnections is zero for the defaults of httpserver.DefaultConnections.
	LimitConnections Connections `env:"TIMETRACKER_LIMIT_CONNECTIONS" must:"be how many at once of one address and altogether, such as 1000:5000"`

	// What is sent over OTLP, by OpenTelemetry's names: see telemetry.go. Without an endpoint nothing is.
	OTLPEndpoint        string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	OTLPTracesEndpoint  string `env:"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"`
	OTLPMetricsEndpoint string `env:"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"`
	OTLPHeaders         Secret `env:"OTEL_EXPORTER_OTLP_HEADERS"`
	OTLPProtocol        string `env:"OTEL_EXPORTER_OTLP_PROTOCOL" envDefault:"http/protobuf"`
	OTLPTimeout         uint32 `env:"OTEL_EXPORTER_OTLP_TIMEOUT" envDefault:"10000" must:"be a number of milliseconds"`
	OTLPMetricInterval  uint32 `env:"OTEL_METRIC_EXPORT_INTERVAL" envDefault:"60000" must:"be a number of milliseconds"`
	TracesSampler       string `env:"OTEL_TRACES_SAMPLER" envDefault:"parentbased_always_on"`
	TracesSamplerArg    string `env:"OTEL_TRACES_SAMPLER_ARG" envDefault:"1"`
	ServiceName         string `env:"OTEL_SERVICE_NAME"`
	ResourceAttributes  string `env:"OTEL_RESOURCE_ATTRIBUTES"`
	TelemetryOff        bool   `env:"OTEL_SDK_DISABLED" must:"be true or false"`
	// Profiling serves profiles on the internal address.
	Profiling bool `env:"TIMETRACKER_PROFILING" must:"be true or false"`

	// SpoolDirectory keeps reports and files while clients read them. Empty is where the system keeps temporary files.
	SpoolDirectory string `env:"TIMETRACKER_SPOOL_DIRECTORY"`
	// SpoolLimit is how many MiB all of them have together.
	SpoolLimit uint16 `env:"TIMETRACKER_SPOOL_LIMIT" envDefault:"2048" must:"be a number of MiB from 64 to 65535"`
}

// Load reads the variables and checks everything that `serve` needs. The error names each variable that is wrong.
func Load(environ map[string]string) (Config, error) {
	c, err := parse(environ)
	if err != nil {
		return Config{}, err
	}
	return orMistyped(c, environ, errors.Join(c.checkDatabase(), c.checkServe(), c.checkTelemetry()))
}

// LoadWebhook reads the variables and checks the part that `webhook` needs.
func LoadWebhook(environ map[string]string) (Config, error) {
	c, err := parse(environ)
	if err != nil {
		return Config{}, err
	}
	return orMistyped(c, environ, errors.Join(
		c.checkDatabase(),
		checkAddress("TIMETRACKER_WEBHOOK_LISTEN", c.WebhookListen),
		checkAddress("TIMETRACKER_INTERNAL_LISTEN", c.InternalListen),
		c.checkShutdown(),
		checkOrigin("TIMETRACKER_ENTRA_AUTHORITY", c.EntraAuthority),
		c.checkMarketplace(),
		c.checkTelemetry(),
		checkFormat(c.LogFormat),
	))
}

// LoadDatabase reads the variables and checks the part that commands on the database need.
func LoadDatabase(environ map[string]string) (Config, error) {
	c, err := parse(environ)
	if err != nil {
		return Config{}, err
	}
	return orMistyped(c, environ, errors.Join(c.checkDatabase(), checkFormat(c.LogFormat)))
}

// LoadInternal reads the variables and checks the part that a question to the running program needs.
func LoadInternal(environ map[string]string) (Config, error) {
	c, err := parse(environ)
	if err != nil {
		return Config{}, err
	}
	return orMistyped(c, environ, checkAddress("TIMETRACKER_INTERNAL_LISTEN", c.InternalListen))
}

// prefix begins the names of all variables.
const prefix = "TIMETRACKER_"

// Unknown gives the variables with our prefix that mean nothing, in order. They may be mistyped. Those of the tests are left
// out, and those that Kubernetes makes for a service of our name:
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables.
func Unknown(environ map[string]string) []string {
	known := map[string]bool{}
	for i := range reflect.TypeFor[Config]().NumField() {
		known[reflect.TypeFor[Config]().Field(i).Tag.Get("env")] = true
	}
	var unknown []string
	for name := range environ {
		others := strings.HasPrefix(name, prefix+"TEST_") || strings.Contains(name, "_SERVICE_") || strings.Contains(name, "_PORT")
		if strings.HasPrefix(name, prefix) && !known[name] && !others {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// orMistyped adds the unknown variables to an error, since one of them may be meant by a missing one.
func orMistyped(c Config, environ map[string]string, err error) (Config, error) {
	if err == nil {
		return c, nil
	}
	for _, name := range Unknown(environ) {
		err = errors.Join(err, wrong(name, "is no variable of this program; is it mistyped?"))
	}
	return Config{}, err
}

func parse(environ map[string]string) (Config, error) {
	c, err := env.ParseAsWithOptions[Config](env.Options{Environment: environ})
	if err != nil {
		return Config{}, unreadable(err)
	}
	// Entra shows ids in lower case and they are compared as text, but people also copy them from elsewhere.
	for _, id := range []*string{&c.EntraClientID, &c.SPAClientID, &c.MarketplaceTenantID, &c.MarketplaceClientID} {
		*id = strings.ToLower(*id)
	}
	for i, offer := range c.MarketplaceOffers {
		c.MarketplaceOffers[i] = strings.TrimSpace(offer)
	}
	return c, nil
}

// unreadable names the variable of each field that is no text and can't be read. The library names the field.
func unreadable(err error) error {
	var all env.AggregateError
	errors.As(err, &all)
	var named []error
	for _, one := range all.Errors {
		if e, ok := errors.AsType[env.ParseError](one); ok {
			field, _ := reflect.TypeFor[Config]().FieldByName(e.Name)
			named = append(named, wrong(field.Tag.Get("env"), "must "+field.Tag.Get("must")))
		}
	}
	if len(named) == 0 {
		return errors.New("the environment variables can't be read")
	}
	return errors.Join(named...)
}

func (c Config) checkDatabase() error {
	raw := c.DatabaseURL.Reveal()
	switch {
	case raw == "":
		return wrong("TIMETRACKER_DATABASE_URL", "is missing: sqlite:PATH or sqlserver://…")
	case strings.HasPrefix(raw, "sqlite:") && len(raw) > len("sqlite:"), strings.HasPrefix(raw, "sqlserver://"):
		return nil
	default:
		return wrong("TIMETRACKER_DATABASE_URL", "must be sqlite:PATH or sqlserver://…")
	}
}

func (c Config) checkServe() error {
	return errors.Join(
		checkAddress("TIMETRACKER_LISTEN", c.Listen),
		checkAddress("TIMETRACKER_INTERNAL_LISTEN", c.InternalListen),
		c.checkShutdown(),
		checkOrigin("TIMETRACKER_PUBLIC_URL", c.PublicURL),
		checkOrigin("TIMETRACKER_ENTRA_AUTHORITY", c.EntraAuthority),
		checkOrigin("TIMETRACKER_AZURE_DEVOPS_URL", c.AzureDevOpsURL),
		checkOrigin("TIMETRACKER_GRAPH_URL", c.GraphURL),
		checkCredential("TIMETRACKER_ENTRA", c.EntraClientSecret, c.EntraCertificateFile),
		checkGUID("TIMETRACKER_ENTRA_CLIENT_ID", c.EntraClientID),
		checkGUID("TIMETRACKER_SPA_CLIENT_ID", c.SPAClientID),
		c.checkMarketplace(),
		c.checkSpool(),
		c.CheckSeller(),
		c.checkPages(),
		c.checkFonts(),
		checkFormat(c.LogFormat),
	)
}

// checkPages wants the pages that people are sent to. Nobody may meet a dead link where they want to buy.
func (c Config) checkPages() error {
	var errPlans, errTerms, errPrivacy error
	if c.PlansURL == "" {
		errPlans = wrong("TIMETRACKER_PLANS_URL", "is missing: where a plan is bought")
	} else {
		errPlans = checkPage("TIMETRACKER_PLANS_URL", c.PlansURL)
	}
	if c.TermsURL != "" {
		errTerms = checkPage("TIMETRACKER_TERMS_URL", c.TermsURL)
	}
	if c.PrivacyURL != "" {
		errPrivacy = checkPage("TIMETRACKER_PRIVACY_URL", c.PrivacyURL)
	}
	return errors.Join(errPlans, errTerms, errPrivacy)
}

// checkPage wants an https address of a page, which may have a query and a fragment.
func checkPage(name, value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return wrong(name, "must be an https address without a user")
	}
	return nil
}

// checkSpool wants room for at least one file of a usual size.
func (c Config) checkSpool() error {
	if c.SpoolLimit < 64 {
		return wrong("TIMETRACKER_SPOOL_LIMIT", "must be a number of MiB from 64 to 65535")
	}
	return nil
}

// checkFonts wants directories, since a statement without its fonts would show codes.
func (c Config) checkFonts() error {
	if c.FontDirectories == "" {
		return nil
	}
	for _, directory := range filepath.SplitList(c.FontDirectories) {
		if found, err := os.Stat(directory); err != nil || !found.IsDir() {
			return wrong("TIMETRACKER_FONT_DIRECTORIES", "must name directories that are there, separated by "+string(os.PathListSeparator))
		}
	}
	return nil
}

// CheckSeller wants whoever sells the product, since no statement may be made without.
func (c Config) CheckSeller() error {
	return errors.Join(
		checkText("TIMETRACKER_SELLER_NAME", c.SellerName, 200, true),
		checkText("TIMETRACKER_SELLER_ADDRESS", c.SellerAddress, 500, true),
		checkText("TIMETRACKER_SELLER_TAX_ID", c.SellerTaxID, 100, false),
	)
}

func checkText(name, value string, longest int, required bool) error {
	switch {
	case required && strings.Trim(value, " ;") == "":
		return wrong(name, "is missing: it stands on statements")
	case utf8.RuneCountInString(value) > longest:
		return wrong(name, fmt.Sprintf("has more than %d characters", longest))
	}
	return nil
}

func (c Config) checkMarketplace() error {
	err := errors.Join(
		checkHTTPS("TIMETRACKER_MARKETPLACE_URL", c.MarketplaceURL),
		checkGUID("TIMETRACKER_MARKETPLACE_TENANT_ID", c.MarketplaceTenantID),
		checkGUID("TIMETRACKER_MARKETPLACE_CLIENT_ID", c.MarketplaceClientID),
		checkCredential("TIMETRACKER_MARKETPLACE", c.MarketplaceClientSecret, c.MarketplaceCertificateFile),
		checkOffers("TIMETRACKER_MARKETPLACE_OFFERS", c.MarketplaceOffers),
	)
	if c.MarketplaceClientSecret == "" && c.MarketplaceCertificateFile == "" {
		err = errors.Join(err, wrong("TIMETRACKER_MARKETPLACE_CLIENT_SECRET", "or _CERTIFICATE_FILE is missing"))
	}
	return err
}

// checkOffers wants ids of offers as Partner Center shows them, and not those of previews, which need not be named.
func checkOffers(name string, offers []string) error {
	for _, offer := range offers {
		if offer == "" || strings.Trim(offer, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || strings.HasSuffix(offer, "-preview") {
			return wrong(name, "must be ids of offers in lower case, separated by commas, without -preview")
		}
	}
	return nil
}

// checkShutdown wants a delay that platforms wait for before they kill a program.
func (c Config) checkShutdown() error {
	if c.ShutdownDelay < 0 || c.ShutdownDelay > time.Minute {
		return wrong("TIMETRACKER_SHUTDOWN_DELAY", "must be a duration from 0s to 60s")
	}
	return nil
}

func checkCredential(prefix string, secret Secret, certificateFile string) error {
	if secret != "" && certificateFile != "" {
		return wrong(prefix+"_CLIENT_SECRET", "and "+prefix+"_CERTIFICATE_FILE exclude each other")
	}
	return nil
}

func checkAddress(name, value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return wrong(name, "must be HOST:PORT")
	}
	return nil
}

func checkHTTPS(name, value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(value, "?#") {
		return wrong(name, "must be an https address without user, query and fragment")
	}
	// These end a source or a directive of the Content-Security-Policy that names the host.
	if strings.ContainsAny(u.Host, ";,'\"") {
		return wrong(name, "must have the name of a host")
	}
	return nil
}

// checkOrigin wants an https address without a path. It is written as browsers write an origin, since it is compared
// with theirs as text.
func checkOrigin(name, value string) error {
	if err := checkHTTPS(name, value); err != nil {
		return err
	}
	u, err := url.Parse(value)
	if err != nil || strings.TrimSuffix(value, "/") != "https://"+strings.ToLower(u.Host) {
		return wrong(name, "must be an https address in lower case without a path")
	}
	if u.Port() == "443" || strings.HasSuffix(u.Host, ":") {
		return wrong(name, "must not name the port of https")
	}
	return nil
}

// checkGUID wants an id as Entra's portal shows it. A directory's domain name is not accepted.
func checkGUID(name, value string) error {
	const length = 36 // the form with hyphens and nothing around it
	switch {
	case value == "":
		return wrong(name, "is missing")
	case len(value) != length || uuid.Validate(value) != nil:
		return wrong(name, "must be a GUID such as 17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814")
	}
	return nil
}

func checkFormat(value string) error {
	if value != "text" && value != "json" {
		return wrong("TIMETRACKER_LOG_FORMAT", "must be text or json")
	}
	return nil
}

// wrong never repeats the value: it may be a secret.
func wrong(name, what string) error { return fmt.Errorf("%s %s", name, what) }

package app

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/outbound"
	"timetracker/internal/spool"
	"timetracker/internal/sqlstore"
)

const (
	// doctorPatience is how long one check may take.
	doctorPatience = 20 * time.Second
	// certificateWarning is how long before its end a certificate is told.
	certificateWarning = 30 * 24 * time.Hour
	// clockTolerance is how far two clocks may be apart. A time in a header is cut to a second, and an answer takes a while.
	// Entra's tokens are refused beyond five minutes.
	clockTolerance = 5 * time.Second
	// walWarning is far more than SQLite's log has unless somebody reads for long.
	walWarning = 250 << 20
)

// verdict is what a check comes to.
type verdict int

const (
	healthy verdict = iota
	doubtful
	failed
)

// String is the word that is printed.
func (v verdict) String() string { return [...]string{"ok", "warning", "FAILED"}[v] }

// finding is what one check has found, and what is to be done about it.
type finding struct {
	verdict verdict
	what    string // as a sentence without its subject, such as "answers"
	todo    string // empty: nothing
}

// check is one thing that is looked at.
type check struct {
	subject string
	look    func(ctx context.Context) finding
}

// doctor looks at all that `serve` needs.
type doctor struct {
	c      config.Config
	client *http.Client
	log    *slog.Logger
	now    func() time.Time
}

// Doctor checks what `serve` needs, while it runs or not, and prints a line for each. It changes nothing and prints no secret.
// Its error says how many checks have failed.
func Doctor(ctx context.Context, c config.Config, out io.Writer, log *slog.Logger) error {
	client, err := outboundClient(c.CAFile)
	if err != nil {
		return err
	}
	d := doctor{c: c, client: client, log: log, now: time.Now}
	checks := d.checks()
	found := make([]finding, len(checks))
	var all sync.WaitGroup
	for i, one := range checks {
		all.Go(func() {
			ctx, end := context.WithTimeout(ctx, doctorPatience)
			defer end()
			found[i] = one.look(ctx)
		})
	}
	all.Wait()
	return printFindings(out, checks, found)
}

// printFindings prints a line for each check, and counts those that have failed.
func printFindings(out io.Writer, checks []check, found []finding) error {
	failures := 0
	for i, f := range found {
		line := fmt.Sprintf("%-8s %s %s.", f.verdict, checks[i].subject, f.what)
		if f.todo != "" {
			line += "\n         " + f.todo + "."
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
		if f.verdict == failed {
			failures++
		}
	}
	if failures > 0 {
		return fmt.Errorf("%d of %d checks have failed", failures, len(checks))
	}
	return nil
}

// checks are what is looked at, in the order in which it is printed.
func (d doctor) checks() []check {
	service := func(subject, variable, origin, path string) check {
		return check{subject, func(ctx context.Context) finding { return d.reach(ctx, variable, origin, path) }}
	}
	return []check{
		{"The time zones", func(context.Context) finding {
			return finding{what: "are those of " + calendar.ZonesVersion()}
		}},
		{"The database", d.database},
		{"The directory of files that are being read", func(context.Context) finding {
			if _, err := spool.New(d.c.SpoolDirectory, int64(d.c.SpoolLimit)<<20); err != nil {
				return finding{failed, "can't be written: " + err.Error(), "Set TIMETRACKER_SPOOL_DIRECTORY to one that can"}
			}
			return finding{what: "can be written"}
		}},
		{"The certificate of the app", func(context.Context) finding {
			return d.certificate("TIMETRACKER_ENTRA_CERTIFICATE_FILE", d.c.EntraCertificateFile, d.c.EntraClientSecret)
		}},
		{"The certificate of the publisher's app", func(context.Context) finding {
			return d.certificate("TIMETRACKER_MARKETPLACE_CERTIFICATE_FILE", d.c.MarketplaceCertificateFile, d.c.MarketplaceClientSecret)
		}},
		service("Entra ID", "TIMETRACKER_ENTRA_AUTHORITY", d.c.EntraAuthority, "/common/v2.0/.well-known/openid-configuration"),
		service("Microsoft Graph", "TIMETRACKER_GRAPH_URL", d.c.GraphURL, "/v1.0/"),
		service("Azure DevOps", "TIMETRACKER_AZURE_DEVOPS_URL", d.c.AzureDevOpsURL, "/"),
		{"The Marketplace", d.marketplace},
		{"The product's own address", d.public},
	}
}

// database opens the database, asks for its version and clock, and writes what changes nothing.
func (d doctor) database(ctx context.Context) finding {
	const todo = "Look at TIMETRACKER_DATABASE_URL, and at the database's own log"
	store, err := sqlstore.Open(ctx, sqlstore.Config{URL: d.c.DatabaseURL.Reveal(), Log: d.log})
	if err != nil {
		return finding{failed, "can't be opened: " + err.Error(), todo}
	}
	defer store.Close()
	if err := store.CheckVersion(ctx); err != nil {
		return finding{failed, "can't be used: " + err.Error(), todo}
	}
	// Nobody has this lease, so that nothing changes.
	if err := store.ReleaseLease(ctx, "doctor", "nobody"); err != nil {
		return finding{failed, "can't be written: " + err.Error(), "Look at its permissions, its disk, and what holds it"}
	}
	before := d.now()
	shown, err := store.Now(ctx)
	if err != nil {
		return finding{failed, "doesn't tell its time: " + err.Error(), todo}
	}
	took := d.now().Sub(before)
	if off := apart(shown, before.Add(took/2)); off > clockTolerance {
		return finding{failed, fmt.Sprintf("has a clock that is %s from this machine's", off), "Set both by the same time service"}
	}
	if size := store.WALBytes(); size > walWarning {
		return finding{
			doubtful, fmt.Sprintf("has a log of %d MiB", size>>20),
			"Look for what reads it for long, such as a backup by another program",
		}
	}
	return finding{what: fmt.Sprintf("has this program's version, can be written, and answers in %s", took.Round(time.Microsecond))}
}

// apart is how far two instants are from each other.
func apart(one, other time.Time) time.Duration { return one.Sub(other).Abs().Round(time.Millisecond) }

// certificate looks at the end of a certificate that the program shows to Entra.
func (d doctor) certificate(variable, file string, secret config.Secret) finding {
	if file == "" && secret == "" {
		return finding{doubtful, "isn't configured, nor is a secret", "See docs/configuration.md for what is missing without it: " + variable}
	}
	if file == "" {
		return finding{what: "isn't used; when its secret ends, only the Azure portal says"}
	}
	content, err := readCertificate(variable, file)
	if err != nil {
		return finding{failed, "can't be used: " + err.Error(), "Write a PEM with the certificate and its private key"}
	}
	return d.ends(leaf(content), "Make a new one and add it to the app's registration before the old one is taken away")
}

// leaf is the first certificate of a PEM; nil without one.
func leaf(content []byte) *x509.Certificate {
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			return certificate
		}
	}
	return nil
}

// ends says until when a certificate holds.
func (d doctor) ends(certificate *x509.Certificate, todo string) finding {
	if certificate == nil {
		return finding{failed, "can't be read", todo}
	}
	end := certificate.NotAfter.UTC().Format(time.RFC3339)
	switch now := d.now(); {
	case now.Before(certificate.NotBefore):
		return finding{failed, "only begins on " + certificate.NotBefore.UTC().Format(time.RFC3339), todo}
	case !now.Before(certificate.NotAfter):
		return finding{failed, "has ended on " + end, todo}
	case certificate.NotAfter.Sub(now) < certificateWarning:
		return finding{doubtful, "ends on " + end, todo}
	default:
		return finding{what: "holds until " + end}
	}
}

// reach calls a service. Any answer but that of a broken service says that it can be reached: most ask for a token first.
func (d doctor) reach(ctx context.Context, variable, address, path string) finding {
	origin, err := outbound.Origin(address)
	if err != nil {
		return finding{failed, "has an address that can't be called", variable + " " + err.Error()}
	}
	answer, err := d.get(ctx, origin, path)
	if err != nil {
		return finding{
			failed, "can't be reached: " + outbound.Reason(err).Error(),
			"Look at the way out of this machine to " + origin.Host + ", at TIMETRACKER_CA_FILE, and at " + variable,
		}
	}
	if answer.status >= http.StatusInternalServerError {
		return finding{failed, fmt.Sprintf("answers with %d", answer.status), "Look at Microsoft's status page, and at " + variable}
	}
	if told, err := http.ParseTime(answer.date); err == nil {
		if off := apart(told, d.now()); off > clockTolerance {
			return finding{failed, fmt.Sprintf("has a clock that is %s from this machine's", off), "Set this machine's clock by a time service"}
		}
	}
	return finding{what: fmt.Sprintf("answers at %s with %d", origin.Host, answer.status)}
}

// answered is what a service has answered, without its body.
type answered struct {
	status      int
	date        string
	certificate *x509.Certificate // nil without TLS
}

// get asks an origin for a page, without following it elsewhere.
func (d doctor) get(ctx context.Context, origin *url.URL, path string) (answered, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, origin.JoinPath(path).String(), http.NoBody)
	if err != nil {
		return answered{}, err
	}
	response, err := outbound.Confine(origin, d.client, outbound.MaxAnswer).Do(request)
	if err != nil {
		return answered{}, err
	}
	defer response.Body.Close()
	a := answered{status: response.StatusCode, date: response.Header.Get("Date")}
	if response.TLS != nil && len(response.TLS.PeerCertificates) > 0 {
		a.certificate = response.TLS.PeerCertificates[0]
	}
	return a, nil
}

// marketplace asks for the list of subscriptions, which shows that the credentials are right.
func (d doctor) marketplace(ctx context.Context) finding {
	const todo = "Look at the TIMETRACKER_MARKETPLACE_ variables, and at the app that the offer's technical configuration names"
	certificate, err := readCertificate("TIMETRACKER_MARKETPLACE_CERTIFICATE_FILE", d.c.MarketplaceCertificateFile)
	if err != nil {
		return finding{failed, "can't be asked: " + err.Error(), todo}
	}
	microsoft, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: d.c.MarketplaceURL, Authority: d.c.EntraAuthority, DirectoryID: d.c.MarketplaceTenantID,
		ClientID: d.c.MarketplaceClientID, Secret: d.c.MarketplaceClientSecret.Reveal(), Certificate: certificate,
		HTTPClient: d.client, Now: d.now,
	})
	if err != nil {
		return finding{failed, "can't be asked: " + err.Error(), todo}
	}
	for subscription, err := range microsoft.Subscriptions(ctx) {
		if err != nil && subscription.ID.IsZero() {
			return finding{failed, "doesn't list subscriptions: " + err.Error(), todo}
		}
		break // the first one shows all that is asked
	}
	return finding{what: "lists the offers' subscriptions"}
}

// public looks at the address that people use. It may be out of reach from here, so that this is no failure.
func (d doctor) public(ctx context.Context) finding {
	address := strings.TrimSuffix(d.c.PublicURL, "/")
	origin, err := outbound.Origin(address)
	if err != nil {
		return finding{doubtful, address + " isn't looked at", "TIMETRACKER_PUBLIC_URL " + err.Error()}
	}
	answer, err := d.get(ctx, origin, "/ext/config.json")
	if err != nil {
		return finding{
			doubtful, "can't be reached from here: " + outbound.Reason(err).Error(),
			"That is no fault while serve doesn't run, or where only others reach " + origin.Host,
		}
	}
	if answer.status != http.StatusOK {
		return finding{failed, fmt.Sprintf("answers with %d", answer.status), "Look at what stands before serve, and at TIMETRACKER_PUBLIC_URL"}
	}
	ends := d.ends(answer.certificate, "Renew it where TLS ends")
	ends.what = "is served; its certificate " + ends.what
	return ends
}

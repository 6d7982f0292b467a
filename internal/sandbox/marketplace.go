package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// errorPrefix begins the errors that this package's exported functions return.
const errorPrefix = "sandbox: "

// landingTokenLifetime is how long a landing page's token is good.
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api
const landingTokenLifetime = 24 * time.Hour

// MarketplaceConfig says where a Marketplace stand-in is, whom it calls, and how long things take.
type MarketplaceConfig struct {
	// BaseURL is how browsers and the product reach it, for instance http://localhost:8091.
	BaseURL string
	// LandingURL is the publisher's landing page, to which a token is added.
	LandingURL string
	// WebhookURL is where webhooks are sent.
	WebhookURL string
	// Entra checks the tokens of callers and signs those of webhooks.
	Entra *Entra
	// StateFile keeps subscriptions and all that belongs to them over a restart; empty keeps them in memory.
	StateFile string
	// HTTPClient sends the webhooks.
	HTTPClient *http.Client
	Now        func() time.Time
	// ActivationDelay is the time between the publisher's call to activate and the subscription's being
	// active, OperationDelay that between an accepted change and its taking effect unless it is acknowledged
	// before. Zero: at once.
	ActivationDelay, OperationDelay time.Duration
	// RetryEvery is how long an unanswered webhook waits to be sent again. Microsoft's average is a minute.
	RetryEvery time.Duration
}

// Marketplace stands in for the Azure Marketplace as a publisher of SaaS offers sees it: the fulfillment and the
// metering API, the webhooks, and a console page on which one buys. It is an http.Handler; its methods are safe
// for concurrent use. Nothing is delivered and no time passes unless Run runs.
type Marketplace struct {
	config  MarketplaceConfig
	landing *url.URL
	client  *http.Client
	mux     *http.ServeMux
	wake    chan struct{}

	mu       sync.Mutex
	state    marketplaceState
	saved    []byte // what StateFile holds
	settings MarketplaceSettings
	faults   map[string]faultMode
	sending  map[string]bool // subscriptions with a webhook under way
}

// marketplaceState is what StateFile keeps.
type marketplaceState struct {
	Subscriptions []*MarketplaceSubscription `json:"subscriptions"` // oldest first
	Tokens        []landingToken             `json:"tokens"`
	Operations    []*operation               `json:"operations"`
	Webhooks      []*webhookCall             `json:"webhooks"`
	Usage         []usageEvent               `json:"usage"`
}

type landingToken struct {
	Token          string    `json:"token"`
	SubscriptionID string    `json:"subscription_id"`
	Expires        time.Time `json:"expires"`
}

// NewMarketplace returns a Marketplace stand-in with what its StateFile holds.
func NewMarketplace(config MarketplaceConfig) (*Marketplace, error) {
	if config.Entra == nil || config.HTTPClient == nil || config.Now == nil {
		return nil, errors.New("sandbox: the Marketplace needs Entra, HTTPClient and Now")
	}
	for _, address := range []string{config.BaseURL, config.LandingURL, config.WebhookURL} {
		if parsed, err := url.Parse(address); err != nil || parsed.Host == "" || parsed.Fragment != "" {
			return nil, fmt.Errorf("sandbox: the Marketplace can't use %q as an address", address)
		}
	}
	landing, err := url.Parse(config.LandingURL)
	if err != nil {
		return nil, fmt.Errorf("sandbox: landing page: %w", err)
	}
	client := *config.HTTPClient
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	m := &Marketplace{
		config:   config,
		landing:  landing,
		client:   &client,
		mux:      http.NewServeMux(),
		wake:     make(chan struct{}, 1),
		settings: defaultMarketplaceSettings(),
		faults:   make(map[string]faultMode),
		sending:  make(map[string]bool),
	}
	if err := m.load(); err != nil {
		return nil, err
	}
	m.fulfillmentRoutes()
	m.meteringRoutes()
	m.consoleRoutes()
	return m, nil
}

func (m *Marketplace) load() error {
	if m.config.StateFile == "" {
		return nil
	}
	content, err := os.ReadFile(m.config.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sandbox: Marketplace: %w", err)
	}
	if err := json.Unmarshal(content, &m.state); err != nil {
		return fmt.Errorf("sandbox: Marketplace: %s: %w", m.config.StateFile, err)
	}
	m.saved = content
	return nil
}

// ServeHTTP implements http.Handler.
func (m *Marketplace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	m.mux.ServeHTTP(w, r)
}

// do runs what may change something, lets what has become due happen before, and stores the outcome.
func (m *Marketplace) do(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.wakeUp()
	return m.locked(f)
}

// locked is do for a caller that holds mu.
func (m *Marketplace) locked(f func() error) error {
	m.settle()
	err := f()
	return errors.Join(err, m.save())
}

// save stores the state unless nothing has changed; the caller holds mu.
func (m *Marketplace) save() error {
	if m.config.StateFile == "" {
		return nil
	}
	content, err := json.Marshal(m.state)
	if err != nil {
		return fmt.Errorf("sandbox: Marketplace: %w", err)
	}
	if bytes.Equal(content, m.saved) {
		return nil
	}
	if err := replaceFile(m.config.StateFile, 0o600, content); err != nil {
		return fmt.Errorf("sandbox: Marketplace: %w", err)
	}
	m.saved = content
	return nil
}

// settle lets everything happen that is due; the caller holds mu.
func (m *Marketplace) settle() {
	now := m.now()
	for _, s := range m.state.Subscriptions {
		if isDue(s.ActivateAt, now) {
			m.finishActivation(s)
		}
	}
	for _, op := range m.state.Operations {
		if isDue(op.CompleteAt, now) {
			m.complete(op)
		}
	}
	m.state.Tokens = slices.DeleteFunc(m.state.Tokens, func(t landingToken) bool { return isDue(t.Expires, now) })
}

// isDue tells whether an instant that may not be set has come.
func isDue(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

func (m *Marketplace) now() time.Time { return m.config.Now().UTC() }

// wakeUp makes Run look again for what is due.
func (m *Marketplace) wakeUp() {
	select {
	case m.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Run delivers webhooks, repeats unanswered ones and lets time pass, until ctx ends.
func (m *Marketplace) Run(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		for _, call := range m.takeDue(ctx) {
			calls.Go(func() { m.send(ctx, call) })
		}
		timer := time.NewTimer(m.untilNext())
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-m.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Deliver sends all webhooks that are due, and those that become due thereby, and waits for the answers. It is
// for tests that do not use Run.
func (m *Marketplace) Deliver(ctx context.Context) {
	for {
		due := m.takeDue(ctx)
		if len(due) == 0 {
			return
		}
		var calls sync.WaitGroup
		for _, call := range due {
			calls.Go(func() { m.send(ctx, call) })
		}
		calls.Wait()
	}
}

// untilNext returns how long nothing will become due by itself.
func (m *Marketplace) untilNext() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	next := now.Add(time.Hour)
	earlier := func(at time.Time) {
		if !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	for _, s := range m.state.Subscriptions {
		earlier(s.ActivateAt)
	}
	for _, op := range m.state.Operations {
		earlier(op.CompleteAt)
	}
	for _, call := range m.state.Webhooks {
		// One that is due already waits for another call or for delivery to go on, which wakes Run up.
		if call.State == webhookWaiting && call.DueAt.After(now) {
			earlier(call.DueAt)
		}
	}
	return next.Sub(now)
}

func (m *Marketplace) subscription(id string) (*MarketplaceSubscription, error) {
	at := slices.IndexFunc(m.state.Subscriptions, func(s *MarketplaceSubscription) bool {
		return strings.EqualFold(s.ID, id)
	})
	if at < 0 {
		return nil, errNoSubscription
	}
	return m.state.Subscriptions[at], nil
}

// withSubscription is do for what concerns one subscription.
func (m *Marketplace) withSubscription(id string, f func(s *MarketplaceSubscription) error) error {
	return m.do(func() error {
		s, err := m.subscription(id)
		if err != nil {
			return err
		}
		return f(s)
	})
}

// LandingURL returns the landing page's address as "Configure account" and "Manage account" open it: with a new
// token each time.
func (m *Marketplace) LandingURL(id string) (string, error) {
	token, err := m.LandingToken(id)
	if err != nil {
		return "", err
	}
	landing := *m.landing
	query := landing.Query()
	query.Set("token", token)
	landing.RawQuery = query.Encode()
	return landing.String(), nil
}

// LandingToken returns a new token, not yet percent-encoded, by which the publisher resolves the subscription.
func (m *Marketplace) LandingToken(id string) (string, error) {
	token := newLandingToken()
	err := m.withSubscription(id, func(s *MarketplaceSubscription) error {
		m.state.Tokens = append(m.state.Tokens, landingToken{token, s.ID, m.now().Add(landingTokenLifetime)})
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	return token, nil
}

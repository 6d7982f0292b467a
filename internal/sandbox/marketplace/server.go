package marketplace

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
	"sync"
	"time"

	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/standin"
)

// Config says where a Marketplace stand-in is, whom it calls, and how long changes take.
type Config struct {
	// BaseURL is the address at which browsers and the product reach it, for instance http://localhost:8091.
	BaseURL string
	// LandingURL is the publisher's landing page, to which a token is added.
	LandingURL string
	// WebhookURL is where webhooks are sent.
	WebhookURL string
	// Entra checks the callers' tokens and signs those of webhooks.
	Entra *entra.Server
	// StateFile stores subscriptions and all that belongs to them over a restart. If it is empty they are in memory only.
	StateFile string
	// HTTPClient sends the webhooks.
	HTTPClient *http.Client
	Now        func() time.Time
	// ActivationDelay is the time from the publisher's call to activate until the subscription is active.
	ActivationDelay time.Duration
	// OperationDelay is the time until an accepted change takes effect, unless it is acknowledged before.
	OperationDelay time.Duration
	// RetryEvery is the time until an unanswered webhook is sent again. Microsoft's average is a minute.
	RetryEvery time.Duration
}

// Server stands in for the Azure Marketplace as a publisher of SaaS offers sees it. It has the fulfillment and metering
// API, webhooks, and a console page for buying. Webhooks are delivered, and time passes, only while Run runs. It is an
// http.Handler; its methods are safe for concurrent use.
type Server struct {
	config  Config
	landing *url.URL
	client  *http.Client
	mux     *http.ServeMux
	wake    chan struct{}
	faults  *standin.Faults

	mu       sync.Mutex
	state    storedState
	saved    []byte // what StateFile holds
	settings Settings
	sending  map[string]bool // subscriptions with a webhook under way
}

// storedState is the content of StateFile.
type storedState struct {
	Subscriptions []*Subscription `json:"subscriptions"` // oldest first
	Tokens        []landingToken  `json:"tokens"`
	Operations    []*operation    `json:"operations"`
	Webhooks      []*webhookCall  `json:"webhooks"`
	Usage         []usageEvent    `json:"usage"`
}

// New returns a Marketplace stand-in with the content of its StateFile.
func New(config Config) (*Server, error) {
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
	m := &Server{
		config:   config,
		landing:  landing,
		client:   &client,
		mux:      http.NewServeMux(),
		wake:     make(chan struct{}, 1),
		settings: defaultSettings(),
		faults: standin.NewFaults([]string{FulfillmentService, MeteringService}, standin.Down, standin.Slow,
			standin.Throttled, standin.Forbidden, standin.HTML, standin.WrongJSON),
		sending: make(map[string]bool),
	}
	if err := m.load(); err != nil {
		return nil, err
	}
	m.fulfillmentRoutes()
	m.meteringRoutes()
	m.consoleRoutes()
	return m, nil
}

func (m *Server) load() error {
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
func (m *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", m.now().UTC().Format(http.TimeFormat)) // by the sandbox's clock, as everything that it tells
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	m.mux.ServeHTTP(w, r)
}

// do runs a change after everything that has become due, and stores the outcome.
func (m *Server) do(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.wakeUp()
	return m.locked(f)
}

// locked is do for a caller that holds mu.
func (m *Server) locked(f func() error) error {
	m.settle()
	err := f()
	return errors.Join(err, m.save())
}

// save stores the state unless nothing has changed; the caller holds mu.
func (m *Server) save() error {
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
	if err := standin.ReplaceFile(m.config.StateFile, 0o600, content); err != nil {
		return fmt.Errorf("sandbox: Marketplace: %w", err)
	}
	m.saved = content
	return nil
}

// settle applies everything that is due; the caller holds mu.
func (m *Server) settle() {
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

// isDue tells whether an instant has come. A zero instant never comes.
func isDue(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

func (m *Server) now() time.Time { return m.config.Now().UTC() }

// wakeUp makes Run check again for what is due.
func (m *Server) wakeUp() {
	select {
	case m.wake <- struct{}{}:
	default: // it will check anyway
	}
}

// Run delivers webhooks, repeats unanswered ones and lets time pass, until ctx ends.
func (m *Server) Run(ctx context.Context) {
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

// Deliver sends all webhooks that are due or become due meanwhile, and waits for the answers. It is for tests that do
// not use Run.
func (m *Server) Deliver(ctx context.Context) {
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

// untilNext returns the time until something becomes due by itself.
func (m *Server) untilNext() time.Duration {
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
		// A webhook that is due already waits for another call or a paused delivery; both wake Run up.
		if call.State == webhookWaiting && call.DueAt.After(now) {
			earlier(call.DueAt)
		}
	}
	return next.Sub(now)
}

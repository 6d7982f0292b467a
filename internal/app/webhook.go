package app

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"timetracker/internal/entra"
	"timetracker/internal/errs"
	"timetracker/internal/marketplace"
	"timetracker/internal/webhook"
)

// webhookBudget is the longest that the webhook takes for an answer. Microsoft waits for 10 s, which includes the way,
// and takes no answer for consent.
const webhookBudget = 7500 * time.Millisecond

// WebhookConfig says whose calls the webhook accepts.
type WebhookConfig struct {
	Authority   string // https origin
	DirectoryID string // the publisher's
	ClientID    string // of the publisher's app
	HTTPClient  *http.Client
	HTTPS       bool // Microsoft reaches it by https alone
}

// WebhookServer is the handler of the Marketplace's webhook and its background jobs.
type WebhookServer struct {
	process  *Process
	callers  *entra.WebhookVerifier
	https    bool
	accepted chan struct{} // a change was accepted that Microsoft must be told of
}

// NewWebhook makes the webhook of a process.
func NewWebhook(p *Process, c WebhookConfig) (*WebhookServer, error) {
	callers, err := entra.NewWebhookVerifier(entra.WebhookConfig{
		Authority: c.Authority, DirectoryID: c.DirectoryID, ClientID: c.ClientID, HTTPClient: c.HTTPClient,
		Now: p.now, Log: p.log,
	})
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	p.checks = append(p.checks, callers.Ready)
	p.metrics.Events(webhook.Actions(), webhook.Results())
	return &WebhookServer{process: p, callers: callers, https: c.HTTPS, accepted: make(chan struct{}, 1)}, nil
}

// Handler answers Microsoft's calls.
func (w *WebhookServer) Handler() http.Handler {
	return webhook.New(webhook.Config{
		Verify: w.verify, Receive: w.receive, Budget: webhookBudget, Now: w.process.now, Log: w.process.log, Tracer: w.process.tracer,
		Observe: w.process.metrics.Request, Handled: w.process.metrics.Event, Refused: w.process.metrics.WebhookRefused,
		Alert: w.process.alert, HTTPS: w.https,
	})
}

// Run does the webhook's background work until ctx ends.
func (w *WebhookServer) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { w.callers.Run(ctx) })
	group.Go(func() { w.acknowledge(ctx) })
	group.Go(func() { w.process.runJobs(ctx, w.process.market.webhookJobs()) })
	group.Wait()
}

// verify checks a caller's token. Operators are told of one that is good but for its time, since our clock is wrong then.
func (w *WebhookServer) verify(ctx context.Context, rawToken string) error {
	err := w.callers.Verify(ctx, rawToken)
	if errs.CodeOf(err) == entra.TokenUntimely {
		w.process.clock.tellWrong(ctx, err)
	}
	return err
}

func (w *WebhookServer) receive(ctx context.Context, n marketplace.Notification) error {
	err := w.process.market.subscriptions.Receive(ctx, n)
	if err == nil {
		select {
		case w.accepted <- struct{}{}:
		default: // a signal is waiting already
		}
	}
	return err
}

// acknowledge tells Microsoft of accepted changes soon after they were accepted, until ctx ends. It begins with those
// of a process that has ended meanwhile, whose lease would delay the job. The job repeats what fails here.
func (w *WebhookServer) acknowledge(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(marketplace.AcknowledgePause):
			_ = errs.WithoutPanic(func() error {
				_, err := w.process.market.subscriptions.Acknowledge(ctx, batch)
				return err
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-w.accepted:
		}
	}
}

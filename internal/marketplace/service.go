package marketplace

import (
	"context"
	"time"

	"golang.org/x/sync/singleflight"

	"timetracker/internal/alert"
	"timetracker/internal/calendar"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// Config is what a Service needs.
type Config struct {
	Store       Store
	Fulfillment Fulfillment
	Tenants     *tenant.Service // signs buyers up
	// Offers are the ids of our offers. Each has a preview, which is ours too. Empty: those of the catalogue.
	Offers []string
	Now    func() time.Time
	// Flush reports the metered usage of a subscription in force before its plan or its term changes or it ends. After
	// an end Microsoft takes usage for only 24 hours. Its error stops nothing.
	Flush func(ctx context.Context, s Subscription) error
	// Alert tells operators what they must look at.
	Alert func(ctx context.Context, a alert.Alert)
}

// Service reads events, Microsoft's API and the store, lets Transition decide, and writes the decision.
type Service struct {
	store   Store
	api     Fulfillment
	tenants *tenant.Service
	offers  []string
	now     func() time.Time
	flush   func(ctx context.Context, s Subscription) error
	alert   func(ctx context.Context, a alert.Alert)
	inWork  singleflight.Group // copies of one event that arrive together are handled once
	// unhandled are the events of which operators were told, or may have to be.
	unhandled unhandled
}

// NewService makes a Service.
func NewService(c Config) *Service {
	now := calendar.Clock(c.Now)
	offers := c.Offers
	if len(offers) == 0 {
		offers = plan.Offers()
	}
	return &Service{
		store: c.Store, api: &watched{api: c.Fulfillment, now: now, alert: c.Alert}, tenants: c.Tenants,
		offers: offers, flush: c.Flush, alert: c.Alert, now: now,
	}
}

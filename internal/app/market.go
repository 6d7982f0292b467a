package app

import (
	"context"
	"log/slog"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/jobs"
	"timetracker/internal/marketplace"
	"timetracker/internal/telemetry"
)

// market has the services that sell the product.
type market struct {
	subscriptions *marketplace.Service
	bills         *billing.Service
	usages        *billing.Usages
	// noteClock tells operators of a clock that is wrong, or that can't be compared for long.
	noteClock func(ctx context.Context, err error)
}

func (p *Process) newMarket(c ProcessConfig) *market {
	m := &market{
		bills: billing.NewService(p.store, p.now, c.Seller).ComparedWith(
			billing.Clock{Name: "the database", Now: p.databaseClock}, billing.Clock{Name: "Microsoft", Now: c.Microsoft.Now},
		).PrintedWith(p.fonts, p.alertUnprinted),
		usages:    billing.NewUsages(p.store, c.Microsoft, p.now, p.alert),
		noteClock: p.clock.note,
	}
	m.subscriptions = marketplace.NewService(marketplace.Config{
		Store: p.store, Fulfillment: c.Microsoft, Tenants: p.tenants, Offers: c.Offers, Now: p.now,
		Flush: m.usages.Flush, Alert: p.alert,
	})
	return m
}

// alertUnprinted tells operators of codes in the place of characters, once an hour at most: people may open a document as
// often as they like.
func (p *Process) alertUnprinted(ctx context.Context, a alert.Alert) {
	if p.fontAlert.due(p.now()) {
		p.alert(ctx, a)
	}
}

// alert tells operators about something that they must act on.
func (p *Process) alert(ctx context.Context, a alert.Alert) { Alerting(p.metrics, p.log)(ctx, a) }

// Alerting gives what tells operators about something that they must act on.
func Alerting(metrics *telemetry.Metrics, log *slog.Logger) func(ctx context.Context, a alert.Alert) {
	return func(ctx context.Context, a alert.Alert) {
		metrics.Alert(a.Kind)
		log.ErrorContext(ctx, "alert",
			"kind", string(a.Kind), "what", a.What(), "subscription_id", a.SubscriptionID, "operation_id", a.OperationID, "error", a.Err)
	}
}

const (
	day = 24 * time.Hour
	// dailyRetry is the wait after a daily job has failed. A replica that has died blocks the job for an hour at most.
	dailyRetry = 5 * time.Minute
)

// webhookJobs are the jobs of the webhook's process. Every `serve` runs them too.
func (m *market) webhookJobs() []jobs.Job {
	return []jobs.Job{{Name: "acknowledge_changes", Every: 15 * time.Second, Run: func(ctx context.Context) error {
		return all(ctx, m.subscriptions.Acknowledge)
	}}}
}

// jobs are the jobs of every `serve`.
func (m *market) jobs() []jobs.Job {
	return append(m.webhookJobs(),
		jobs.Job{Name: "follow_subscriptions", Every: 15 * time.Second, Run: func(ctx context.Context) error {
			return all(ctx, m.subscriptions.Follow)
		}},
		jobs.Job{Name: "reconcile_subscriptions", Every: day, Timeout: time.Hour, Retry: dailyRetry, Run: m.subscriptions.Reconcile},
		jobs.Job{Name: "measure_usage", Every: 10 * time.Minute, Run: m.measureUsage},
		jobs.Job{Name: "report_usage", Every: time.Minute, Run: m.reportUsage},
		jobs.Job{Name: "compare_usage", Every: day, Timeout: time.Hour, Retry: dailyRetry, Run: m.usages.Compare},
		jobs.Job{Name: "bill", Every: time.Hour, Run: m.bill},
	)
}

// all runs a job's batches until there are no more.
func all(ctx context.Context, some func(ctx context.Context, limit int) (int, error)) error {
	for {
		if done, err := some(ctx, batch); err != nil || done < batch {
			return err
		}
	}
}

// bill bills the months that have ended, if this server's clock is right.
func (m *market) bill(ctx context.Context) error {
	err := m.bills.CatchUp(ctx)
	m.noteClock(ctx, err)
	return err
}

// measureUsage counts people for metered plans, unless this server's clock is wrong: a term must not begin early. It
// goes on where no other clock can be read, since usage is lost after a day.
func (m *market) measureUsage(ctx context.Context) error {
	err := m.bills.CheckClock(ctx)
	m.noteClock(ctx, err)
	if errs.CodeOf(err) == billing.ClockWrong {
		return err
	}
	return m.usages.MeasureAll(ctx)
}

func (m *market) reportUsage(ctx context.Context) error {
	for {
		if sent, err := m.usages.Send(ctx); err != nil || sent < billing.MaxBatch {
			return err
		}
	}
}

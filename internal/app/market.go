package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/jobs"
	"timetracker/internal/marketplace"
)

// market is what sells the product.
type market struct {
	subscriptions *marketplace.Service
	bills         *billing.Service
	usages        *billing.Usages
	now           func() time.Time
}

func (p *Process) newMarket(microsoft Microsoft) *market {
	m := &market{
		bills: billing.NewService(p.store, p.now), usages: billing.NewUsages(p.store, microsoft, p.now, p.alert), now: p.now,
	}
	m.subscriptions = marketplace.NewService(marketplace.Config{
		Store: p.store, Fulfillment: microsoft, Tenants: p.tenants, Now: p.now, Flush: m.usages.Flush, Alert: p.alert,
	})
	return m
}

// alert tells operators what they must look at.
func (p *Process) alert(ctx context.Context, a alert.Alert) {
	p.metrics.Alert(a.Kind)
	p.log.ErrorContext(ctx, "alert",
		"kind", string(a.Kind), "what", a.What(), "subscription_id", a.SubscriptionID, "operation_id", a.OperationID, "error", a.Err)
}

const (
	day = 24 * time.Hour
	// dailyRetry is the wait after a daily job has failed. A replica that has died keeps others from it for an hour at most.
	dailyRetry = 5 * time.Minute
	// monthsBack is how far back a month that was not billed is found, such as after a long outage.
	monthsBack = 12
	// monthsCorrected is how far back late corrections are looked for by themselves; `timetracker bill` takes any month.
	monthsCorrected = 2
)

// webhookJobs are what the webhook's process sees to, beside every `serve`.
func (m *market) webhookJobs() []jobs.Job {
	return []jobs.Job{{Name: "acknowledge_changes", Every: 15 * time.Second, Run: func(ctx context.Context) error {
		return all(ctx, m.subscriptions.Acknowledge)
	}}}
}

// jobs are what every `serve` sees to.
func (m *market) jobs() []jobs.Job {
	return append(m.webhookJobs(),
		jobs.Job{Name: "follow_subscriptions", Every: 15 * time.Second, Run: func(ctx context.Context) error {
			return all(ctx, m.subscriptions.Follow)
		}},
		jobs.Job{Name: "reconcile_subscriptions", Every: day, Timeout: time.Hour, Retry: dailyRetry, Run: m.subscriptions.Reconcile},
		jobs.Job{Name: "measure_usage", Every: 10 * time.Minute, Run: m.usages.MeasureAll},
		jobs.Job{Name: "report_usage", Every: time.Minute, Run: m.reportUsage},
		jobs.Job{Name: "compare_usage", Every: day, Timeout: time.Hour, Retry: dailyRetry, Run: m.usages.Compare},
		jobs.Job{Name: "bill", Every: time.Hour, Run: m.bill},
	)
}

// all does a job's batches until there are no more.
func all(ctx context.Context, some func(ctx context.Context, limit int) (int, error)) error {
	for {
		if done, err := some(ctx, batch); err != nil || done < batch {
			return err
		}
	}
}

func (m *market) reportUsage(ctx context.Context) error {
	for {
		if sent, err := m.usages.Send(ctx); err != nil || sent < billing.MaxBatch {
			return err
		}
	}
}

// bill makes what is missing of the months that have ended, the oldest first, and looks for late corrections of the latest.
func (m *market) bill(ctx context.Context) error {
	running := calendar.MonthOf(m.now())
	corrected := calendar.MonthOf(running.From().AddDate(0, -monthsCorrected, 0))
	var failed []error
	for month := calendar.MonthOf(running.From().AddDate(0, -monthsBack, 0)); month != running; month = month.Next() {
		options := billing.Options{UnbilledOnly: month.From().Before(corrected.From())}
		if err := m.bills.Bill(ctx, month, options); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", month, err))
		}
	}
	return errors.Join(failed...)
}

package app

import (
	"context"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/billing"
	"timetracker/internal/jobs"
	"timetracker/internal/marketplace"
)

// market has the services that sell the product.
type market struct {
	subscriptions *marketplace.Service
	bills         *billing.Service
	usages        *billing.Usages
}

func (p *Process) newMarket(microsoft Microsoft, offers []string) *market {
	m := &market{
		bills: billing.NewService(p.store, p.now), usages: billing.NewUsages(p.store, microsoft, p.now, p.alert),
	}
	m.subscriptions = marketplace.NewService(marketplace.Config{
		Store: p.store, Fulfillment: microsoft, Tenants: p.tenants, Offers: offers, Now: p.now,
		Flush: m.usages.Flush, Alert: p.alert,
	})
	return m
}

// alert tells operators about something that they must act on.
func (p *Process) alert(ctx context.Context, a alert.Alert) {
	p.metrics.Alert(a.Kind)
	p.log.ErrorContext(ctx, "alert",
		"kind", string(a.Kind), "what", a.What(), "subscription_id", a.SubscriptionID, "operation_id", a.OperationID, "error", a.Err)
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
		jobs.Job{Name: "measure_usage", Every: 10 * time.Minute, Run: m.usages.MeasureAll},
		jobs.Job{Name: "report_usage", Every: time.Minute, Run: m.reportUsage},
		jobs.Job{Name: "compare_usage", Every: day, Timeout: time.Hour, Retry: dailyRetry, Run: m.usages.Compare},
		jobs.Job{Name: "bill", Every: time.Hour, Run: m.bills.CatchUp},
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

func (m *market) reportUsage(ctx context.Context) error {
	for {
		if sent, err := m.usages.Send(ctx); err != nil || sent < billing.MaxBatch {
			return err
		}
	}
}

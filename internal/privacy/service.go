package privacy

import (
	"context"
	"fmt"
	"io"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// Store keeps what every noun holds about people. Methods called with a context that Tx gave out belong to that transaction.
type Store interface {
	audit.PersonalStore
	PersonalStore
	billing.PersonalStore
	idempotency.PersonalStore
	importer.PersonalStore
	report.PersonalStore
	tenant.PersonalStore
	timer.PersonalStore
	timesheet.PersonalStore
	workitem.PersonalStore
}

// Service gives people what is held about them, and takes them out of it.
type Service struct {
	store   Store
	people  *tenant.Personal
	holders []namedHolder
	now     func() time.Time
}

// namedHolder is a noun that holds something about people.
type namedHolder struct {
	name string
	Holder
}

// NewService makes a Service. now is the server's clock.
func NewService(store Store, now func() time.Time) *Service {
	people := tenant.NewPersonal(store)
	return &Service{store: store, people: people, now: calendar.Clock(now), holders: []namedHolder{
		{"tenant", people},
		{"timer", timer.NewPersonal(store)},
		{"timesheet", timesheet.NewPersonal(store, now)},
		{"workitem", workitem.NewPersonal(store)},
		{"report", report.NewPersonal(store)},
		{"importer", importer.NewPersonal(store)},
		{"billing", billing.NewPersonal(store)},
		{"audit", audit.NewPersonal(store)},
		{"idempotency", idempotency.NewPersonal(store)},
		{"privacy", ownAsking{store}},
	}}
}

// Collect reads all that is held about a user and keeps it, for Pack. It may be asked for at any state of the tenant and of the
// user.
func (s *Service) Collect(ctx context.Context, id ids.Tenant, user ids.User, kept io.Writer) error {
	subject, err := s.people.Subject(ctx, id, user)
	if err != nil {
		return err
	}
	m, err := s.store.MemberByID(ctx, id, user)
	if err != nil {
		return err
	}
	records := newCollector(kept)
	if err := records.out.Encode(line{Cover: &cover{Name: m.User.Name, Organization: m.Tenant.Name, At: s.now()}}); err != nil {
		return fmt.Errorf("keep the cover: %w", err)
	}
	for _, holder := range s.holders {
		if err := holder.ExportPerson(ctx, id, subject, records); err != nil {
			return fmt.Errorf("export of %s: %w", holder.name, err)
		}
	}
	return nil
}

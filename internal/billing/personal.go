package billing

import (
	"context"
	"slices"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
)

// PersonalStore keeps billing records and who was counted. Methods called with a context that Tx gave out belong to that
// transaction.
type PersonalStore interface {
	// Records is Store's.
	Records(ctx context.Context, id ids.Tenant, filter RecordFilter, request page.Request) ([]Record, error)
	// MeteredMonths lists the months of metered subscriptions that have counted a user, the earliest first.
	MeteredMonths(ctx context.Context, id ids.Tenant, user ids.User) ([]MeteredMonth, error)
}

// MeteredMonth is a month of a subscription's term that has counted a person.
type MeteredMonth struct {
	Period

	CountedAt time.Time
}

// Personal exports what is billed of a person. Tax law keeps it: there is nothing to erase before its end.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

// mention is a billing record that names a person.
type mention struct {
	Record

	person Person
	active bool // false: an adjustment says that the person was not, after all
}

var mentionFields = []personal.Field[mention]{
	personal.Of("month", func(m mention) any { return m.Month }),
	personal.Of("kind", func(m mention) any { return m.Kind }),
	personal.Of("statement", func(m mention) any { return m.Statement.String() }),
	personal.Of("occurred_at", func(m mention) any { return m.At }),
	personal.Of("active", func(m mention) any { return m.active }),
	personal.Of("named_as", func(m mention) any { return m.person.Label() }),
	personal.Of("id", func(m mention) any { return m.ID }),
}

var meteredFields = []personal.Field[MeteredMonth]{
	personal.Of("subscription_id", func(m MeteredMonth) any { return m.SubscriptionID }),
	personal.Of("period_at", func(m MeteredMonth) any { return m.From }),
	personal.Of("counted_at", func(m MeteredMonth) any { return m.CountedAt }),
}

// ExportPerson implements privacy.Holder. Others' addresses and what is charged are the organization's.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	err := personal.Put(records, "billing_records", mentionFields, func(visit func(mention) error) error {
		return page.Each(func(request page.Request) ([]Record, error) {
			return p.store.Records(ctx, id, RecordFilter{}, request)
		}, func(r Record) page.Position { return page.Position{At: r.At, ID: ids.Any(r.ID)} }, func(r Record) error {
			for _, m := range mentions(r, subject.User) {
				if err := visit(m); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	months, err := p.store.MeteredMonths(ctx, id, subject.User)
	if err != nil {
		return err
	}
	return personal.Put(records, "metered_months", meteredFields, personal.Rows(months))
}

// LastMention is when the last billing record that names a person was made; zero when none does.
func (p *Personal) LastMention(ctx context.Context, id ids.Tenant, user ids.User) (last time.Time, err error) {
	err = page.Each(func(request page.Request) ([]Record, error) {
		return p.store.Records(ctx, id, RecordFilter{}, request)
	}, func(r Record) page.Position { return page.Position{At: r.At, ID: ids.Any(r.ID)} }, func(r Record) error {
		if len(mentions(r, user)) > 0 && r.At.After(last) {
			last = r.At
		}
		return nil
	})
	return last, err
}

// Addressed counts the billing records that name an address, in any case, and tells when the last of them was made.
func (p *Personal) Addressed(ctx context.Context, id ids.Tenant, address string) (count int, last time.Time, err error) {
	err = page.Each(func(request page.Request) ([]Record, error) {
		return p.store.Records(ctx, id, RecordFilter{}, request)
	}, func(r Record) page.Position { return page.Position{At: r.At, ID: ids.Any(r.ID)} }, func(r Record) error {
		named := func(person Person) bool { return strings.EqualFold(person.Email, address) }
		if slices.ContainsFunc(slices.Concat(r.Active, r.Inactive), named) {
			count++
			last = calendar.Later(last, r.At)
		}
		return nil
	})
	return count, last, err
}

func mentions(r Record, user ids.User) (all []mention) {
	add := func(people []Person, active bool) {
		for _, person := range people {
			if person.ID == user {
				all = append(all, mention{Record: r, person: person, active: active})
			}
		}
	}
	add(r.Active, true)
	add(r.Inactive, false)
	return all
}

// ErasePerson implements privacy.Holder. Tax law keeps what is billed until its end.
func (p *Personal) ErasePerson(context.Context, ids.Tenant, personal.Subject) error { return nil }

package privacy

import (
	"context"

	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
)

// PersonalStore keeps what people ask and choose about their data.
type PersonalStore interface {
	// PrivacyRequests is RequestStore's, and PrivacyChoices is ChoiceStore's.
	PrivacyRequests(ctx context.Context, id ids.Tenant, filter Filter, request page.Request) ([]Request, error)
	PrivacyChoices(ctx context.Context, id ids.Tenant, user ids.User) (Choices, error)
	// ForgetAsking clears the notes of a user's requests, and removes what they have chosen. Only within Tx.
	ForgetAsking(ctx context.Context, id ids.Tenant, user ids.User) error
}

// ownAsking exports and erases what a person asks and chooses about their data.
type ownAsking struct{ store PersonalStore }

var requestFields = []personal.Field[Request]{
	personal.Of("id", func(r Request) any { return r.ID }),
	personal.Of("kind", func(r Request) any { return r.Kind }),
	personal.Of("processing", func(r Request) any { return r.Processing }),
	personal.Of("status", func(r Request) any { return r.Status }),
	personal.Of("note", func(r Request) any { return r.Note }),
	personal.Of("asked_at", func(r Request) any { return r.AskedAt }),
	personal.Of("due_at", func(r Request) any { return r.DueAt }),
	personal.Of("decided_at", func(r Request) any { return r.DecidedAt }),
	personal.Of("decided_by", func(r Request) any { return r.DecidedBy.ID }),
	personal.Of("reason", func(r Request) any { return r.Reason }),
	personal.Of("outcome", func(r Request) any { return r.Outcome }),
	personal.Of("kept", func(r Request) any { return r.Kept }),
	personal.Of("closed_at", func(r Request) any { return r.ClosedAt }),
	personal.Of("digest", func(r Request) any { return r.Digest }),
	personal.Of("earlier_digest", func(r Request) any { return r.EarlierDigest }),
}

var choiceFields = []personal.Field[Choices]{
	personal.Of("restricted_at", func(c Choices) any { return c.RestrictedAt }),
	personal.Of("objections", func(c Choices) any { return joined(c.Objections) }),
	personal.Of("nominee_name", func(c Choices) any { return c.Nominee.Name }),
	personal.Of("nominee_email", func(c Choices) any { return c.Nominee.Email }),
	personal.Of("nominee_named_at", func(c Choices) any { return c.Nominee.NamedAt }),
}

// ExportPerson implements Holder.
func (o ownAsking) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	err := personal.Put(records, "privacy_requests", requestFields, func(visit func(Request) error) error {
		return page.Each(func(request page.Request) ([]Request, error) {
			return o.store.PrivacyRequests(ctx, id, Filter{User: subject.User}, request)
		}, positionOf, visit)
	})
	if err != nil {
		return err
	}
	chosen, err := o.store.PrivacyChoices(ctx, id, subject.User)
	if err != nil {
		return err
	}
	var rows []Choices
	if chosen.Revision > 0 {
		rows = append(rows, chosen)
	}
	return personal.Put(records, "privacy_choices", choiceFields, personal.Rows(rows))
}

// ErasePerson implements Holder. That they have asked, and what was decided, stays.
func (o ownAsking) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	return o.store.ForgetAsking(ctx, id, subject.User)
}

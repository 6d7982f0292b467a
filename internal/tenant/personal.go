package tenant

import (
	"context"
	"slices"
	"strings"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
)

// PersonalStore keeps a tenant's people. Methods called with a context that Tx gave out belong to that transaction.
type PersonalStore interface {
	// MemberByID is Store's.
	MemberByID(ctx context.Context, id ids.Tenant, user ids.User) (Member, error)
	// EventsOf is audit.PersonalStore's.
	EventsOf(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]audit.Event, error)
	// LockTenant, UpdateTenant, CountActive and Users are Store's.
	LockTenant(ctx context.Context, id ids.Tenant) (Tenant, error)
	UpdateTenant(ctx context.Context, id ids.Tenant, t Tenant) error
	CountActive(ctx context.Context, id ids.Tenant, role Role) (int, error)
	Users(ctx context.Context, id ids.Tenant, filter UserFilter, request page.Request) ([]User, error)
	// EraseUser takes all out of a user's row but the id, and makes them nobody's approver. They are called name from then on.
	// Invitations of the addresses go, and nobody is said to have one of them. Only within Tx, after LockTenant.
	EraseUser(ctx context.Context, id ids.Tenant, user ids.User, name string, addresses []string) error
}

// Personal exports and erases what the tenant knows of a person.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

// Subject is a user with all that texts can name them by: also what they were called before, which the audit knows.
func (p *Personal) Subject(ctx context.Context, id ids.Tenant, user ids.User) (personal.Subject, error) {
	m, err := p.store.MemberByID(ctx, id, user)
	if err != nil {
		return personal.Subject{}, err
	}
	subject := personal.Subject{Tenant: id, User: user, Object: m.User.ObjectID}
	note := func(texts ...string) {
		for _, text := range texts {
			switch {
			case personal.IsErasedName(text): // of an earlier life, which nobody may tell from this one
			case strings.Contains(text, "@"):
				subject = subject.Named(nil, []string{text})
			default:
				subject = subject.Named([]string{text}, nil)
			}
		}
	}
	note(m.User.Name, m.User.Email, m.User.ClaimedEmail)
	err = page.Each(func(request page.Request) ([]audit.Event, error) {
		return p.store.EventsOf(ctx, id, user, request)
	}, func(e audit.Event) page.Position { return page.Position{At: e.At, ID: ids.Any(e.ID)} }, func(e audit.Event) error {
		if e.Actor.ID == user {
			note(e.Actor.Name)
		}
		if e.Target.Kind != audit.TargetUser || e.Target.ID != ids.Any(user) {
			return nil
		}
		note(e.Target.Name)
		for _, change := range e.Changes {
			if slices.Contains([]string{"name", "email", "invitation"}, change.Field) {
				note(change.Old, change.New)
			}
		}
		return nil
	})
	return subject, err
}

var profileFields = []personal.Field[User]{
	personal.Of("id", func(u User) any { return u.ID }),
	personal.Of("object_id", func(u User) any { return u.ObjectID }),
	personal.Of("name", func(u User) any { return u.Name }),
	personal.Of("email", func(u User) any { return u.Email }),
	personal.Of("claimed_email", func(u User) any { return u.ClaimedEmail }),
	personal.Of("role", func(u User) any { return u.Role }),
	personal.Of("status", func(u User) any { return u.Status }),
	personal.Of("auth_provider", func(u User) any { return u.AuthProvider }),
	personal.Of("is_external", func(u User) any { return u.External }),
	personal.Of("time_zone", func(u User) any { return u.TimeZone }),
	personal.Of("zone_chosen", func(u User) any { return u.ZoneChosen }),
	personal.Of("week_start", func(u User) any { return u.WeekStart }),
	personal.Of("csv_format", func(u User) any { return u.CSVFormat }),
	personal.Of("single_keys_off", func(u User) any { return u.SingleKeysOff }),
	personal.Of("notice_seen", func(u User) any { return u.NoticeSeen }),
	personal.Of("approver", func(u User) any { return u.Approver.Name }),
	personal.Of("invited_by", func(u User) any { return u.InvitedBy.Name }),
	personal.Of("invited_at", func(u User) any { return u.InvitedAt }),
	personal.Of("first_sign_in_at", func(u User) any { return u.FirstSignInAt }),
	personal.Of("last_sign_in_at", func(u User) any { return u.LastSignInAt }),
	personal.Of("created_at", func(u User) any { return u.CreatedAt }),
}

var organizationFields = []personal.Field[Tenant]{
	personal.Of("name", func(t Tenant) any { return t.Name }),
	personal.Of("slug", func(t Tenant) any { return t.Slug }),
	personal.Of("azure_devops_organization", func(t Tenant) any { return t.AzureDevOpsOrganization }),
	personal.Of("admin_email", func(t Tenant) any { return t.AdminEmail }),
}

// ExportPerson implements privacy.Holder. The organization's address for its administration is there where it is the person's.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	m, err := p.store.MemberByID(ctx, id, subject.User)
	if err != nil {
		return err
	}
	if err := personal.Put(records, "profile", profileFields, personal.Rows([]User{m.User})); err != nil {
		return err
	}
	if !subject.HasAddress(m.Tenant.AdminEmail) {
		m.Tenant.AdminEmail = ""
	}
	return personal.Put(records, "organization", organizationFields, personal.Rows([]Tenant{m.Tenant}))
}

// ErasePerson takes the person out of the tenant's people: errs.Conflict, last_super_admin, of the last one. Where the address
// for the tenant's administration is theirs, that of another super_admin takes its place.
func (p *Personal) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	t, err := p.store.LockTenant(ctx, id)
	if err != nil {
		return err
	}
	m, err := p.store.MemberByID(ctx, id, subject.User)
	if err != nil {
		return err
	}
	if m.User.Role == RoleSuperAdmin && m.User.Status == UserActive {
		if err := notTheLast(ctx, p.store, id); err != nil {
			return err
		}
	}
	if err := p.store.EraseUser(ctx, id, subject.User, subject.Label(), subject.Addresses); err != nil {
		return err
	}
	if !subject.HasAddress(t.AdminEmail) {
		return nil
	}
	others, err := p.store.Users(ctx, id, UserFilter{Role: RoleSuperAdmin, Status: UserActive}, page.Request{Limit: mostSuperAdmins})
	if err != nil {
		return err
	}
	t.AdminEmail = ""
	for _, other := range others {
		if t.AdminEmail == "" {
			t.AdminEmail = other.Email
		}
	}
	t.Revision++
	return p.store.UpdateTenant(ctx, id, t)
}

package tenant

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/errs"
)

// Service applies the rules of tenants and their people.
type Service struct {
	store     Store
	now       func() time.Time
	checkZone func(name string) error
}

// NewService makes a Service. now is the server's clock; checkZone refuses what is no IANA time zone.
func NewService(store Store, now func() time.Time, checkZone func(name string) error) *Service {
	return &Service{
		store:     store,
		now:       func() time.Time { return now().UTC().Truncate(time.Millisecond) },
		checkZone: checkZone,
	}
}

// SignIn is the member whom a person is. A person of the directory who is not a user yet becomes one, where the tenant's
// join policy and its seats allow. It reads the database on every call, so that a deactivated user is refused at once,
// whatever the token says.
func (s *Service) SignIn(ctx context.Context, p Person) (Member, error) {
	m, ok, err := s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	if errs.Is(err, errs.NotFound) {
		return Member{}, errs.New(errs.Forbidden, "tenant_unknown", "This organization has not signed up yet.")
	}
	if err != nil {
		return Member{}, err
	}
	if !ok {
		return s.join(ctx, m.Tenant, p)
	}
	if m.User.Status != UserActive {
		return Member{}, errs.New(errs.Forbidden, "user_deactivated", "Your account in TimeTracker is deactivated. Ask your administrator.")
	}
	return m, nil
}

// Known is the member whom a person is, if they are one already; ok is false when they are not. Unlike SignIn it changes
// nothing and refuses nobody.
func (s *Service) Known(ctx context.Context, p Person) (m Member, ok bool, err error) {
	m, ok, err = s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	if errs.Is(err, errs.NotFound) {
		return Member{}, false, nil
	}
	return m, ok, err
}

// join makes a person of the tenant's directory a user.
func (s *Service) join(ctx context.Context, t Tenant, p Person) (Member, error) {
	if t.Settings.JoinPolicy != JoinDirectory {
		return Member{}, errs.New(errs.Forbidden, "not_invited", "You are not a member yet. Ask your administrator to add you.")
	}
	now := s.now()
	if err := t.MayWrite(now); err != nil {
		return Member{}, err
	}
	user := newUser(p, RoleUser, now)
	err := s.store.Tx(ctx, t.ID, func(ctx context.Context) error {
		if err := s.takeSeat(ctx, t.ID); err != nil {
			return err
		}
		return s.store.InsertUser(ctx, t.ID, user)
	})
	if code := errs.CodeOf(err); code == "user_exists" || code == "seat_limit" {
		// The person's other tab may have been faster, also in taking the last seat.
		m, ok, readErr := s.store.Member(ctx, p.DirectoryID, p.ObjectID)
		if ok || readErr != nil {
			return m, readErr
		}
	}
	if err != nil {
		return Member{}, err
	}
	return Member{Tenant: t, User: user}, nil
}

// takeSeat makes sure that one more active user has room. It locks the tenant, so that two can't take the last seat.
func (s *Service) takeSeat(ctx context.Context, id ID) error {
	t, err := s.store.LockTenant(ctx, id)
	if err != nil {
		return err
	}
	limit, limited := t.SeatLimit()
	if !limited {
		return nil
	}
	taken, err := s.store.CountActiveUsers(ctx, id)
	if err != nil {
		return err
	}
	if taken >= limit {
		return errs.Newf(errs.PaymentRequired, "seat_limit",
			"All %d seats are taken. Your administrator can free one or buy more.", limit)
	}
	return nil
}

// SignUpRequest asks for a tenant for the caller's directory.
type SignUpRequest struct {
	ID                      ID // of the new tenant, from NewID; empty: made here
	Name                    string
	Slug                    string
	AzureDevOpsOrganization string
	AdminEmail              string
	TimeZone                string // IANA name; empty: UTC
}

// SignUp creates the tenant of the person's directory, makes the person its super_admin and starts the trial. A guest
// can't sign up somebody else's directory.
func (s *Service) SignUp(ctx context.Context, p Person, request SignUpRequest) (Member, error) {
	if p.External {
		return Member{}, errs.New(errs.Forbidden, "guest", "A guest can't sign up an organization. Ask a member of it.")
	}
	name := strings.TrimSpace(request.Name)
	if name == "" {
		return Member{}, errs.New(errs.RuleBroken, "name_missing", "The organization needs a name.").
			WithField("/name", "blank", "must not be blank")
	}
	if request.TimeZone == "" {
		request.TimeZone = "UTC"
	}
	if err := s.checkZone(request.TimeZone); err != nil {
		return Member{}, err
	}
	if request.ID == "" {
		request.ID = NewID()
	}
	now := s.now()
	t := Tenant{
		ID:                      request.ID,
		DirectoryID:             p.DirectoryID,
		Name:                    name,
		Slug:                    request.Slug,
		AzureDevOpsOrganization: strings.ToLower(request.AzureDevOpsOrganization),
		AdminEmail:              request.AdminEmail,
		Plan:                    Trial,
		Status:                  Active,
		TrialEndsAt:             now.Add(TrialLength),
		Settings:                DefaultSettings(request.TimeZone),
		CreatedAt:               now,
		Revision:                1,
	}
	user := newUser(p, RoleSuperAdmin, now)
	err := s.store.Tx(ctx, t.ID, func(ctx context.Context) error {
		if err := s.store.InsertTenant(ctx, t.ID, t); err != nil {
			return err
		}
		return s.store.InsertUser(ctx, t.ID, user)
	})
	if err != nil {
		return Member{}, err
	}
	return Member{Tenant: t, User: user}, nil
}

func newUser(p Person, role Role, now time.Time) User {
	name := strings.TrimSpace(p.Name)
	if name == "" {
		name = p.Email
	}
	return User{
		ID:            UserID(newID()),
		ObjectID:      p.ObjectID,
		Email:         p.Email,
		Name:          name,
		Role:          role,
		Status:        UserActive,
		AuthProvider:  ProviderMicrosoft,
		External:      p.External,
		FirstSignInAt: now,
		CreatedAt:     now,
		Revision:      1,
	}
}

// NewID makes an id for a tenant.
func NewID() ID { return ID(newID()) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

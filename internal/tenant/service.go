package tenant

import (
	"cmp"
	"context"
	"strings"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/money"
	"timetracker/internal/plan"
)

// Service applies the rules of tenants and their people.
type Service struct {
	store     Store
	now       func() time.Time
	checkZone func(name string) error
	members   *memory
}

// NewService makes a Service. now is the server's clock; checkZone refuses what is no IANA time zone.
func NewService(store Store, now func() time.Time, checkZone func(name string) error) *Service {
	return &Service{
		store:     store,
		now:       calendar.Clock(now),
		checkZone: checkZone,
		members:   newMemory(),
	}
}

// SignIn gives the member that a person is. A person of the directory who is not a user yet becomes one by an
// invitation or the join policy, if a seat is free. It asks the database on every call, so that a deactivated user is
// refused at once, whatever the token says. User.LastSignInAt may be older than another process has noted.
func (s *Service) SignIn(ctx context.Context, p Person) (Member, error) {
	return s.signIn(ctx, p, s.join)
}

// SignInJoined is SignIn for whoever is a user already. Others are errs.Forbidden, not_joined.
func (s *Service) SignInJoined(ctx context.Context, p Person) (Member, error) {
	return s.signIn(ctx, p, func(context.Context, Tenant, Person) (Member, error) {
		return Member{}, errs.New(errs.Forbidden, "not_joined", "You are not a user here. Open TimeTracker anew to join.")
	})
}

// joining makes somebody of the tenant's directory a member, or refuses.
type joining func(ctx context.Context, t Tenant, p Person) (Member, error)

// signIn leaves to join who isn't a user yet.
func (s *Service) signIn(ctx context.Context, p Person, join joining) (Member, error) {
	m, ok, revision, err := s.member(ctx, p)
	if errs.Is(err, errs.NotFound) {
		return Member{}, errs.New(errs.Forbidden, "tenant_unknown", "This organization has not signed up yet.")
	}
	if err != nil {
		return Member{}, err
	}
	if !ok {
		return join(ctx, m.Tenant, p)
	}
	if err := m.User.mayCall(m.Tenant); err != nil {
		return Member{}, err
	}
	before := m.User.LastSignInAt
	m.User = s.noteSignIn(ctx, m, p)
	if !m.User.LastSignInAt.Equal(before) {
		s.members.remember(m, revision)
	}
	return m, nil
}

// member gives what Store.Member does. It remembers the member as long as the tenant and its users stay as they are.
func (s *Service) member(ctx context.Context, p Person) (m Member, ok bool, revision int64, err error) {
	// The revision is read first. If something changes before the member is read, the next call sees another one.
	revision, err = s.store.MemberRevision(ctx, p.DirectoryID)
	if err != nil {
		return Member{}, false, 0, err
	}
	if m, ok := s.members.recall(p.DirectoryID, p.ObjectID, revision); ok {
		return m, true, revision, nil
	}
	m, ok, err = s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	if ok && err == nil {
		s.members.remember(m, revision)
	}
	return m, ok, revision, err
}

// mayCall is nil for an active user.
func (u User) mayCall(t Tenant) error {
	switch u.Status {
	case UserActive:
		return nil
	case UserRequested:
		return errs.Newf(errs.Forbidden, "join_requested", "Your request to join waits for an administrator (%s).", t.AdminEmail)
	default:
		return errs.New(errs.Forbidden, "user_deactivated", "Your account in TimeTracker is deactivated. Ask your administrator.")
	}
}

// Known gives the member that a person is; ok is false when they are none. Unlike SignIn it changes nothing and refuses
// nobody.
func (s *Service) Known(ctx context.Context, p Person) (m Member, ok bool, err error) {
	m, ok, err = s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	if errs.Is(err, errs.NotFound) {
		return Member{}, false, nil
	}
	return m, ok, err
}

// Subject gives the member that a person is, also one who may not call otherwise, for what concerns their own data. Whoever was
// invited is one before they join, where the tenant's own directory has proved to own the address. Somebody whose account isn't
// active has the rights of a user there. errs.Forbidden, not_known, for everybody else.
func (s *Service) Subject(ctx context.Context, p Person) (Member, error) {
	m, ok, _, err := s.member(ctx, p)
	if err == nil && !ok && p.EmailVerified && p.Email != "" {
		m.User, ok, err = s.store.InvitationFor(ctx, m.Tenant.ID, p.Email)
		ok = ok && p.proves(m.User)
	}
	if errs.Is(err, errs.NotFound) || (err == nil && !ok) {
		return Member{}, errs.New(errs.Forbidden, "not_known", "Nobody with your account uses TimeTracker here. "+
			"If another organization has invited you, it tells you what the invitation holds.")
	}
	if err != nil {
		return Member{}, err
	}
	if m.User.Status != UserActive {
		m.User.Role = RoleUser
	}
	return m, nil
}

// proves says whether the person is certainly whom an invitation means: the directory has proved to own its address.
func (p Person) proves(invitation User) bool {
	return p.EmailVerified && strings.EqualFold(invitation.Email, p.Email)
}

// join makes a person of the tenant's directory a user. It needs an invitation to an address that the directory has
// proved to own, or the join policy.
func (s *Service) join(ctx context.Context, t Tenant, p Person) (Member, error) {
	invitation, invited, err := s.invitation(ctx, t, p)
	if err != nil {
		return Member{}, err
	}
	byInvitation := invited && p.proves(invitation)
	if !byInvitation && t.Settings.JoinPolicy != JoinDirectory {
		return Member{}, mayNotJoin(t, invited)
	}
	now := s.now()
	if err := t.MayWrite(now); err != nil {
		return Member{}, err
	}
	user := newUser(p, RoleUser, now)
	err = s.store.Tx(ctx, t.ID, func(ctx context.Context) error {
		if byInvitation {
			user.ID, user.InvitedBy, user.InvitedAt = invitation.ID, invitation.InvitedBy, invitation.InvitedAt
			user.CreatedAt, user.Revision = invitation.CreatedAt, invitation.Revision+1
			if err := s.store.UpdateUser(ctx, t.ID, user); err != nil {
				return err
			}
			return s.audit(ctx, Member{Tenant: t, User: user}, audit.InvitationAccepted, user, now)
		}
		if err := s.takeSeats(ctx, t.ID, 1); err != nil {
			return err
		}
		if err := s.store.InsertUser(ctx, t.ID, user); err != nil {
			return err
		}
		return s.audit(ctx, Member{Tenant: t, User: user}, audit.UserJoined, user, now)
	})
	if code := errs.CodeOf(err); code == "user_exists" || code == "seat_limit" || errs.Is(err, errs.Stale) {
		// Another tab of the person may have been faster, also in taking the last seat. Or the invitation was
		// withdrawn.
		m, ok, readErr := s.store.Member(ctx, p.DirectoryID, p.ObjectID)
		if readErr != nil {
			return Member{}, readErr
		}
		if ok {
			return m, m.User.mayCall(m.Tenant)
		}
	}
	if errs.CodeOf(err) == "seat_limit" && invited {
		return Member{}, mayNotJoin(t, invited) // the invitation has a seat, which an administrator can give them
	}
	if err != nil {
		return Member{}, err
	}
	return Member{Tenant: t, User: user}, nil
}

// invitation finds an invitation to one of the person's addresses, in the tenant of the person's own directory. Somebody
// may be invited by the address for mail and sign in by another one.
func (s *Service) invitation(ctx context.Context, t Tenant, p Person) (u User, ok bool, err error) {
	for _, email := range []string{p.Email, p.OtherEmail} {
		if email == "" {
			continue
		}
		if u, ok, err = s.store.InvitationFor(ctx, t.ID, email); ok || err != nil {
			break
		}
	}
	return u, ok, err
}

func mayNotJoin(t Tenant, invited bool) error {
	if t.Settings.JoinPolicy == JoinByRequest || invited {
		return errs.Newf(errs.Forbidden, "join_by_request", "Ask to join; an administrator (%s) approves.", t.AdminEmail)
	}
	return errs.Newf(errs.Forbidden, "not_invited", "You are not a member yet. Ask your administrator (%s) to invite you.", t.AdminEmail)
}

// RequestToJoin lets a person ask for approval, where the join policy says so. It is also how an invitation is
// confirmed whose address the directory has not proved to own. Asking again changes nothing.
func (s *Service) RequestToJoin(ctx context.Context, p Person) (Member, error) {
	m, ok, err := s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	if errs.Is(err, errs.NotFound) {
		return Member{}, errs.New(errs.Forbidden, "tenant_unknown", "This organization has not signed up yet.")
	}
	if err != nil {
		return Member{}, err
	}
	if ok {
		return m, m.mayAsk()
	}
	_, invited, err := s.invitation(ctx, m.Tenant, p)
	if err != nil {
		return Member{}, err
	}
	if m.Tenant.Settings.JoinPolicy != JoinByRequest && !invited {
		return Member{}, mayNotJoin(m.Tenant, invited)
	}
	now := s.now()
	if err := m.Tenant.MayWrite(now); err != nil {
		return Member{}, err
	}
	m.User = newUser(p, RoleUser, now)
	m.User.Status, m.User.ClaimedEmail = UserRequested, displayText(p.OtherEmail)
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if err := s.store.InsertUser(ctx, m.Tenant.ID, m.User); err != nil {
			return err
		}
		return s.audit(ctx, m, audit.JoinRequested, m.User, now)
	})
	if errs.CodeOf(err) == "user_exists" {
		return m, nil // the person asked in another tab at the same time
	}
	return m, err
}

// mayAsk is nil for somebody who waits for approval.
func (m Member) mayAsk() error {
	switch m.User.Status {
	case UserRequested:
		return nil
	case UserActive:
		return errs.New(errs.Conflict, "already_member", "You are a member already.")
	default:
		return m.User.mayCall(m.Tenant)
	}
}

// takeSeats makes sure that there is room for so many more people. It locks the tenant, so that two calls can't take
// the last seat.
func (s *Service) takeSeats(ctx context.Context, id ids.Tenant, wanted int) error {
	t, err := s.store.LockTenant(ctx, id)
	if err != nil {
		return err
	}
	limit, limited := t.SeatLimit()
	if !limited {
		return nil
	}
	taken, err := s.store.CountSeats(ctx, id)
	if err != nil {
		return err
	}
	if taken+wanted > limit {
		return errs.Newf(errs.PaymentRequired, "seat_limit",
			"%d of %d seats are free. Deactivate somebody, withdraw an invitation, or buy more seats.", max(0, limit-taken), limit)
	}
	return nil
}

// SignUpRequest asks for a tenant for the caller's directory.
type SignUpRequest struct {
	ID                      ids.Tenant // of the new tenant; zero: made here
	Name                    string
	Slug                    string
	AzureDevOpsOrganization string
	AdminEmail              string
	TimeZone                string             // IANA name; empty: UTC
	WeekStart               calendar.WeekStart // empty: Monday
	Currency                string             // ISO 4217; empty: USD
}

// SignUp creates the tenant of the person's directory, makes the person its super_admin and starts the trial. A guest
// can't sign up somebody else's directory.
func (s *Service) SignUp(ctx context.Context, p Person, request SignUpRequest) (Member, error) {
	if p.External {
		return Member{}, errs.New(errs.Forbidden, "guest", "A guest can't sign up an organization. Ask a member of it.")
	}
	now := s.now()
	t, activities, err := s.newTenant(p, request, now)
	if err != nil {
		return Member{}, err
	}
	user := newUser(p, RoleSuperAdmin, now)
	err = s.store.Tx(ctx, t.ID, func(ctx context.Context) error {
		if err := s.store.InsertTenant(ctx, t.ID, t, activities); err != nil {
			return err
		}
		if err := s.store.InsertUser(ctx, t.ID, user); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, t.ID, audit.NewEvent(user.Actor(), audit.TenantCreated, tenantTarget(t), now))
	})
	if errs.CodeOf(err) == "directory_taken" {
		return Member{}, s.directoryTaken(ctx, p)
	}
	if err != nil {
		return Member{}, err
	}
	return Member{Tenant: t, User: user}, nil
}

// newTenant is the tenant that is signed up, with its first activities.
func (s *Service) newTenant(p Person, request SignUpRequest, now time.Time) (t Tenant, activities []Activity, err error) {
	name, err := organizationName(request.Name)
	if err != nil {
		return Tenant{}, nil, err
	}
	if request.TimeZone == "" {
		request.TimeZone = noZone
	}
	if err := s.checkZone(request.TimeZone); err != nil {
		return Tenant{}, nil, err
	}
	if request.Currency == "" {
		request.Currency = "USD"
	}
	if err := checkCurrency(request.Currency); err != nil {
		return Tenant{}, nil, err
	}
	if request.ID.IsZero() {
		request.ID = ids.New[ids.Tenant]()
	}
	t = Tenant{
		ID:                      request.ID,
		DirectoryID:             p.DirectoryID,
		Name:                    name,
		Slug:                    request.Slug,
		AzureDevOpsOrganization: strings.ToLower(request.AzureDevOpsOrganization),
		AdminEmail:              request.AdminEmail,
		Currency:                request.Currency,
		Plan:                    plan.Trial,
		Status:                  Active,
		TrialEndsAt:             now.Add(TrialLength),
		Settings:                DefaultSettings(request.TimeZone),
		CreatedAt:               now,
		Revision:                1,
	}
	if request.WeekStart != "" {
		t.Settings.WeekStart = request.WeekStart
	}
	activities = firstActivities()
	t.Settings.DefaultActivity, t.Settings.DefaultBillable = activities[0].Ref(), activities[0].Billable
	return t, activities, nil
}

// MaxName is the most characters of an organization's name.
const MaxName = 120

// organizationName makes one line of a name; a name of blanks, or one that is too long, is errs.RuleBroken.
func organizationName(text string) (string, error) {
	name := OneLine(text)
	if name == "" {
		return "", errs.New(errs.RuleBroken, "name_missing", "The organization needs a name.").
			WithField("/name", "blank", "must not be blank")
	}
	return name, checkLength("/name", name, MaxName)
}

// checkCurrency refuses a code that ISO 4217 doesn't have.
func checkCurrency(code string) error {
	if money.IsCurrency(code) {
		return nil
	}
	return errs.New(errs.RuleBroken, "currency_unknown", "There is no such currency.").
		WithField("/currency", "unknown", "must be a code of ISO 4217, such as EUR")
}

// directoryTaken tells a person of the directory whom to ask.
func (s *Service) directoryTaken(ctx context.Context, p Person) error {
	m, _, err := s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	if err != nil {
		return err
	}
	return errs.Newf(errs.Conflict, "directory_taken", "%s has signed up already. Its administrator is %s.",
		m.Tenant.Name, m.Tenant.AdminEmail)
}

func newUser(p Person, role Role, now time.Time) User {
	email := displayText(p.Email)
	return User{
		ID:            ids.New[ids.User](),
		ObjectID:      p.ObjectID,
		Email:         email,
		Name:          cmp.Or(displayText(p.Name), email, nameless(p.ObjectID)),
		Role:          role,
		Status:        UserActive,
		AuthProvider:  ProviderMicrosoft,
		External:      p.External,
		FirstSignInAt: now,
		LastSignInAt:  now,
		CreatedAt:     now,
		Revision:      1,
	}
}

package tenant

import (
	"context"
	"fmt"
	"strings"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// Seats are the tenant's places for people.
type Seats struct {
	Taken   int // active and invited people
	Limit   int
	Limited bool
}

// UserFilter narrows the list of people. Empty fields do not narrow.
type UserFilter struct {
	Search       string // a part of the name or of the e-mail address, in any case
	Role         Role
	Status       UserStatus
	AuthProvider AuthProvider
	External     *bool
	Approver     ids.User // the people whose weeks this user decides on
	OrUser       ids.User // this person as well, with Approver
	IDs          []ids.User
	Except       []ids.User
}

// People lists the tenant's users by name, with its seats. Admins only.
func (s *Service) People(ctx context.Context, m Member, filter UserFilter, request page.Request) (users []User, next page.Position, seats Seats, err error) {
	if err := m.Require(RoleAdmin); err != nil {
		return nil, page.Position{}, Seats{}, err
	}
	if users, err = s.store.Users(ctx, m.Tenant.ID, filter, request.WithOneMore()); err != nil {
		return nil, page.Position{}, Seats{}, err
	}
	users, next = page.Cut(users, request.Limit, func(u User) page.Position { return page.Position{Name: u.Name, ID: ids.Any(u.ID)} })
	seats, err = s.Seats(ctx, m)
	return users, next, seats, err
}

// ActiveMember is the member with the id, for what goes on in their name after they have asked for it. errs.Forbidden when
// their access was turned off meanwhile.
func (s *Service) ActiveMember(ctx context.Context, id ids.Tenant, user ids.User) (Member, error) {
	m, err := s.store.MemberByID(ctx, id, user)
	if err == nil && m.User.Status != UserActive {
		err = errs.New(errs.Forbidden, "user_deactivated", "Access was turned off.")
	}
	return m, err
}

// mostSuperAdmins is how many super_admins are named to whoever looks for one.
const mostSuperAdmins = 20

// SuperAdmins names the tenant's active super_admins, by name and at most mostSuperAdmins. Everybody of the tenant may
// know whom to ask.
func (s *Service) SuperAdmins(ctx context.Context, m Member) ([]UserRef, error) {
	filter := UserFilter{Role: RoleSuperAdmin, Status: UserActive}
	users, err := s.store.Users(ctx, m.Tenant.ID, filter, page.Request{Limit: mostSuperAdmins})
	var named []UserRef
	for _, u := range users {
		named = append(named, UserRef{ID: u.ID, Name: u.Name})
	}
	return named, err
}

// Seats counts the tenant's seats.
func (s *Service) Seats(ctx context.Context, m Member) (Seats, error) {
	taken, err := s.store.CountSeats(ctx, m.Tenant.ID)
	limit, limited := m.Tenant.SeatLimit()
	return Seats{Taken: taken, Limit: limit, Limited: limited}, err
}

// DirectoryPerson is somebody of a tenant's directory who may be invited.
type DirectoryPerson struct {
	Name  string
	Email string
}

// GetUser is one person: the member, or anybody for an admin. To everybody else the person does not exist.
func (s *Service) GetUser(ctx context.Context, m Member, id ids.User) (User, error) {
	if id != m.User.ID && !m.User.Role.Allows(RoleAdmin) {
		return User{}, UserNotFound()
	}
	return s.store.User(ctx, m.Tenant.ID, id)
}

// UserNotFound is the error for a person who does not exist, or whom the caller may not see.
func UserNotFound() error {
	return errs.New(errs.NotFound, "user_not_found", "There is no such person.")
}

// Invitation asks for one person to be invited.
type Invitation struct {
	Email string
	Name  string // may be empty
}

// Invite adds people by e-mail address, all or none; each takes a seat. They become users with the role user by signing
// in. An invitation never carries a higher role, since a directory can give its address to another person. Admins only.
func (s *Service) Invite(ctx context.Context, m Member, invitations []Invitation) ([]User, error) {
	now := s.now()
	if err := s.mayManage(m, now); err != nil {
		return nil, err
	}
	users := make([]User, len(invitations))
	seen := map[string]bool{}
	for i, invitation := range invitations {
		email := strings.TrimSpace(invitation.Email)
		if key := strings.ToLower(email); seen[key] {
			return nil, errs.New(errs.RuleBroken, "address_repeated", "An address is there twice.").
				WithField(fmt.Sprintf("/people/%d/email", i), "repeated", "must not be repeated")
		} else {
			seen[key] = true
		}
		users[i] = User{
			ID: ids.New[ids.User](), Email: email, Name: strings.TrimSpace(invitation.Name), Role: RoleUser,
			Status: UserInvited, AuthProvider: ProviderManual, InvitedBy: UserRef{ID: m.User.ID, Name: m.User.Name},
			InvitedAt: now, CreatedAt: now, Revision: 1,
		}
		if users[i].Name == "" {
			users[i].Name = email
		}
	}
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if err := s.takeSeats(ctx, m.Tenant.ID, len(users)); err != nil {
			return err
		}
		var taken *errs.Error
		for i, user := range users {
			exists, err := s.store.EmailExists(ctx, m.Tenant.ID, user.Email)
			if err != nil {
				return err
			}
			if exists {
				if taken == nil {
					taken = errs.New(errs.Conflict, "already_there", "Some of these addresses belong to somebody already. Nobody was invited.")
				}
				taken = taken.WithField(fmt.Sprintf("/people/%d/email", i), "already_there", "belongs to somebody already")
			}
		}
		if taken != nil {
			return taken
		}
		for _, user := range users {
			if err := s.store.InsertUser(ctx, m.Tenant.ID, user); err != nil {
				return err
			}
			if err := s.audit(ctx, m, audit.InvitedUser, user, now); err != nil {
				return err
			}
		}
		return nil
	})
	return users, err
}

// RenewInvitation notes that a person was invited again. Admins only.
func (s *Service) RenewInvitation(ctx context.Context, m Member, id ids.User) (User, error) {
	return s.changeUser(ctx, m, id, anyRevision, func(_ context.Context, u *User, now time.Time) (audit.EventType, []audit.FieldChange, error) {
		if u.Status != UserInvited {
			return "", nil, hasSignedIn()
		}
		u.InvitedBy, u.InvitedAt = UserRef{ID: m.User.ID, Name: m.User.Name}, now
		return audit.InvitationRenewed, nil, nil
	})
}

// Withdraw removes an invitation or declines a request to join. A person who was a user is deactivated instead, since
// their time must stay. Admins only; revision is the one that the member has seen.
func (s *Service) Withdraw(ctx context.Context, m Member, id ids.User, revision int64) error {
	now := s.now()
	if err := s.mayManage(m, now); err != nil {
		return err
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTenant(ctx, m.Tenant.ID); err != nil {
			return err
		}
		user, err := s.store.User(ctx, m.Tenant.ID, id)
		if err != nil {
			return err
		}
		if user.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		action := audit.InvitationWithdrawn
		switch user.Status {
		case UserInvited:
		case UserRequested:
			action = audit.JoinDeclined
		case UserErased:
			return user.Remains()
		default:
			return hasSignedIn()
		}
		if err := s.store.DeleteUser(ctx, m.Tenant.ID, id); err != nil {
			return err
		}
		return s.audit(ctx, m, action, user, now)
	})
}

// Remains is nil for everybody but whose data was taken out: for them nothing new is kept. errs.Conflict, user_erased.
func (u User) Remains() error {
	if u.Status != UserErased {
		return nil
	}
	return errs.New(errs.Conflict, "user_erased", "This person was erased. They come back as somebody new, by signing in or by an invitation.")
}

func hasSignedIn() error {
	return errs.New(errs.Conflict, "has_signed_in", "This person has signed in already; deactivate them instead.")
}

// UserPatch is a wanted change of a person. Nil fields stay.
type UserPatch struct {
	Role   *Role
	Status *UserStatus // UserActive or UserDeactivated
	// Approver is who decides on the person's weeks; the zero id for every admin.
	Approver *ids.User
}

// ChangeUser changes a person's role or status. Super_admins change roles and the status of super_admins, admins the
// status of everybody else. Activating takes a seat, that of an invitation to one of the person's addresses if there is
// one. Where something is kept of whoever was invited by the first address, it is errs.Conflict, invitation_in_use. The
// last active super_admin keeps the role and stays active: errs.Conflict, last_super_admin. Admins also choose who
// decides on the person's weeks.
func (s *Service) ChangeUser(ctx context.Context, m Member, id ids.User, revision int64, patch UserPatch) (User, error) {
	if patch.Role != nil {
		if err := m.Require(RoleSuperAdmin); err != nil {
			return User{}, err
		}
	}
	change := func(takes func(u User) []string) (User, error) {
		return s.changeUser(ctx, m, id, revision, func(ctx context.Context, u *User, _ time.Time) (audit.EventType, []audit.FieldChange, error) {
			return s.patchUser(ctx, m, u, patch, takes(*u))
		})
	}
	changed, err := change(func(u User) []string { return []string{u.Email, u.ClaimedEmail} })
	if errs.CodeOf(err) == "invitation_in_use" {
		// Nobody has proved the second address. What is kept of whoever was invited by it is not theirs to take.
		changed, err = change(func(u User) []string { return []string{u.Email} })
	}
	return changed, err
}

// patchUser changes a person who was read. Whoever is let in takes the place of invitations to the addresses.
func (s *Service) patchUser(
	ctx context.Context, m Member, u *User, patch UserPatch, addresses []string,
) (audit.EventType, []audit.FieldChange, error) {
	before := *u
	if before.Role == RoleSuperAdmin {
		if err := m.Require(RoleSuperAdmin); err != nil {
			return "", nil, err
		}
	}
	var changes []audit.FieldChange
	var action audit.EventType
	if patch.Role != nil && *patch.Role != u.Role {
		if u.Status == UserInvited || u.Status == UserRequested {
			return "", nil, errs.New(errs.RuleBroken, "not_signed_in", "Only somebody who has signed in and was let in can get another role.")
		}
		setField(&changes, "role", &u.Role, patch.Role)
		action = audit.RoleChanged
	}
	if patch.Status != nil && *patch.Status != u.Status {
		var err error
		if action, err = s.changeStatus(ctx, m, u, *patch.Status, addresses, &changes); err != nil {
			return "", nil, err
		}
	}
	if patch.Approver != nil && *patch.Approver != u.Approver.ID {
		if err := s.changeApprover(ctx, m, u, *patch.Approver, &changes); err != nil {
			return "", nil, err
		}
		if action == "" {
			action = audit.ApproverChanged
		}
	}
	if before.Role == RoleSuperAdmin && before.Status == UserActive && (u.Role != RoleSuperAdmin || u.Status != UserActive) {
		if err := notTheLast(ctx, s.store, m.Tenant.ID); err != nil {
			return "", nil, err
		}
	}
	return action, changes, nil
}

// notTheLast refuses to lose a super_admin while there is no other one.
func notTheLast(ctx context.Context, store interface {
	CountActive(ctx context.Context, id ids.Tenant, role Role) (int, error)
}, id ids.Tenant,
) error {
	active, err := store.CountActive(ctx, id, RoleSuperAdmin)
	if err == nil && active <= 1 {
		err = errs.New(errs.Conflict, "last_super_admin", "The last super_admin stays. Make somebody else one first, or have the organization removed.")
	}
	return err
}

// changeStatus takes a step from one status to another, with the seat that it needs.
func (s *Service) changeStatus(
	ctx context.Context, m Member, u *User, to UserStatus, addresses []string, changes *[]audit.FieldChange,
) (action audit.EventType, err error) {
	switch {
	case to == UserActive && u.Status == UserDeactivated:
		action, err = audit.ReactivatedUser, s.letIn(ctx, m.Tenant.ID, u, addresses, changes)
	case to == UserActive && u.Status == UserRequested:
		action, err = audit.JoinApproved, s.letIn(ctx, m.Tenant.ID, u, addresses, changes)
	case to == UserDeactivated && u.Status == UserActive:
		action = audit.DeactivatedUser
	default:
		err = errs.New(errs.Conflict, "status_unchangeable", "This person's status can't be changed like this; withdraw the invitation or decline the request.")
	}
	setField(changes, "status", &u.Status, &to)
	return action, err
}

// changeApprover sets who decides on a person's weeks: an active person of the tenant, other than themselves.
func (s *Service) changeApprover(ctx context.Context, m Member, u *User, to ids.User, changes *[]audit.FieldChange) error {
	refusal := errs.New(errs.RuleBroken, "approver_invalid", "Somebody else, who is active, approves a person's weeks.").
		WithField("/approver_id", "invalid", "must be another active person")
	var approver UserRef
	if !to.IsZero() {
		found, err := s.store.User(ctx, m.Tenant.ID, to)
		if errs.Is(err, errs.NotFound) || (err == nil && (found.Status != UserActive || found.ID == u.ID)) {
			return refusal
		}
		if err != nil {
			return err
		}
		approver = UserRef{ID: found.ID, Name: found.Name}
	}
	*changes = append(*changes, audit.FieldChange{Field: "approver", Old: u.Approver.Name, New: approver.Name})
	u.Approver = approver
	return nil
}

// letIn takes a seat for a person. Invitations to the addresses are given up for it, since the administrator who decides knows
// the person better than an address does.
func (s *Service) letIn(ctx context.Context, id ids.Tenant, u *User, addresses []string, changes *[]audit.FieldChange) error {
	for _, email := range addresses {
		if email == "" {
			continue
		}
		invitation, ok, err := s.store.InvitationFor(ctx, id, email)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := s.store.DeleteUser(ctx, id, invitation.ID); err != nil {
			return err
		}
		*changes = append(*changes, audit.FieldChange{Field: "invitation", Old: invitation.Email})
	}
	u.ClaimedEmail = ""
	return s.takeSeats(ctx, id, 1)
}

// anyRevision is for a change that does not depend on what the member has seen. It is not 0, which callers pass for a
// revision that never exists.
const anyRevision int64 = -1

// changeUser does what every change of a person has in common.
func (s *Service) changeUser(ctx context.Context, m Member, id ids.User, revision int64,
	apply func(ctx context.Context, u *User, now time.Time) (audit.EventType, []audit.FieldChange, error),
) (User, error) {
	now := s.now()
	if err := s.mayManage(m, now); err != nil {
		return User{}, err
	}
	var changed User
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		// The tenant's lock keeps two changes from taking the last seat or the last super_admin at the same time.
		if _, err := s.store.LockTenant(ctx, m.Tenant.ID); err != nil {
			return err
		}
		user, err := s.store.User(ctx, m.Tenant.ID, id)
		if err != nil {
			return err
		}
		if err := user.Remains(); err != nil {
			return err
		}
		if revision != anyRevision && user.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		action, changes, err := apply(ctx, &user, now)
		if err != nil {
			return err
		}
		changed = user
		if action == "" {
			return nil
		}
		user.Revision++
		changed = user
		if err := s.store.UpdateUser(ctx, m.Tenant.ID, user); err != nil {
			return err
		}
		return s.audit(ctx, m, action, user, now, changes...)
	})
	return changed, err
}

// mayManage is nil for an admin of an active tenant.
func (s *Service) mayManage(m Member, now time.Time) error {
	if err := m.Require(RoleAdmin); err != nil {
		return err
	}
	return m.Tenant.MayWrite(now)
}

func (s *Service) audit(ctx context.Context, m Member, action audit.EventType, u User, at time.Time, changes ...audit.FieldChange) error {
	return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), action, userTarget(u), at, changes...))
}

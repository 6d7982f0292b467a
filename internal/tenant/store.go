package tenant

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/plan"
)

// Store keeps tenants and users. Methods called with a context that Tx gave out belong to that transaction.
type Store interface {
	plan.TermsStore
	audit.Store
	ConcealedStore

	// Tx runs fn in one transaction of a tenant: everything is kept, or nothing when fn gives an error. fn may run more
	// than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// Member reads a directory's tenant and its user with the object id in one go. ok is false when the tenant has no
	// such user; errs.NotFound when the directory has no tenant.
	Member(ctx context.Context, directory ids.Directory, object ids.Object) (m Member, ok bool, err error)
	// MemberByID is the user with the id in their tenant; errs.NotFound when the tenant has none.
	MemberByID(ctx context.Context, id ids.Tenant, user ids.User) (Member, error)
	// MemberRevision counts the changes of a directory's tenant and of its users, whoever makes them. Only a change of
	// User.LastSignInAt alone is not counted. It is 0 where the store doesn't count, or the directory has no tenant.
	MemberRevision(ctx context.Context, directory ids.Directory) (int64, error)
	// InsertTenant adds a tenant with its activities, the default one among them; errs.Conflict with the code
	// directory_taken or slug_taken when another tenant has it.
	InsertTenant(ctx context.Context, id ids.Tenant, t Tenant, activities []Activity) error
	// LockTenant makes other transactions that lock the same tenant wait until this one ends. Only within Tx.
	LockTenant(ctx context.Context, id ids.Tenant) (Tenant, error)
	// UpdateTenant writes the fields of a tenant that can change. Only within Tx, after LockTenant.
	UpdateTenant(ctx context.Context, id ids.Tenant, t Tenant) error
	// Logo is the tenant's; the zero value when it has none.
	Logo(ctx context.Context, id ids.Tenant) (Logo, error)
	// SetLogo replaces the logo; one without an image removes it. Only within Tx, after LockTenant.
	SetLogo(ctx context.Context, id ids.Tenant, logo Logo) error
	// Activities are all of the tenant's, also archived ones, by (Position, ID).
	Activities(ctx context.Context, id ids.Tenant) ([]Activity, error)
	// Activity is the one with the id; errs.NotFound when the tenant has none.
	Activity(ctx context.Context, id ids.Tenant, activity ids.Activity) (Activity, error)
	// InsertActivity adds an activity; errs.Conflict with the code activity_name_taken when another one that isn't
	// archived has the name. Only within Tx, after LockTenant.
	InsertActivity(ctx context.Context, id ids.Tenant, a Activity) error
	// UpdateActivity writes an activity that carries its new revision; errs.Stale when the stored one isn't its
	// predecessor, and else the errors of InsertActivity. Only within Tx, after LockTenant.
	UpdateActivity(ctx context.Context, id ids.Tenant, a Activity) error
	// PlaceActivity writes an activity's position alone, without a new revision. Only within Tx, after LockTenant.
	PlaceActivity(ctx context.Context, id ids.Tenant, activity ids.Activity, position int) error
	// CountSeats counts users who are active or invited.
	CountSeats(ctx context.Context, id ids.Tenant) (int, error)
	// CountActive counts active users with the role.
	CountActive(ctx context.Context, id ids.Tenant, role Role) (int, error)
	// User is the user with the id; errs.NotFound when the tenant has none.
	User(ctx context.Context, id ids.Tenant, user ids.User) (User, error)
	// Users lists by (Name, ID), strictly past request.After.
	Users(ctx context.Context, id ids.Tenant, filter UserFilter, request page.Request) ([]User, error)
	// EmailExists says whether a user of the tenant who isn't deactivated has the address, in any case. Another person may
	// get the address of somebody who has left.
	EmailExists(ctx context.Context, id ids.Tenant, email string) (bool, error)
	// InvitationFor is the invited user with the address, in any case.
	InvitationFor(ctx context.Context, id ids.Tenant, email string) (u User, ok bool, err error)
	// InsertUser adds a user; errs.Conflict with the code user_exists when the object id has one.
	InsertUser(ctx context.Context, id ids.Tenant, u User) error
	// UpdateUser writes the fields of a user that can change. The user carries the new revision; errs.Stale when the
	// stored one isn't its predecessor. errs.Conflict with the code user_exists when another user has the object id.
	UpdateUser(ctx context.Context, id ids.Tenant, u User) error
	// DeleteUser removes a user who was never active; errs.Conflict, invitation_in_use, when something refers to them, such as time
	// that was imported.
	DeleteUser(ctx context.Context, id ids.Tenant, user ids.User) error
	// NoteSignIn sets LastSignInAt without a new revision.
	NoteSignIn(ctx context.Context, id ids.Tenant, user ids.User, at time.Time) error

	// TenantBySlug finds a tenant for an operator; errs.NotFound when there is none. It is one of the few statements that
	// cross tenants.
	TenantBySlug(ctx context.Context, slug string) (Tenant, error)
	// Tenants lists all tenants by slug, for an operator. It crosses tenants too.
	Tenants(ctx context.Context) ([]Tenant, error)
}

package tenant

import (
	"cmp"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// Role says what a user may do in the tenant.
type Role string

// The roles, each with the rights of those before it.
const (
	RoleUser       Role = "user"        // own data
	RoleAdmin      Role = "admin"       // all timers, logs and reports of the tenant; manages users
	RoleSuperAdmin Role = "super_admin" // roles, settings, plan and billing, privacy decisions
)

var rank = map[Role]int{RoleUser: 1, RoleAdmin: 2, RoleSuperAdmin: 3}

// Allows says whether the role has the rights of need. An unknown role has none.
func (r Role) Allows(need Role) bool { return rank[need] > 0 && rank[r] >= rank[need] }

// UserStatus says whether a user may call at all. Only an active one may.
type UserStatus string

// The user statuses.
const (
	UserInvited     UserStatus = "invited"   // added by an admin, not signed in yet; takes a seat
	UserRequested   UserStatus = "requested" // has signed in and waits for an admin's approval
	UserActive      UserStatus = "active"    // takes a seat
	UserDeactivated UserStatus = "deactivated"
	// UserErased is of somebody whose data was taken out. The row stays for what counts, and leads to nobody.
	UserErased UserStatus = "erased"
)

// AuthProvider says how the product knows a user.
type AuthProvider string

// The providers.
const (
	ProviderManual    AuthProvider = "manual"    // added by an admin, not signed in yet
	ProviderMicrosoft AuthProvider = "microsoft" // has signed in
)

// User is one person within one tenant. ObjectID is the identity. The e-mail address is shown and searched, but never
// trusted.
type User struct {
	ID            ids.User
	ObjectID      ids.Object // the directory's oid claim; empty until the first sign-in
	Email         string
	Name          string
	Role          Role
	Status        UserStatus
	AuthProvider  AuthProvider
	External      bool               // a guest of another directory
	ClaimedEmail  string             // of a person who asks to join: their token's other address, which proves nothing
	TimeZone      string             // IANA name; empty: the tenant's
	WeekStart     calendar.WeekStart // empty: the tenant's
	ZoneChosen    bool               // has decided about TimeZone, so nothing is proposed any more
	CSVFormat     CSVFormat          // empty: what their browser's language suggests
	SingleKeysOff bool               // single letters are no keys of the pages
	NoticeSeen    int                // the latest version of the privacy notice whose announcement they have dismissed
	Approver      UserRef            // decides on the person's weeks; zero: every admin
	InvitedBy     UserRef            // zero: nobody
	InvitedAt     time.Time          // UTC; zero: never
	FirstSignInAt time.Time          // UTC; zero until then
	LastSignInAt  time.Time          // UTC; zero until then
	CreatedAt     time.Time
	Revision      int64
}

// CSVFormat says how somebody's spreadsheet wants CSV files: by what separates their columns.
type CSVFormat string

// The formats.
const (
	CSVComma     CSVFormat = "comma"
	CSVSemicolon CSVFormat = "semicolon" // with a comma for decimals
	CSVTab       CSVFormat = "tab"
)

// UserRef is a user as shown beside something.
type UserRef struct {
	ID   ids.User
	Name string
}

// Actor is the user as the audit names them.
func (u User) Actor() audit.Actor { return audit.Actor{ID: u.ID, Name: u.Name} }

// Person is somebody whom a directory vouches for: the claims of a validated access token.
type Person struct {
	DirectoryID   ids.Directory // tid
	ObjectID      ids.Object    // oid
	Email         string        // preferred_username or email, may be empty
	EmailVerified bool          // the directory has proved that it owns the address's domain (xms_edov)
	OtherEmail    string        // the other one of the two where they differ; never verified
	Name          string        // display only
	External      bool          // a guest in this directory
	SignedInAt    time.Time     // when the token was issued, UTC
}

// Member is a user with the tenant, as both are in the database now.
type Member struct {
	Tenant Tenant
	User   User
}

// Require is nil when the member's role has the rights of need. Otherwise its error is of kind Forbidden.
func (m Member) Require(need Role) error {
	if m.User.Role.Allows(need) {
		return nil
	}
	return errs.Newf(errs.Forbidden, "role_required", "This needs the role %s.", need)
}

// WeekStart is the day with which the member's weeks begin: the user's own, else the tenant's.
func (m Member) WeekStart() calendar.WeekStart {
	return cmp.Or(m.User.WeekStart, m.Tenant.Settings.WeekStart)
}

// TimeZone is the zone in which the member's days are cut: the user's own, else the tenant's.
func (m Member) TimeZone() string {
	if m.User.TimeZone != "" && calendar.CheckZone(m.User.TimeZone) == nil {
		return m.User.TimeZone
	}
	return m.Tenant.TimeZone()
}

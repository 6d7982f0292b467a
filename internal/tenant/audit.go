package tenant

import (
	"context"
	"strconv"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/plan"
)

// AuditAction says what an administrative change was.
type AuditAction string

// The audited changes.
const (
	TenantCreated       AuditAction = "tenant_created"
	TenantChanged       AuditAction = "tenant_changed"
	UserJoined          AuditAction = "user_joined"
	InvitedUser         AuditAction = "user_invited"
	InvitationRenewed   AuditAction = "invitation_renewed"
	InvitationWithdrawn AuditAction = "invitation_withdrawn"
	InvitationAccepted  AuditAction = "invitation_accepted"
	JoinRequested       AuditAction = "join_requested"
	JoinApproved        AuditAction = "join_approved"
	JoinDeclined        AuditAction = "join_declined"
	RoleChanged         AuditAction = "role_changed"
	DeactivatedUser     AuditAction = "user_deactivated"
	ReactivatedUser     AuditAction = "user_reactivated"
	TimerStopped        AuditAction = "timer_stopped" // an admin stopped somebody's timer
	PlanChanged         AuditAction = "plan_changed"
	SubscriptionChanged AuditAction = "subscription_changed" // the Marketplace said so
)

// TargetKind says what was changed.
type TargetKind string

// The kinds of targets.
const (
	TargetTenant    TargetKind = "tenant"
	TargetUser      TargetKind = "user"
	TargetTimeEntry TargetKind = "time_entry"
)

// Target is what was changed. Its name is kept as it was then.
type Target struct {
	Kind TargetKind
	ID   ids.Any
	Name string
}

// FieldChange is one changed field.
type FieldChange struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// AuditEvent is one administrative change: who, what, old, new, when. Never from where.
type AuditEvent struct {
	ID      ids.AuditEvent
	At      time.Time
	ActorID ids.User // empty: an operator
	Actor   string   // name, kept as it was then
	Action  AuditAction
	Target  Target
	Changes []FieldChange
}

// NewAuditEvent notes a change by a user of the tenant.
func NewAuditEvent(by User, action AuditAction, target Target, at time.Time, changes ...FieldChange) AuditEvent {
	return AuditEvent{
		ID: ids.New[ids.AuditEvent](), At: at, ActorID: by.ID, Actor: by.Name, Action: action, Target: target, Changes: changes,
	}
}

func userTarget(u User) Target {
	name := u.Name
	if name == "" {
		name = u.Email
	}
	return Target{Kind: TargetUser, ID: ids.Any(u.ID), Name: name}
}

func tenantTarget(t Tenant) Target {
	return Target{Kind: TargetTenant, ID: ids.Any(t.ID), Name: t.Name}
}

// Action is something that a user did in the product: its type and the page, nothing else.
type Action struct {
	ID   ids.Action
	Type string
	Page string
	At   time.Time
	User UserRef
}

// LogFilter narrows a log. Empty fields do not narrow.
type LogFilter struct {
	From, To time.Time // [From, To)
	User     ids.User  // who did it
	Type     string
}

// Audit lists administrative changes, the latest first. Admins only.
func (s *Service) Audit(ctx context.Context, m Member, filter LogFilter, request page.Request) (events []AuditEvent, next page.Position, err error) {
	if err := m.Require(RoleAdmin); err != nil {
		return nil, page.Position{}, err
	}
	events, err = s.store.AuditEvents(ctx, m.Tenant.ID, filter, request.WithOneMore())
	events, next = page.Cut(events, request.Limit, func(e AuditEvent) page.Position { return page.Position{At: e.At, ID: ids.Any(e.ID)} })
	return events, next, err
}

// Actions lists in-product actions, the latest first. Admins only.
func (s *Service) Actions(ctx context.Context, m Member, filter LogFilter, request page.Request) (actions []Action, next page.Position, err error) {
	if err := m.Require(RoleAdmin); err != nil {
		return nil, page.Position{}, err
	}
	actions, err = s.store.Actions(ctx, m.Tenant.ID, filter, request.WithOneMore())
	actions, next = page.Cut(actions, request.Limit, func(a Action) page.Position { return page.Position{At: a.At, ID: ids.Any(a.ID)} })
	return actions, next, err
}

// RecordAction keeps what the member did. A tenant that isn't active records nothing: errs.PaymentRequired.
func (s *Service) RecordAction(ctx context.Context, m Member, kind, page string) (Action, error) {
	now := s.now()
	if err := m.Tenant.MayWrite(now); err != nil {
		return Action{}, err
	}
	action := Action{ID: ids.New[ids.Action](), Type: kind, Page: page, At: now, User: UserRef{ID: m.User.ID, Name: m.User.Name}}
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		return s.store.InsertAction(ctx, m.Tenant.ID, action)
	})
	return action, err
}

// SettingsPatch is a wanted change of a tenant. Nil fields stay.
type SettingsPatch struct {
	Name                *string
	AdminEmail          *string
	TimeZone            *string
	Currency            *string
	OnStartWhileRunning *StartPolicy
	AutoStopAfter       *time.Duration
	EditWindowDays      *int
	AllowOverlap        *bool
	WriteBack           *bool
	JoinPolicy          *JoinPolicy
}

// The bounds of Settings.AutoStopAfter. No entry may be longer than a day.
const (
	MinAutoStop = 15 * time.Minute
	MaxAutoStop = 24 * time.Hour
)

// ChangeTenant changes the tenant's settings. Super_admins only; revision is the one the member has seen.
func (s *Service) ChangeTenant(ctx context.Context, m Member, revision int64, patch SettingsPatch) (Tenant, error) {
	if err := m.Require(RoleSuperAdmin); err != nil {
		return Tenant{}, err
	}
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Tenant{}, err
	}
	if patch.Name != nil {
		name, err := organizationName(*patch.Name)
		if err != nil {
			return Tenant{}, err
		}
		patch.Name = &name
	}
	if patch.TimeZone != nil {
		if err := s.checkZone(*patch.TimeZone); err != nil {
			return Tenant{}, err
		}
	}
	if d := patch.AutoStopAfter; d != nil && (*d < MinAutoStop || *d > MaxAutoStop) {
		return Tenant{}, errs.New(errs.RuleBroken, "auto_stop_invalid", "Timers stop by themselves after 15 minutes to 24 hours.").
			WithField("/auto_stop_after_ms", "out_of_range", "must be from 900000 to 86400000")
	}
	var changed Tenant
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		t, err := s.store.LockTenant(ctx, m.Tenant.ID)
		if err != nil {
			return err
		}
		if t.Revision != revision {
			return stale()
		}
		var changes []FieldChange
		change(&changes, "name", &t.Name, patch.Name)
		change(&changes, "admin_email", &t.AdminEmail, patch.AdminEmail)
		change(&changes, "currency", &t.Currency, patch.Currency)
		change(&changes, "time_zone", &t.Settings.TimeZone, patch.TimeZone)
		change(&changes, "on_start_while_running", &t.Settings.OnStartWhileRunning, patch.OnStartWhileRunning)
		change(&changes, "auto_stop_after", &t.Settings.AutoStopAfter, patch.AutoStopAfter)
		change(&changes, "edit_window_days", &t.Settings.EditWindowDays, patch.EditWindowDays)
		change(&changes, "allow_overlap", &t.Settings.AllowOverlap, patch.AllowOverlap)
		change(&changes, "write_back", &t.Settings.WriteBack, patch.WriteBack)
		change(&changes, "join_policy", &t.Settings.JoinPolicy, patch.JoinPolicy)
		changed = t
		if len(changes) == 0 {
			return nil
		}
		t.Revision++
		changed = t
		if err := s.store.UpdateTenant(ctx, t.ID, t); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, t.ID, NewAuditEvent(m.User, TenantChanged, tenantTarget(t), s.now(), changes...))
	})
	return changed, err
}

// change sets a field to the wanted value and notes it when that is another one.
func change[T comparable](changes *[]FieldChange, field string, value, wanted *T) {
	if wanted == nil || *value == *wanted {
		return
	}
	*changes = append(*changes, FieldChange{Field: field, Old: plain(*value), New: plain(*wanted)})
	*value = *wanted
}

// plain writes a setting as people read it.
func plain(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case StartPolicy:
		return string(v)
	case JoinPolicy:
		return string(v)
	case plan.Kind:
		return string(v)
	case Status:
		return string(v)
	case Role:
		return string(v)
	case UserStatus:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Duration:
		return v.String()
	case time.Time:
		return calendar.FormatInstant(v)
	default:
		return ""
	}
}

func stale() error {
	return errs.New(errs.Stale, "stale", "Somebody changed this first; read it again.")
}

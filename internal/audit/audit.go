package audit

import (
	"context"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// EventType says what an administrative change was.
type EventType string

// The audited changes.
const (
	TenantCreated       EventType = "tenant_created"
	TenantChanged       EventType = "tenant_changed"
	UserJoined          EventType = "user_joined"
	InvitedUser         EventType = "user_invited"
	InvitationRenewed   EventType = "invitation_renewed"
	InvitationWithdrawn EventType = "invitation_withdrawn"
	InvitationAccepted  EventType = "invitation_accepted"
	JoinRequested       EventType = "join_requested"
	JoinApproved        EventType = "join_approved"
	JoinDeclined        EventType = "join_declined"
	RoleChanged         EventType = "role_changed"
	ProfileChanged      EventType = "profile_changed"   // the directory tells another name or address
	TimeZoneChanged     EventType = "time_zone_changed" // of a person, by themselves
	DeactivatedUser     EventType = "user_deactivated"
	ReactivatedUser     EventType = "user_reactivated"
	ErasedUser          EventType = "user_erased"        // by an operator
	TimerStopped        EventType = "timer_stopped"      // an admin stopped somebody's timer
	TimerResumed        EventType = "timer_resumed"      // an admin took such a stop back
	TimeEntryChanged    EventType = "time_entry_changed" // an admin changed somebody's time
	PlanChanged         EventType = "plan_changed"
	SubscriptionChanged EventType = "subscription_changed" // the Marketplace has changed it
	ProjectRenamed      EventType = "project_renamed"      // an admin accepted another of its names
	ProjectMerged       EventType = "project_merged"
	ProjectUnmerged     EventType = "project_unmerged"
	ProjectChanged      EventType = "project_changed" // its defaults
	ActivityAdded       EventType = "activity_added"
	ActivityChanged     EventType = "activity_changed"
	ActivityArchived    EventType = "activity_archived"
	ActivityRestored    EventType = "activity_restored"
	ReportShared        EventType = "report_shared" // a saved report, with the tenant
	ReportUnshared      EventType = "report_unshared"
	SharedReportChanged EventType = "shared_report_changed"
	WeekStartChanged    EventType = "week_start_changed" // of a person, by themselves
	// ApproverChanged says that an admin chose who decides on a person's weeks.
	ApproverChanged EventType = "approver_changed"
	// The audited changes of weeks that are handed in, of the person who is the target.
	TimesheetSubmitted EventType = "timesheet_submitted"
	TimesheetWithdrawn EventType = "timesheet_withdrawn"
	TimesheetApproved  EventType = "timesheet_approved"
	TimesheetReturned  EventType = "timesheet_returned"
	ApprovalUndone     EventType = "approval_undone"
	ReturnUndone       EventType = "return_undone"
	TargetChanged      EventType = "target_changed" // of a person, or the tenant's default
	AdjustmentMade     EventType = "adjustment_made"
	// CompletedWorkCorrected says that an admin set the hours of a work item right in its tracker.
	CompletedWorkCorrected EventType = "completed_work_corrected"
	ImportRun              EventType = "import_run"
	ImportUndone           EventType = "import_undone"
	// The audited steps of requests about a person's data, of the person who is the target.
	PrivacyRequested  EventType = "privacy_requested"
	PrivacyWithdrawn  EventType = "privacy_withdrawn"
	PrivacyGranted    EventType = "privacy_granted"
	PrivacyRefused    EventType = "privacy_refused"
	PrivacyCarriedOut EventType = "privacy_carried_out"
	RestrictionEnded  EventType = "restriction_ended"
	// PrivacyChosen says that a person has objected to something, or has named a nominee.
	PrivacyChosen EventType = "privacy_chosen"
	// The audited steps of the deletion of a tenant.
	DeletionAsked     EventType = "deletion_asked"
	DeletionConfirmed EventType = "deletion_confirmed" // by another super_admin, so that it begins at once
	DeletionStopped   EventType = "deletion_stopped"
)

// TellTime are the changes of a person that tell of their time. Whoever isn't shown the person's time isn't shown them.
var TellTime = []EventType{
	TimesheetSubmitted, TimesheetWithdrawn, TimesheetApproved, TimesheetReturned, ApprovalUndone, ReturnUndone, TargetChanged, AdjustmentMade,
}

// TellRights are the changes that tell what a person has asked about their data, or has chosen. Whoever decides on that is shown
// them, and nobody else.
var TellRights = []EventType{
	PrivacyRequested, PrivacyWithdrawn, PrivacyGranted, PrivacyRefused, PrivacyCarriedOut, RestrictionEnded, PrivacyChosen,
}

// TargetKind says what was changed.
type TargetKind string

// The kinds of targets.
const (
	TargetTenant    TargetKind = "tenant"
	TargetUser      TargetKind = "user"
	TargetTimeEntry TargetKind = "time_entry"
	TargetProject   TargetKind = "project"
	TargetWorkItem  TargetKind = "work_item"
	TargetActivity  TargetKind = "activity"
	// TargetSavedReport is a saved report.
	TargetSavedReport TargetKind = "saved_report"
	TargetImport      TargetKind = "import"
)

// Actor is who did something. An administrative change keeps the name that its actor had then.
type Actor struct {
	ID   ids.User // zero: an operator, or another system
	Name string
}

// ActorKind says what sort of actor has changed something.
type ActorKind string

// The kinds of actors.
const (
	ActorUser        ActorKind = "user"
	ActorOperator    ActorKind = "operator"    // of the product
	ActorMarketplace ActorKind = "marketplace" // the Azure Marketplace
	ActorDirectory   ActorKind = "directory"   // Microsoft Entra ID
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

// Event is one administrative change: who, what, old, new and when, but never from where.
type Event struct {
	ID      ids.AuditEvent
	At      time.Time
	Actor   Actor
	Type    EventType
	Target  Target
	Changes []FieldChange
}

// ActorKind tells the actors that are no users apart by what each of them alone changes.
func (e Event) ActorKind() ActorKind {
	switch {
	case !e.Actor.ID.IsZero():
		return ActorUser
	case e.Type == SubscriptionChanged:
		return ActorMarketplace
	case e.Type == ProfileChanged:
		return ActorDirectory
	default:
		return ActorOperator
	}
}

// NewEvent notes a change.
func NewEvent(by Actor, what EventType, target Target, at time.Time, changes ...FieldChange) Event {
	return Event{ID: ids.New[ids.AuditEvent](), At: at, Actor: by, Type: what, Target: target, Changes: changes}
}

// Action is something that a user did in the product: its type and the page, and nothing else.
type Action struct {
	ID   ids.Action
	Type string
	Page string
	At   time.Time
	User Actor
}

// Filter narrows a log. Empty fields do not narrow.
type Filter struct {
	From, To time.Time // [From, To)
	User     ids.User  // who did it
	Type     string
	LeftOut  []ids.User  // whose time isn't shown; what they have administered is
	Untold   []EventType // administrative changes that aren't shown
}

// Store keeps what was done. Methods called with a context that the store's Tx gave out belong to that transaction.
type Store interface {
	// InsertAudit adds an administrative change. Only within Tx, with the change itself.
	InsertAudit(ctx context.Context, id ids.Tenant, e Event) error
	// AuditEvents lists by (At, ID), the latest first, strictly past the request's position.
	AuditEvents(ctx context.Context, id ids.Tenant, filter Filter, request page.Request) ([]Event, error)
	// InsertAction adds an in-product action. Only within Tx.
	InsertAction(ctx context.Context, id ids.Tenant, a Action) error
	// Actions lists by (At, ID), the latest first, strictly past the request's position.
	Actions(ctx context.Context, id ids.Tenant, filter Filter, request page.Request) ([]Action, error)
}

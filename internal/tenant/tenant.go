package tenant

import (
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
)

// TrialLength is how long a trial lasts, to the instant.
const TrialLength = 30 * 24 * time.Hour

// TrialSeats is how many active and invited people a trial has room for.
const TrialSeats = 5

// Status says what a tenant may do.
type Status string

// The statuses. In every one but Active the tenant can only read, export and stop timers.
const (
	Active       Status = "active"
	TrialExpired Status = "trial_expired"
	Suspended    Status = "suspended"
	Cancelled    Status = "cancelled"
)

// StartPolicy says what starting a timer does while another one runs.
type StartPolicy string

// The start policies.
const (
	Switch StartPolicy = "switch" // stop the old and start the new one at the same instant
	Reject StartPolicy = "reject" // refuse, and show the running timer
)

// JoinPolicy says how a person of the tenant's directory becomes a user.
type JoinPolicy string

// The join policies.
const (
	JoinInviteOnly JoinPolicy = "invite_only" // only people whom an admin has invited
	JoinByRequest  JoinPolicy = "request"     // people ask, an admin approves
	JoinDirectory  JoinPolicy = "directory"   // everybody of the directory becomes a user by signing in
)

// Settings are what a super_admin can choose for the tenant.
type Settings struct {
	TimeZone            string // IANA name, such as Europe/Berlin
	OnStartWhileRunning StartPolicy
	AutoStopAfter       time.Duration // a timer that runs longer is stopped at exactly this length
	EditWindowDays      int           // an older entry is changed only with a reason
	AllowOverlap        bool
	TeamObjection       bool // people may object to being in others' reports and lists, by a switch
	WriteBack           bool // add stopped time to Completed Work
	WriteBackStep       int  // hundredths of an hour to which what is added is rounded; one of WriteBackSteps
	WriteBackRemaining  bool // reduce Remaining Work by what is added
	JoinPolicy          JoinPolicy
	WeekStart           calendar.WeekStart // of people who have chosen none
	LockAfterDays       int                // time that ended longer ago is closed; 0: none is
	TimerLogDays        int                // how long the log of timers is kept; 0: as long as the tenant
	ActionLogDays       int                // how long the log of actions is kept; 0: as long as the tenant
	DefaultActivity     ActivityRef        // of time for which nobody has chosen another one; never archived
	DefaultBillable     bool               // whether time with the default activity is billable
}

// The bounds of Settings.LockAfterDays, where time is closed at all.
const (
	MinLockAfterDays = 7
	MaxLockAfterDays = 366
)

// The bounds of Settings.TimerLogDays and ActionLogDays, where a log ends before the tenant. The least is a month, the one in
// which it is billed, and the one in which that is corrected.
const (
	MinLogDays = 92
	MaxLogDays = 3660
)

// WriteBackSteps are the steps of Settings.WriteBackStep, in hundredths of an hour: each divides an hour.
var WriteBackSteps = []int{1, 5, 10, 25, 50, 100}

// DefaultSettings are those of a tenant that has just signed up.
func DefaultSettings(timeZone string) Settings {
	return Settings{
		TimeZone:            timeZone,
		OnStartWhileRunning: Switch,
		AutoStopAfter:       10 * time.Hour,
		EditWindowDays:      14,
		WriteBackStep:       1,
		JoinPolicy:          JoinDirectory,
		WeekStart:           calendar.WeekFromMonday,
	}
}

// Tenant is one customer organization, tied to one Microsoft Entra directory.
type Tenant struct {
	ID                      ids.Tenant
	DirectoryID             ids.Directory // the directory's tid claim
	Name                    string
	Slug                    string
	AzureDevOpsOrganization string // lower case: Azure DevOps ignores case here
	AdminEmail              string
	BillingName             string // on statements; empty: Name
	BillingAddress          string // on statements, in lines; empty: nobody has entered one
	Currency                string // ISO 4217; the subscription's while a plan is in force, otherwise chosen for display
	Plan                    plan.Kind
	Status                  Status    // as stored; StatusAt also considers the clock
	TrialEndsAt             time.Time // UTC; meaningful for plan.Trial
	CancelledAt             time.Time // when we have learned that it is; zero: it isn't
	PaidSeats               int       // meaningful for plan.Paid; 0: no limit
	RateMinor               int64     // price of a user and month in minor units of Currency; meaningful for plan.Paid
	Settings                Settings
	Removal                 Removal
	CreatedAt               time.Time
	Revision                int64 // counts changes; the source of the ETag
}

// Removal is the end of a tenant, of which nothing is left but what tax law demands.
type Removal struct {
	AskedAt time.Time // zero: nobody has asked for it
	AskedBy ids.User  // zero: the operator has
	At      time.Time // when what was asked for begins
	BegunAt time.Time // zero: it has not; from then on the tenant has neither a name nor a directory
	EndedAt time.Time // zero: it has not
}

// Begun says whether the tenant is being removed or gone.
func (r Removal) Begun() bool { return !r.BegunAt.IsZero() }

// Asked says whether somebody has asked for it, and nobody has stopped it.
func (r Removal) Asked() bool { return !r.AskedAt.IsZero() && !r.Begun() }

// StatusAt is the tenant's status at an instant. A trial ends exactly at its instant, without a job.
func (t Tenant) StatusAt(now time.Time) Status {
	if t.Status == Active && t.Plan == plan.Trial && !now.Before(t.TrialEndsAt) {
		return TrialExpired
	}
	return t.Status
}

// MayWrite is nil for a tenant that is active at the instant. Its error has the kind PaymentRequired, and its code is
// trial_expired, tenant_suspended or tenant_cancelled.
func (t Tenant) MayWrite(now time.Time) error {
	switch status := t.StatusAt(now); status {
	case Active:
		return nil
	case TrialExpired:
		return errs.New(errs.PaymentRequired, "trial_expired",
			"The trial has ended. Recorded time can be read, exported and stopped; buy a plan to go on recording.")
	case Suspended:
		return errs.New(errs.PaymentRequired, "tenant_suspended",
			"The subscription is suspended. Recorded time can be read, exported and stopped.")
	case Cancelled:
		return errs.New(errs.PaymentRequired, "tenant_cancelled",
			"The subscription is cancelled. Recorded time can be read, exported and stopped.")
	default:
		return fmt.Errorf("tenant %s has the unknown status %q", t.ID, status)
	}
}

// noZone cuts the days of a tenant whose zone is none.
const noZone = "UTC"

// TimeZone is the zone in which days are cut for everybody without a zone of their own. A name that another version has
// stored, and that is no zone, must not break a page; then it is UTC.
func (t Tenant) TimeZone() string {
	if calendar.CheckZone(t.Settings.TimeZone) != nil {
		return noZone
	}
	return t.Settings.TimeZone
}

// planInForce says whether amounts come from a subscription.
func (t Tenant) planInForce() bool { return t.Plan == plan.Paid && t.Status != Cancelled }

// SeatLimit is how many active and invited people the tenant has room for; ok is false when there is no limit.
func (t Tenant) SeatLimit() (limit int, ok bool) {
	switch t.Plan {
	case plan.Trial:
		return TrialSeats, true
	case plan.Paid:
		return t.PaidSeats, t.PaidSeats > 0
	default:
		return 0, false
	}
}

package workitem

import (
	"context"
	"log/slog"
	"time"

	"timetracker/internal/errs"
)

// Credential lets a tracker be asked with a person's own rights. It holds the validated access token that the person has
// sent, and so lives no longer than the work that their request began. It is never stored, and prints as REDACTED.
type Credential struct {
	directoryID, objectID string // of the person, GUIDs
	token                 string
}

// NewCredential makes the credential of a person of the directory, both named by their GUIDs.
func NewCredential(directoryID, objectID, accessToken string) Credential {
	return Credential{directoryID: directoryID, objectID: objectID, token: accessToken}
}

// DirectoryID is the GUID of the person's directory.
func (c Credential) DirectoryID() string { return c.directoryID }

// ObjectID is the person's GUID in the directory.
func (c Credential) ObjectID() string { return c.objectID }

// AccessToken is the person's token for this API, to be exchanged for one of the tracker.
func (c Credential) AccessToken() string { return c.token }

const redacted = "REDACTED"

// String implements fmt.Stringer.
func (Credential) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (Credential) GoString() string { return redacted }

// LogValue implements slog.LogValuer.
func (Credential) LogValue() slog.Value { return slog.StringValue(redacted) }

// MaxRead is the greatest number of work items that a tracker is asked for at once:
// https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-items-batch
const MaxRead = 200

// Remote is a tracker, asked with the rights of one person. Every method may give, beside its own,
//
//   - errs.Unauthenticated, interaction_required, when the person has to confirm the sign-in; the subject is the claims
//     challenge,
//   - errs.Forbidden, tracker_consent_required, when the organization has not consented,
//   - errs.Unavailable, tracker_unavailable, when the tracker does not answer, or asks to wait; nothing was changed.
//
// site is the name of the site, which the tracker follows through renames.
type Remote interface {
	// Read reads at most MaxRead work items by number. Those that do not exist and those that the person can't see are
	// missing from the answer.
	Read(ctx context.Context, as Credential, site string, numbers []string) ([]Facts, error)
	// ReadAt is a work item as it was in a revision; errs.NotFound, work_item_not_found, when the person can't see it or
	// it has no such revision.
	ReadAt(ctx context.Context, as Credential, site, number string, revision int64) (Facts, error)
	// Search finds work items of a site that the person can see, the last changed first.
	Search(ctx context.Context, as Credential, site string, query Query) ([]Facts, error)
	// LastChange is when the person themselves has changed a work item last, after from and before to. It is zero without
	// such a change, or when it is not among the item's latest ones. A change of hours alone doesn't count, since
	// TimeTracker makes such ones. It gives errs.NotFound, work_item_not_found, when the person can't see the item.
	LastChange(ctx context.Context, as Credential, site, number string, from, to time.Time) (time.Time, error)
	// WriteHours changes hours of a work item if its revision is still the given one, and gives what it has become. It
	// gives
	//
	//   - errs.Stale, work_item_changed, when it has another revision,
	//   - errs.NotFound, work_item_not_found, when the person can't see it,
	//   - errs.Forbidden, work_item_read_only, when the person may not write it,
	//   - errs.RuleBroken, tracker_refused, when a rule of the item's type or state refuses it; the message is the
	//     tracker's,
	//   - errs.Unavailable, tracker_answer_lost, when nobody knows whether it was changed.
	WriteHours(ctx context.Context, as Credential, site, number string, revision int64, hours Hours) (Facts, error)
}

// Facts are what a tracker says of a work item.
type Facts struct {
	Number   string
	Revision int64
	Project  Named
	Title    string
	Type     string
	State    string
	Assignee string // the name shown; empty: nobody
	// AssigneeAddress is that with which the assignee signs in; empty: it isn't told.
	AssigneeAddress string
	Parent          string // the parent's number; empty: none
	ChangedBy       string // object id (GUID) of who made it; empty: unknown, or no person of the directory
	Hours           Hours
}

// Hours are the hours of work that a tracker keeps of a work item. Nil: it has no value. Only WriteHours reads nil as
// unchanged.
type Hours struct {
	Completed, Remaining *float64
}

// Query narrows a search. Empty fields do not narrow.
type Query struct {
	Words   string // all of them are in the title
	Project string // its name
	Mine    bool   // assigned to the person
	Open    bool   // not in a state that its type counts as completed or removed
	Limit   int
}

// The codes of Remote that decide what is done next.
const (
	codeItemNotFound = "work_item_not_found"
	codeReadOnly     = "work_item_read_only"
	codeRefused      = "tracker_refused"
	codeItemChanged  = "work_item_changed"
	codeAnswerLost   = "tracker_answer_lost"
	codeUnavailable  = "tracker_unavailable"
)

// RemoteUnavailable says that a tracker can't be asked now. wait is in how long it may be asked again.
func RemoteUnavailable(cause error, wait time.Duration) error {
	return errs.Wrap(cause, errs.Unavailable, codeUnavailable,
		"Azure DevOps doesn't answer at the moment. Recording time works all the same.").WithRetryAfter(wait)
}

// AnswerLost says that nobody knows whether a tracker has made a change.
func AnswerLost(cause error, wait time.Duration) error {
	return errs.Wrap(cause, errs.Unavailable, codeAnswerLost,
		"Azure DevOps didn't say whether it has changed the work item. It is looked up before it is tried again.").
		WithRetryAfter(wait)
}

// RemoteChanged says that a work item has another revision than the one that was to be changed.
func RemoteChanged() error {
	return errs.New(errs.Stale, codeItemChanged, "The work item was changed in Azure DevOps meanwhile.")
}

// RemoteHidden says that the person doesn't see the work item in Azure DevOps; whether it exists isn't told.
func RemoteHidden() error {
	return errs.New(errs.NotFound, codeItemNotFound,
		"Azure DevOps doesn't show this work item to you, or it was deleted there.")
}

// RemoteReadOnly says that the person may see a work item and not write it.
func RemoteReadOnly(cause error) error {
	return errs.Wrap(cause, errs.Forbidden, codeReadOnly, "You may read this work item in Azure DevOps, but not change it.")
}

// RemoteRefused says that a rule of the tracker refuses a change. message is what the tracker says.
func RemoteRefused(cause error, message string) error {
	return errs.Wrap(cause, errs.RuleBroken, codeRefused, message)
}

// noRemote is the error where nothing connects us to a tracker.
func noRemote() error {
	return errs.New(errs.Unavailable, codeUnavailable, "TimeTracker isn't connected to Azure DevOps here.")
}

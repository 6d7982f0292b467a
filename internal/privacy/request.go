package privacy

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/pdf"
	"timetracker/internal/tenant"
)

// Kind says what a person asks for. Whoever wants to see or download what is held needs no request.
type Kind string

// The kinds, with the article of the GDPR that gives the right.
const (
	RightCorrection  Kind = "correction"  // of what the person can't correct by themselves; article 16
	RightErasure     Kind = "erasure"     // article 17
	RightRestriction Kind = "restriction" // article 18
	RightObjection   Kind = "objection"   // to what no switch of theirs ends; article 21
	RightWithdrawal  Kind = "withdrawal"  // of consent; article 7(3)
)

// Status says how far a request is.
type Status string

// The statuses.
const (
	Open      Status = "open"      // waits for a decision
	Accepted  Status = "accepted"  // granted, and waits for somebody to carry it out
	Granted   Status = "granted"   // an erasure is being done, a restriction is in force
	Done      Status = "done"      // what was granted was done; a restriction has ended
	Refused   Status = "refused"   // with a reason
	Withdrawn Status = "withdrawn" // by the person
)

// TimeToAnswer is how long there is from the request on until it is refused or carried out (GDPR article 12(3): one month).
const TimeToAnswer = 30 * 24 * time.Hour

// Characters of what people write.
const (
	MaxNote    = 2000
	MaxReason  = 2000
	MaxOutcome = 2000
)

// Request is one person's exercise of a right.
type Request struct {
	ID   ids.PrivacyRequest
	User tenant.UserRef
	Kind Kind
	// Processing is what an objection or a withdrawal is to; empty: the note says.
	Processing Processing
	Status     Status
	Note       string // what the person says of it
	AskedAt    time.Time
	DueAt      time.Time
	DecidedAt  time.Time // zero until then
	// DecidedBy is zero for the operator.
	DecidedBy tenant.UserRef
	Reason    string
	Outcome   string    // what was done of what was granted, or why a restriction has ended
	Kept      []Kept    // of an erasure that was granted
	ClosedAt  time.Time // zero while anything is still to happen
	Digest    Digest    // of the confirmation; zero until there is one
	// Salt is among the lines that the digest is of, so that nobody can guess a text that an erasure has taken out of them. The
	// erasure takes the salt as well.
	Salt Salt
	// EarlierDigest is of the confirmation of the decision, once there is one of the outcome; zero until then.
	EarlierDigest Digest
	// RedactedAt is when an erasure has last taken somebody out of the texts; zero: none has.
	RedactedAt time.Time
	// Reminded is how many days before DueAt the operator was reminded last; 0: never.
	Reminded int
	Revision int64
	// ForOperator says that the operator decides on it. It isn't stored.
	ForOperator bool
}

// Waits says whether somebody has still to decide on the request or to carry it out.
func (r Request) Waits() bool { return r.Status == Open || r.Status == Accepted }

// Salt is drawn at random for each confirmation.
type Salt [16]byte

// Digest is the SHA-256 of a confirmation's lines.
type Digest [sha256.Size]byte

// IsZero says whether there is none.
func (d Digest) IsZero() bool { return d == Digest{} }

// String writes it as confirmations have it.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Kept is what stays after an erasure: what, why, and until when.
type Kept struct {
	What  string    `json:"what"` // such as KeptInBilling
	Why   string    `json:"why"`  // such as KeptByTaxLaw
	Until time.Time `json:"until"`
}

// Filter narrows a list of requests. Empty fields do not narrow.
type Filter struct {
	User    ids.User
	Waiting bool
}

// RequestStore keeps requests. Methods called with a context that Tx gave out belong to that transaction.
type RequestStore interface {
	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// PrivacyRequests are the tenant's by (AskedAt, ID), the latest first.
	PrivacyRequests(ctx context.Context, id ids.Tenant, filter Filter, request page.Request) ([]Request, error)
	// PrivacyRequest is the one with the id; errs.NotFound when the tenant has none.
	PrivacyRequest(ctx context.Context, id ids.Tenant, request ids.PrivacyRequest) (Request, error)
	// PrivacyRequestOf is the request with the SHA-256 of a reference, of whatever tenant; errs.NotFound when there is none.
	PrivacyRequestOf(ctx context.Context, reference [sha256.Size]byte) (Confirmation, error)
	// OverduePrivacyRequests counts those of any tenant that wait at an instant after they were due.
	OverduePrivacyRequests(ctx context.Context, now time.Time) (int, error)
	// InsertPrivacyRequest adds one, under the SHA-256 of its reference; errs.Conflict, request_open, when the person has one
	// of the kind that isn't closed. Only within Tx.
	InsertPrivacyRequest(ctx context.Context, id ids.Tenant, r Request, reference [sha256.Size]byte) error
	// UpdatePrivacyRequest writes what follows from a decision; errs.Stale when the stored one isn't its predecessor. Only
	// within Tx.
	UpdatePrivacyRequest(ctx context.Context, id ids.Tenant, r Request) error
	// WaitingPrivacyRequests are those of all tenants that wait, by (DueAt, ID).
	WaitingPrivacyRequests(ctx context.Context, request page.Request) ([]Confirmation, error)
	// FirstPrivacyDue is when the first is due of a tenant's requests that wait, those of a user aside; zero when there is none.
	FirstPrivacyDue(ctx context.Context, id ids.Tenant, aside ids.User) (time.Time, error)
	// NotePrivacyReminder notes how many days before a request is due the operator was reminded; errs.Stale when that was done
	// before. Only within Tx.
	NotePrivacyReminder(ctx context.Context, id ids.Tenant, request ids.PrivacyRequest, days int) error
	// CountActive counts the tenant's active users of a role.
	CountActive(ctx context.Context, id ids.Tenant, role tenant.Role) (int, error)
	// MemberByID is tenant.Store's.
	MemberByID(ctx context.Context, id ids.Tenant, user ids.User) (tenant.Member, error)
	// InsertAudit adds an administrative change. Only within Tx, with the change itself.
	InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error
	ChoiceStore
}

// Requests takes people's requests and decides on them.
type Requests struct {
	store  RequestStore
	eraser Eraser
	fonts  *pdf.Fonts
	now    func() time.Time
}

// NewRequests makes a Requests, which prints confirmations with the fonts. now is the server's clock.
func NewRequests(store RequestStore, eraser Eraser, fonts *pdf.Fonts, now func() time.Time) *Requests {
	return &Requests{store: store, eraser: eraser, fonts: fonts, now: calendar.Clock(now)}
}

// RequestNotFound is the error for a request that doesn't exist or isn't the member's to see.
func RequestNotFound() error {
	return errs.New(errs.NotFound, "privacy_request_not_found", "There is no such request.")
}

// NewRequest is what a person asks for.
type NewRequest struct {
	Kind       Kind
	Processing Processing // of an objection or a withdrawal, where it is to one that the product can end; may be empty
	Note       string     // needed for whatever doesn't explain itself
}

// check trims the note, and refuses what nobody could decide on.
func (n *NewRequest) check() error {
	n.Note = strings.TrimSpace(n.Note)
	ends := n.Kind == RightObjection || n.Kind == RightWithdrawal
	switch {
	case utf8.RuneCountInString(n.Note) > MaxNote:
		return errs.New(errs.RuleBroken, "privacy_request_invalid", "The request can't be taken like this.").
			WithField("/note", "length", "must have at most 2000 characters")
	case n.Processing != "" && !ends:
		return errs.New(errs.RuleBroken, "privacy_request_invalid", "Only an objection or a withdrawal names a processing.").
			WithField("/processing", "not_expected", "must be absent")
	case n.Note == "" && n.Processing == "" && n.Kind != RightErasure && n.Kind != RightRestriction:
		return errs.New(errs.RuleBroken, "privacy_request_invalid", "Say what this request is about.").
			WithField("/note", "required", "must say what is to be done")
	}
	return nil
}

// Ask makes a request of the member's own. A tenant that isn't active prevents nothing. The reference is told once: with it
// the confirmation is found, also by somebody who is not known here any more.
func (s *Requests) Ask(ctx context.Context, m tenant.Member, wanted NewRequest) (r Request, reference string, err error) {
	if err := wanted.check(); err != nil {
		return Request{}, "", err
	}
	now := s.now()
	r = Request{
		ID: ids.New[ids.PrivacyRequest](), User: tenant.UserRef{ID: m.User.ID, Name: m.User.Name}, Kind: wanted.Kind,
		Processing: wanted.Processing, Status: Open, Note: wanted.Note, AskedAt: now, DueAt: now.Add(TimeToAnswer), Revision: 1,
	}
	reference, hash := newReference()
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if err := s.store.InsertPrivacyRequest(ctx, m.Tenant.ID, r, hash); err != nil {
			return err
		}
		return s.audit(ctx, m.Tenant.ID, m.User.Actor(), audit.PrivacyRequested, r)
	})
	if err != nil {
		return Request{}, "", err
	}
	err = s.route(ctx, m.Tenant.ID, []*Request{&r})
	return r, reference, err
}

// newReference is 128 random bits in letters that nobody mistakes, in groups, and the SHA-256 under which they are found.
func newReference() (text string, hash [sha256.Size]byte) {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	letters := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:])
	var groups []string
	for ; len(letters) > 5; letters = letters[5:] {
		groups = append(groups, letters[:5])
	}
	text = strings.Join(append(groups, letters), "-")
	return text, HashReference(text)
}

// HashReference is what a reference is kept as. Case, blanks and hyphens don't matter.
func HashReference(text string) [sha256.Size]byte {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(text))
	return sha256.Sum256([]byte(plain))
}

// List gives the member's own requests, or with everybody all of the tenant's, the latest first.
func (s *Requests) List(
	ctx context.Context, m tenant.Member, everybody, waiting bool, request page.Request,
) (requests []Request, next page.Position, err error) {
	filter := Filter{User: m.User.ID, Waiting: waiting}
	if everybody {
		if err := m.Require(tenant.RoleSuperAdmin); err != nil {
			return nil, page.Position{}, err
		}
		filter.User = ids.User{}
	}
	requests, err = s.store.PrivacyRequests(ctx, m.Tenant.ID, filter, request.WithOneMore())
	if err != nil {
		return nil, page.Position{}, err
	}
	requests, next = page.Cut(requests, request.Limit, positionOf)
	routed := make([]*Request, len(requests))
	for i := range requests {
		routed[i] = &requests[i]
	}
	return requests, next, s.route(ctx, m.Tenant.ID, routed)
}

// positionOf is where a request stands in a list.
func positionOf(r Request) page.Position { return page.Position{At: r.AskedAt, ID: ids.Any(r.ID)} }

// Get is one that the member may see: their own, or as a super_admin anybody's.
func (s *Requests) Get(ctx context.Context, m tenant.Member, id ids.PrivacyRequest) (Request, error) {
	r, err := s.store.PrivacyRequest(ctx, m.Tenant.ID, id)
	if err != nil {
		return Request{}, err
	}
	if r.User.ID != m.User.ID && !m.User.Role.Allows(tenant.RoleSuperAdmin) {
		return Request{}, RequestNotFound()
	}
	return r, s.route(ctx, m.Tenant.ID, []*Request{&r})
}

// route says which of the requests that need somebody are for the operator. They are those of a tenant that has ended, and those of its
// only active super_admin.
func (s *Requests) route(ctx context.Context, id ids.Tenant, requests []*Request) error {
	counted := -1
	for _, r := range requests {
		if !r.needsSomebody() {
			continue
		}
		if counted < 0 {
			count, err := s.store.CountActive(ctx, id, tenant.RoleSuperAdmin)
			if err != nil {
				return err
			}
			counted = count
		}
		m, err := s.store.MemberByID(ctx, id, r.User.ID)
		if err != nil {
			return err
		}
		only := counted == 1 && m.User.Role == tenant.RoleSuperAdmin && m.User.Status == tenant.UserActive
		r.ForOperator = counted == 0 || only || m.Tenant.Status == tenant.Cancelled
	}
	return nil
}

// Waiting are the requests of all tenants that wait for the operator, the first due first.
func (s *Requests) Waiting(ctx context.Context) (waiting []Confirmation, err error) {
	due := func(c Confirmation) page.Position {
		return page.Position{At: c.Request.DueAt, ID: ids.Any(c.Request.ID)}
	}
	read := func(request page.Request) ([]Confirmation, error) {
		return s.store.WaitingPrivacyRequests(ctx, request)
	}
	err = page.Each(read, due, func(c Confirmation) error {
		if err := s.route(ctx, c.Tenant, []*Request{&c.Request}); err != nil {
			return err
		}
		if c.Request.ForOperator {
			waiting = append(waiting, c)
		}
		return nil
	})
	return waiting, err
}

// FirstDue is when the first of the requests is due that wait for the member; zero when none does. Only a super_admin decides,
// on nobody's own request, and in a tenant that has ended the operator does.
func (s *Requests) FirstDue(ctx context.Context, m tenant.Member) (time.Time, error) {
	if !m.User.Role.Allows(tenant.RoleSuperAdmin) || m.Tenant.Status == tenant.Cancelled {
		return time.Time{}, nil
	}
	return s.store.FirstPrivacyDue(ctx, m.Tenant.ID, m.User.ID)
}

// Overdue counts the requests of all tenants that nobody has decided on or carried out in time.
func (s *Requests) Overdue(ctx context.Context) (int, error) {
	return s.store.OverduePrivacyRequests(ctx, s.now())
}

// remindedDays are how many days before a request is due the operator is reminded of it, the last first.
var remindedDays = []int{1, 3, 7}

// RemindOperator tells an operator of each request that waits for them and is due soon, once at each of remindedDays. Of one that
// came to them late it tells the last of these alone.
func (s *Requests) RemindOperator(ctx context.Context, tell func(context.Context, alert.Alert)) error {
	waiting, err := s.Waiting(ctx)
	if err != nil {
		return err
	}
	now := s.now()
	for _, w := range waiting {
		r := w.Request
		left := r.DueAt.Sub(now)
		i := slices.IndexFunc(remindedDays, func(days int) bool { return left <= time.Duration(days)*24*time.Hour })
		if i < 0 || left <= 0 || (r.Reminded > 0 && r.Reminded <= remindedDays[i]) {
			continue
		}
		err := s.store.Tx(ctx, w.Tenant, func(ctx context.Context) error {
			return s.store.NotePrivacyReminder(ctx, w.Tenant, r.ID, remindedDays[i])
		})
		if errs.Is(err, errs.Stale) {
			continue // another replica has told it
		}
		if err != nil {
			return err
		}
		tell(ctx, alert.Alert{Kind: alert.PrivacyDue, Err: fmt.Errorf("one is due at %s", r.DueAt.UTC().Format(time.RFC3339))})
	}
	return nil
}

// Withdraw takes back a request of the member's own that waits, or ends a restriction that they have asked for.
func (s *Requests) Withdraw(ctx context.Context, m tenant.Member, id ids.PrivacyRequest, revision int64) (Request, error) {
	return s.change(ctx, m.Tenant.ID, id, revision, m.User.Actor(), audit.PrivacyWithdrawn, func(ctx context.Context, r *Request) error {
		switch {
		case r.User.ID != m.User.ID:
			return RequestNotFound()
		case r.inForce():
			r.Status, r.ClosedAt = Done, s.now()
			return s.restrict(ctx, m.Tenant.ID, r.User.ID, time.Time{})
		case !r.Waits():
			return alreadyDecided()
		}
		r.Status, r.ClosedAt = Withdrawn, s.now()
		return nil
	})
}

// Decision is what somebody decides on a request.
type Decision struct {
	Grant  bool
	Reason string // needed for a refusal
	// Outcome says what was done of what is granted, where that is done by people. Empty: it is still to be done.
	Outcome string
}

// check trims the texts. A refusal needs a reason.
func (d *Decision) check() error {
	d.Reason, d.Outcome = strings.TrimSpace(d.Reason), strings.TrimSpace(d.Outcome)
	if length := utf8.RuneCountInString(d.Reason); length > MaxReason || (length == 0 && !d.Grant) {
		return errs.New(errs.RuleBroken, "reason_required", "A refusal needs a reason.").
			WithField("/reason", "length", "must have 1 to 2000 characters")
	}
	if utf8.RuneCountInString(d.Outcome) > MaxOutcome {
		return errs.New(errs.RuleBroken, "outcome_invalid", "What was done can't be told like this.").
			WithField("/outcome", "length", "must have at most 2000 characters")
	}
	return nil
}

// Decide decides on somebody else's request. It needs the role super_admin.
func (s *Requests) Decide(ctx context.Context, m tenant.Member, id ids.PrivacyRequest, revision int64, d Decision) (Request, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Request{}, err
	}
	by := tenant.UserRef{ID: m.User.ID, Name: m.User.Name}
	return s.decide(ctx, m.Tenant.ID, id, revision, m.User.Actor(), by, d)
}

// DecideAsOperator decides on a request that nobody of the tenant may decide on.
func (s *Requests) DecideAsOperator(
	ctx context.Context, tenantID ids.Tenant, operator string, id ids.PrivacyRequest, d Decision,
) (Request, error) {
	r, err := s.forOperator(ctx, tenantID, id)
	if err != nil {
		return Request{}, err
	}
	return s.decide(ctx, tenantID, id, r.Revision, audit.Actor{Name: operator}, tenant.UserRef{}, d)
}

// forOperator is a request that nobody of the tenant may decide on or carry out.
func (s *Requests) forOperator(ctx context.Context, tenantID ids.Tenant, id ids.PrivacyRequest) (Request, error) {
	r, err := s.store.PrivacyRequest(ctx, tenantID, id)
	if err != nil {
		return Request{}, err
	}
	if err := s.route(ctx, tenantID, []*Request{&r}); err != nil {
		return Request{}, err
	}
	if r.needsSomebody() && !r.ForOperator {
		return Request{}, errs.New(errs.RuleBroken, "tenant_decides", "A super_admin of the tenant decides on this request.")
	}
	return r, nil
}

func (s *Requests) decide(
	ctx context.Context, tenantID ids.Tenant, id ids.PrivacyRequest, revision int64, actor audit.Actor, by tenant.UserRef, d Decision,
) (Request, error) {
	if err := d.check(); err != nil {
		return Request{}, err
	}
	what := audit.PrivacyRefused
	if d.Grant {
		what = audit.PrivacyGranted
	}
	return s.change(ctx, tenantID, id, revision, actor, what, func(ctx context.Context, r *Request) error {
		switch {
		case r.User.ID == by.ID:
			return ownRequest()
		case r.Status != Open:
			return alreadyDecided()
		case d.Outcome != "" && (!d.Grant || !r.ByPeople()):
			return errs.New(errs.RuleBroken, "outcome_invalid", "Nobody carries this out by hand.").
				WithField("/outcome", "not_expected", "must be absent")
		}
		now := s.now()
		r.DecidedAt, r.DecidedBy, r.Reason, r.Outcome = now, by, d.Reason, d.Outcome
		return s.apply(ctx, tenantID, r, d.Grant, now)
	})
}

// ByPeople says whether people carry out what is granted. The product does the others by itself.
func (r Request) ByPeople() bool {
	return r.Kind != RightErasure && r.Kind != RightRestriction && r.Processing == ""
}

// apply does what a decision means at once. An erasure only begins, and what people carry out may be still to be done.
func (s *Requests) apply(ctx context.Context, tenantID ids.Tenant, r *Request, grant bool, now time.Time) error {
	switch {
	case !grant:
		r.Status, r.ClosedAt = Refused, now
	case r.ByPeople() && r.Outcome == "":
		r.Status = Accepted
	case r.Kind == RightErasure:
		r.Status = Granted
		return s.eraser.Erase(ctx, tenantID, r.User.ID, now)
	case r.Kind == RightRestriction:
		r.Status = Granted
		return s.restrict(ctx, tenantID, r.User.ID, now)
	default:
		r.Status, r.ClosedAt = Done, now
		if r.Processing != "" {
			return s.object(ctx, tenantID, r.User.ID, r.Processing)
		}
	}
	return nil
}

// Complete says what was done of somebody else's request that was granted, or why their restriction ends; the person is told.
// It needs the role super_admin.
func (s *Requests) Complete(ctx context.Context, m tenant.Member, id ids.PrivacyRequest, revision int64, outcome string) (Request, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Request{}, err
	}
	return s.complete(ctx, m.Tenant.ID, id, revision, m.User.Actor(), outcome)
}

// CompleteAsOperator is Complete for a request that nobody of the tenant may carry out.
func (s *Requests) CompleteAsOperator(
	ctx context.Context, tenantID ids.Tenant, operator string, id ids.PrivacyRequest, outcome string,
) (Request, error) {
	r, err := s.forOperator(ctx, tenantID, id)
	if err != nil {
		return Request{}, err
	}
	return s.complete(ctx, tenantID, id, r.Revision, audit.Actor{Name: operator}, outcome)
}

func (s *Requests) complete(
	ctx context.Context, tenantID ids.Tenant, id ids.PrivacyRequest, revision int64, actor audit.Actor, outcome string,
) (Request, error) {
	outcome = strings.TrimSpace(outcome)
	if length := utf8.RuneCountInString(outcome); length == 0 || length > MaxOutcome {
		return Request{}, errs.New(errs.RuleBroken, "outcome_invalid", "Say what was done, or why it ends.").
			WithField("/outcome", "length", "must have 1 to 2000 characters")
	}
	return s.changeAs(ctx, tenantID, id, revision, actor, func(ctx context.Context, r *Request) (audit.EventType, error) {
		ends := r.inForce()
		switch {
		case r.User.ID == actor.ID:
			return "", ownRequest()
		case !ends && r.Status != Accepted:
			return "", errs.New(errs.Conflict, "nothing_to_complete", "Nothing of this request is still to be done.")
		}
		r.Status, r.ClosedAt, r.Outcome = Done, s.now(), outcome
		if ends {
			return audit.RestrictionEnded, s.restrict(ctx, tenantID, r.User.ID, time.Time{})
		}
		return audit.PrivacyCarriedOut, nil
	})
}

// inForce says whether the request is a restriction that holds.
func (r Request) inForce() bool { return r.Kind == RightRestriction && r.Status == Granted }

// needsSomebody says whether somebody else than the person may still change what becomes of the request.
func (r Request) needsSomebody() bool { return r.Waits() || r.inForce() }

func alreadyDecided() error {
	return errs.New(errs.Conflict, "already_decided", "This request was decided on.")
}

func ownRequest() error {
	return errs.New(errs.RuleBroken, "own_request", "Somebody else decides on your own request.")
}

// change is changeAs where it is known what the audit is told.
func (s *Requests) change(
	ctx context.Context, tenantID ids.Tenant, id ids.PrivacyRequest, revision int64, actor audit.Actor, what audit.EventType,
	apply func(ctx context.Context, r *Request) error,
) (Request, error) {
	return s.changeAs(ctx, tenantID, id, revision, actor, func(ctx context.Context, r *Request) (audit.EventType, error) {
		return what, apply(ctx, r)
	})
}

// changeAs reads a request that was seen in a revision, lets apply change it, and writes it with the audit event that apply
// names.
func (s *Requests) changeAs(
	ctx context.Context, tenantID ids.Tenant, id ids.PrivacyRequest, revision int64, actor audit.Actor,
	apply func(ctx context.Context, r *Request) (audit.EventType, error),
) (Request, error) {
	var changed Request
	err := s.store.Tx(ctx, tenantID, func(ctx context.Context) error {
		r, err := s.store.PrivacyRequest(ctx, tenantID, id)
		if err != nil {
			return err
		}
		what, err := apply(ctx, &r)
		if err != nil {
			return err
		}
		if r.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		r.Revision++
		confirm(tenantID, &r)
		if err := s.store.UpdatePrivacyRequest(ctx, tenantID, r); err != nil {
			return err
		}
		changed = r
		return s.audit(ctx, tenantID, actor, what, r)
	})
	return changed, err
}

func (s *Requests) audit(ctx context.Context, tenantID ids.Tenant, by audit.Actor, what audit.EventType, r Request) error {
	target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(r.User.ID), Name: r.User.Name}
	return s.store.InsertAudit(ctx, tenantID, audit.NewEvent(by, what, target, s.now(),
		audit.FieldChange{Field: "privacy_request", New: string(r.Kind)}))
}

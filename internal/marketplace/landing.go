package marketplace

import (
	"context"
	"errors"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// Step is what a person who has come from the Marketplace can do next.
type Step string

// The steps.
const (
	StepSignUp     Step = "sign_up"    // the organization is new: it signs up and takes the subscription
	StepUpgrade    Step = "upgrade"    // the organization takes the subscription
	StepQueued     Step = "queued"     // nothing: Microsoft has not accepted our request to activate it yet, which is sent again
	StepActivating Step = "activating" // nothing: Microsoft is at work
	StepNone       Step = "none"       // nothing: the organization has the subscription, or can't have it (any more)
)

// Landing is what a person who has come from the Marketplace sees.
type Landing struct {
	Subscription Fetched
	Plan         plan.Plan     // zero: not one of ours
	Step         Step          // what is next
	InForce      bool          // it is in force for the person's tenant, or was before it was cancelled
	Obstacle     *errs.Error   // why there is no step although the subscription is free; nil: no reason
	Tenant       tenant.Tenant // the person's; zero: their organization has not signed up
	// ForAnother says that the subscription is meant for another organization than the person's.
	ForAnother bool
}

// Resolve tells a person what they have bought. It only writes an activation that Microsoft has made. errs.Forbidden,
// not_the_buyer, for a person of another directory than the one that has bought or uses it.
func (s *Service) Resolve(ctx context.Context, p tenant.Person, token string) (Landing, error) {
	fetched, err := s.api.Resolve(ctx, token)
	if err != nil {
		return Landing{}, err
	}
	return s.land(ctx, p, fetched)
}

func (s *Service) land(ctx context.Context, p tenant.Person, fetched Fetched) (Landing, error) {
	if p.External {
		return Landing{}, errs.New(errs.Forbidden, "not_the_buyer",
			"You are a guest in this organization, and guests can't give it a subscription. "+
				"Sign in with an account of the organization that bought it.")
	}
	if p.DirectoryID != fetched.Beneficiary.DirectoryID && p.DirectoryID != fetched.Purchaser.DirectoryID {
		return Landing{}, notTheBuyer()
	}
	l := Landing{Subscription: fetched, Step: StepNone, ForAnother: p.DirectoryID != fetched.Beneficiary.DirectoryID}
	l.Plan, _ = plan.Find(fetched.OfferID, fetched.PlanID)
	known, _, err := s.store.Subscription(ctx, fetched.ID)
	if err == nil && known.Bound() && known.Status == Pending && fetched.Status != Pending {
		// The stored subscription may be newer than the resolved one, so Microsoft is asked again.
		if err = s.refresh(ctx, fetched.ID, Event{}); err == nil || errs.Is(err, errs.Unavailable) {
			known, _, err = s.store.Subscription(ctx, fetched.ID)
		}
	}
	if err != nil {
		return Landing{}, err
	}
	if s.isForeign(known, fetched) {
		l.Obstacle = foreign(fetched)
		return l, s.noteForeign(ctx, fetched)
	}
	m, member, err := s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	signedUp := !errs.Is(err, errs.NotFound)
	if err != nil && signedUp {
		return Landing{}, err
	}
	l.Tenant = m.Tenant
	if known.Bound() && known.TenantID != l.Tenant.ID {
		return Landing{}, errs.New(errs.Forbidden, "bound_elsewhere",
			"This subscription belongs to another organization, or to one that was removed. Buy a plan again for yours.")
	}
	l.InForce = known.Bound() && known.UsersAtPurchase > 0
	switch {
	case known.Status == Cancelled || fetched.Status == Cancelled || fetched.Status == "":
		return l, nil
	case known.Bound() && (fetched.Status == Pending || known.Status == Pending):
		l.Step, l.Obstacle = known.awaited(fetched)
		return l, nil
	case known.Bound():
		return l, nil
	}
	if l.Obstacle, err = s.obstacle(ctx, p, l, m, member, signedUp); err != nil || l.Obstacle != nil {
		return l, err
	}
	l.Step = StepUpgrade
	if !signedUp {
		l.Step = StepSignUp
	}
	return l, nil
}

// awaited says how far the activation of a bound subscription is.
func (s Subscription) awaited(fetched Fetched) (Step, *errs.Error) {
	switch {
	case s.Status != Pending || fetched.Status != Pending:
		return StepActivating, nil
	case s.Obstacle == activationRefused:
		return StepNone, errs.New(errs.Conflict, activationRefused,
			"The Azure Marketplace does not activate this subscription. Nothing is billed until it does. "+
				"We have been told, and it is tried again by itself.")
	case s.Sync.ActivatedAt.IsZero():
		return StepQueued, nil
	default:
		return StepActivating, nil
	}
}

// obstacle says why the person's organization can't take a free subscription.
func (s *Service) obstacle(ctx context.Context, p tenant.Person, l Landing, m tenant.Member, member, signedUp bool) (*errs.Error, error) {
	if l.Plan.ID == "" {
		return errs.New(errs.Conflict, "plan_unknown", "This plan is not known here yet. Nothing was activated; please contact us."), nil
	}
	if l.Subscription.Status == Suspended {
		return suspended(), nil
	}
	if !signedUp {
		return nil, nil
	}
	bought := p.ObjectID == l.Subscription.Purchaser.ObjectID || p.ObjectID == l.Subscription.Beneficiary.ObjectID
	if mayTake := bought || (member && leads(m)); !mayTake {
		return errs.Newf(errs.Forbidden, "role_required",
			"Only the buyer or a super admin of %s can give it this subscription. Ask %s.", m.Tenant.Name, m.Tenant.AdminEmail), nil
	}
	if err := s.mayClaim(ctx, m.Tenant, l.Subscription.ID); err != nil {
		if obstacle, ok := errors.AsType[*errs.Error](err); ok && obstacle.Kind == errs.Conflict {
			return obstacle, nil
		}
		return nil, err
	}
	if limit := l.Plan.SeatsFor(l.Subscription.Quantity); limit > 0 {
		taken, err := s.store.CountSeats(ctx, m.Tenant.ID)
		if err != nil {
			return nil, err
		}
		if taken > limit {
			return errs.Newf(errs.Conflict, "seats_in_use",
				"%d people are active or invited, but %d seats were bought. Buy more seats, or deactivate somebody.", taken, limit), nil
		}
	}
	return nil, nil
}

// TakeRequest gives a subscription to the person's organization.
type TakeRequest struct {
	Token  string
	SignUp tenant.SignUpRequest // used when the organization is new
}

// Take binds the subscription of a landing page's token to the tenant of the person's directory. A new organization
// signs up, and a waiting subscription is activated. Taking it again changes nothing. The tenant's plan changes when
// the subscription is in force, which may be later, since Microsoft decides when it activates. errs.RuleBroken,
// sign_up_missing, when the organization is new and the request does not name it. Errors of the sign-up have pointers
// into it.
func (s *Service) Take(ctx context.Context, p tenant.Person, request TakeRequest) (Landing, error) {
	l, err := s.Resolve(ctx, p, request.Token)
	if err != nil {
		return Landing{}, err
	}
	if l.Obstacle != nil {
		return Landing{}, l.Obstacle
	}
	switch l.Step {
	case StepSignUp:
		if request.SignUp == (tenant.SignUpRequest{}) {
			return Landing{}, errs.New(errs.RuleBroken, "sign_up_missing",
				"Your organization is new here: it has to sign up to take the subscription.").
				WithField("", "missing", "is needed for a new organization")
		}
		m, err := s.signUp(ctx, p, request.SignUp)
		if err != nil {
			return Landing{}, err
		}
		l.Tenant = m.Tenant
	case StepUpgrade, StepActivating:
	default:
		return l, nil
	}
	if err := s.bind(ctx, l); err != nil {
		return Landing{}, err
	}
	// From here on the jobs follow the subscription, even if this process ends now.
	if err := s.refresh(ctx, l.Subscription.ID, Event{}); err != nil && !errs.Is(err, errs.Unavailable) {
		return Landing{}, err
	}
	return s.again(ctx, p, l)
}

// signUp signs a buyer's organization up. When the same person has just done so, by the other of two clicks on one form,
// it gives what that has made.
func (s *Service) signUp(ctx context.Context, p tenant.Person, request tenant.SignUpRequest) (tenant.Member, error) {
	m, err := s.tenants.SignUp(ctx, p, request)
	if errs.CodeOf(err) != "directory_taken" {
		return m, err
	}
	first, ok, readErr := s.store.Member(ctx, p.DirectoryID, p.ObjectID)
	if readErr != nil {
		return tenant.Member{}, readErr
	}
	if ok && leads(first) {
		return first, nil
	}
	return tenant.Member{}, err
}

// leads says whether somebody may give their organization a subscription that others have bought.
func leads(m tenant.Member) bool {
	return m.User.Status == tenant.UserActive && m.User.Role == tenant.RoleSuperAdmin
}

// bind gives the landing's subscription to its tenant. When another tab or another organization was first, the answer
// says so.
func (s *Service) bind(ctx context.Context, l Landing) error {
	return s.retryOnConflict(ctx, l.Subscription.ID, func(known Subscription) error {
		if known.Bound() {
			return nil
		}
		observed := l.Subscription
		if known.Revision > 0 {
			var err error // the stored subscription may be newer than the resolved one
			if observed, err = s.api.Subscription(ctx, known.ID); err != nil {
				return notYet(err)
			}
		}
		decision, err := s.settle(ctx, known, observed, Event{Kind: Claim, TenantID: l.Tenant.ID})
		if err == nil && decision.Refusal != nil {
			err = decision.Refusal
		}
		return err
	})
}

// again is the landing after something was done.
func (s *Service) again(ctx context.Context, p tenant.Person, l Landing) (Landing, error) {
	fetched, err := s.api.Subscription(ctx, l.Subscription.ID)
	if err != nil {
		fetched = l.Subscription // it has been bound; Microsoft's progress can be asked for later
	}
	return s.land(ctx, p, fetched)
}

// Current is the tenant's subscription; ok is false when it has none. Admins only. While it is being activated,
// Microsoft is asked for its state, if it answers.
func (s *Service) Current(ctx context.Context, m tenant.Member) (current Subscription, ok bool, err error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return Subscription{}, false, err
	}
	current, ok, err = s.store.TenantSubscription(ctx, m.Tenant.ID)
	if err != nil || !ok || current.Status != Pending {
		return current, ok, err
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if err := s.refresh(asking, current.ID, Event{}); err != nil {
		return current, true, nil // what is stored is still true, and the job asks again
	}
	return s.store.TenantSubscription(ctx, m.Tenant.ID)
}

// askTime is how long a person who looks at a subscription waits for Microsoft.
const askTime = 3 * time.Second

func suspended() *errs.Error {
	return errs.New(errs.Conflict, "subscription_suspended",
		"This subscription is suspended: a payment is missing. Correct it in the Azure Marketplace first.")
}

func notTheBuyer() error {
	return errs.New(errs.Forbidden, "not_the_buyer",
		"This subscription was bought by and for other organizations than yours. Sign in with the account that bought it.")
}

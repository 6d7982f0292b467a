package sandbox

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// The states of a subscription, as saasSubscriptionStatus spells them.
const (
	SubscriptionPending      = "PendingFulfillmentStart"
	SubscriptionSubscribed   = "Subscribed"
	SubscriptionSuspended    = "Suspended"
	SubscriptionUnsubscribed = "Unsubscribed"
)

// MarketplaceSubscription is one purchase. Instants are UTC.
type MarketplaceSubscription struct {
	ID          string           `json:"id"` // GUID
	Name        string           `json:"name"`
	OfferID     string           `json:"offer_id"`
	PlanID      string           `json:"plan_id"`
	Quantity    int              `json:"quantity"` // seats; 0 for a plan without
	Status      string           `json:"status"`
	Purchaser   MarketplaceParty `json:"purchaser"`
	Beneficiary MarketplaceParty `json:"beneficiary"`
	Created     time.Time        `json:"created"`
	// Start is the first day of the first term; Renewals tells how many terms have passed since.
	Start    time.Time `json:"start"`
	Renewals int       `json:"renewals"`
	TermUnit string    `json:"term_unit"` // as in Purchase
	// RenewalOff says that the subscription ends with its term.
	RenewalOff bool `json:"renewal_off"`
	FreeTrial  bool `json:"free_trial"` // until it is renewed
	// DryRun marks a purchase in Microsoft's test mode.
	DryRun bool `json:"dry_run"`
	// Activations is how often the publisher has called activate.
	Activations int       `json:"activations"`
	ActivateAt  time.Time `json:"activate_at,omitzero"`
	EndedAt     time.Time `json:"ended_at,omitzero"` // when it was cancelled
	// PlanIDs are all plans it has had: usage of an earlier one may be late.
	PlanIDs []string `json:"plan_ids"`
}

// MarketplaceParty is who bought a subscription or who uses it.
type MarketplaceParty struct {
	Email       string `json:"email"`
	ObjectID    string `json:"object_id"`
	DirectoryID string `json:"directory_id"`
}

// csp tells whether the subscription was bought through a Cloud Solution Provider, who alone may change it.
func (s *MarketplaceSubscription) csp() bool {
	return s.Purchaser.DirectoryID != s.Beneficiary.DirectoryID
}

// Term returns the first and the last day of the current term.
func (s *MarketplaceSubscription) Term() (first, last time.Time) {
	months := s.term().Months
	return addMonths(s.Start, s.Renewals*months), addMonths(s.Start, (s.Renewals+1)*months).AddDate(0, 0, -1)
}

// term returns how long a term is.
func (s *MarketplaceSubscription) term() marketplaceTerm {
	term, _ := findTerm(s.TermUnit) // there is one: it was bought for it
	return term
}

// inForce tells whether the beneficiary's organization has the subscription, or is about to.
func (s *MarketplaceSubscription) inForce() bool {
	return s.Status == SubscriptionSubscribed || s.Status == SubscriptionSuspended || !s.ActivateAt.IsZero()
}

// addMonths goes to the month's last day where the month is too short.
func addMonths(day time.Time, months int) time.Time {
	firstOf := time.Date(day.Year(), day.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	lastOf := firstOf.AddDate(0, 1, -1)
	return firstOf.AddDate(0, 0, min(day.Day(), lastOf.Day())-1)
}

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// Purchase says what is bought, by whom and for whom.
type Purchase struct {
	// Purchaser and Beneficiary are principal names; an empty Beneficiary is the purchaser. Where their
	// directories differ the purchase is a Cloud Solution Provider's.
	Purchaser   string `json:"purchaser"`
	Beneficiary string `json:"beneficiary"`
	OfferID     string `json:"offer_id"`
	PlanID      string `json:"plan_id"`
	Quantity    int    `json:"quantity"` // seats; 0 for a plan without
	// AutoActivation makes the subscription active at once and announces it by a Subscribe webhook. Otherwise
	// the publisher hears of it when the buyer opens the landing page.
	AutoActivation bool `json:"auto_activation"`
	// TermUnit is P1M, P1Y, P18M or P3Y; empty is P1M.
	TermUnit string `json:"term_unit"`
	// RenewalOff lets the subscription end with its first term.
	RenewalOff bool `json:"renewal_off"`
	// FreeTrial makes the first term free, with a plan that is not metered.
	FreeTrial bool `json:"free_trial"`
	// DryRun buys in Microsoft's test mode: isTest, sessionMode DryRun and, through a Cloud Solution Provider,
	// sandboxType Csp.
	DryRun bool `json:"dry_run"`
}

// Buy returns the id of a new subscription.
func (m *Marketplace) Buy(p Purchase) (string, error) {
	s, err := m.newSubscription(newGUID(), p)
	if err != nil {
		return "", err
	}
	err = m.do(func() error {
		s.Created, s.Start = m.now(), dayOf(m.now())
		m.state.Subscriptions = append(m.state.Subscriptions, s)
		if p.AutoActivation {
			s.Status = SubscriptionSubscribed
			m.notify(s, "Subscribe")
		}
		return nil
	})
	return s.ID, err
}

func (m *Marketplace) newSubscription(id string, p Purchase) (*MarketplaceSubscription, error) {
	if p.Beneficiary == "" {
		p.Beneficiary = p.Purchaser
	}
	purchaser, err := m.party(p.Purchaser)
	if err != nil {
		return nil, err
	}
	beneficiary, err := m.party(p.Beneficiary)
	if err != nil {
		return nil, err
	}
	plan, ok := findPlan(p.OfferID, p.PlanID)
	if !ok {
		return nil, errors.New("sandbox: there is no such plan")
	}
	if !plan.fits(p.Quantity) {
		return nil, errors.New("sandbox: the plan can't be bought with this quantity")
	}
	term, ok := findTerm(p.TermUnit)
	if !ok {
		return nil, errors.New("sandbox: the plan is not sold for this term")
	}
	if p.FreeTrial && !plan.hasFreeTrial() {
		return nil, errors.New("sandbox: the plan has no free trial")
	}
	return &MarketplaceSubscription{
		ID: id, Name: findOffer(p.OfferID).Name, OfferID: p.OfferID, PlanID: p.PlanID, Quantity: p.Quantity,
		Status: SubscriptionPending, Purchaser: purchaser, Beneficiary: beneficiary, PlanIDs: []string{p.PlanID},
		TermUnit: term.Unit, RenewalOff: p.RenewalOff, FreeTrial: p.FreeTrial, DryRun: p.DryRun,
	}, nil
}

func (m *Marketplace) party(userPrincipalName string) (MarketplaceParty, error) {
	for _, person := range m.config.Entra.people {
		if strings.EqualFold(person.UserPrincipalName, userPrincipalName) {
			return MarketplaceParty{person.Email, person.ObjectID, person.DirectoryID}, nil
		}
	}
	return MarketplaceParty{}, errors.New("sandbox: there is no such person")
}

// SeedSubscription is a subscription that is there from the beginning.
type SeedSubscription struct {
	ID                     string // GUID
	Purchaser, Beneficiary string // principal names, as in Purchase
	OfferID, PlanID        string
	Quantity               int
	Start                  time.Time
}

// Seed adds a subscription that has been active since its start, unless there is one with its id. It sends no
// webhook.
func (m *Marketplace) Seed(seed SeedSubscription) (string, error) {
	if seed.ID == "" {
		return "", errors.New("sandbox: a subscription that is there from the beginning needs an id")
	}
	s, err := m.newSubscription(seed.ID, Purchase{
		Purchaser: seed.Purchaser, Beneficiary: seed.Beneficiary,
		OfferID: seed.OfferID, PlanID: seed.PlanID, Quantity: seed.Quantity,
	})
	if err != nil {
		return "", err
	}
	err = m.do(func() error {
		if _, err := m.subscription(seed.ID); err == nil {
			return nil
		}
		s.Status, s.Created, s.Start = SubscriptionSubscribed, seed.Start.UTC(), dayOf(seed.Start)
		for !addMonths(s.Start, s.Renewals+1).After(m.now()) {
			s.Renewals++
		}
		m.state.Subscriptions = append(m.state.Subscriptions, s)
		return nil
	})
	return s.ID, err
}

// Subscription returns a copy of the subscription as it is.
func (m *Marketplace) Subscription(id string) (MarketplaceSubscription, error) {
	var copied MarketplaceSubscription
	err := m.withSubscription(id, func(s *MarketplaceSubscription) error {
		copied = *s
		copied.PlanIDs = slices.Clone(s.PlanIDs)
		return nil
	})
	return copied, err
}

// ChangePlan asks for another plan as a customer does, and returns the operation's id. The plan changes when the
// publisher has accepted.
func (m *Marketplace) ChangePlan(id, planID string) (operationID string, err error) {
	return m.customerChange(id, actionChangePlan, func(op *operation) { op.PlanID = planID })
}

// ChangeQuantity is ChangePlan for the number of seats.
func (m *Marketplace) ChangeQuantity(id string, quantity int) (operationID string, err error) {
	return m.customerChange(id, actionChangeQuantity, func(op *operation) { op.Quantity = quantity })
}

// Reinstate asks to make a suspended subscription active again, and returns the operation's id. It stays
// suspended until the publisher has answered.
func (m *Marketplace) Reinstate(id string) (operationID string, err error) {
	return m.customerChange(id, actionReinstate, func(*operation) {})
}

func (m *Marketplace) customerChange(id, action string, change func(*operation)) (operationID string, err error) {
	err = m.withSubscription(id, func(s *MarketplaceSubscription) error {
		op := m.newOperation(s, action, sourceAzure)
		change(op)
		if err := m.startChange(s, op); err != nil {
			return err
		}
		operationID = op.ID
		return nil
	})
	return operationID, err
}

// Suspend stops a subscription, as when a payment fails.
func (m *Marketplace) Suspend(id string) error {
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		if s.Status != SubscriptionSubscribed {
			return badRequest("Only an active subscription can be suspended.")
		}
		s.Status = SubscriptionSuspended
		m.notify(s, "Suspend")
		return nil
	})
}

// Renew begins the subscription's next term, which is no free trial.
func (m *Marketplace) Renew(id string) error {
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		if s.Status != SubscriptionSubscribed || s.RenewalOff {
			return badRequest("Only an active subscription whose renewal is on renews.")
		}
		s.Renewals++
		s.FreeTrial = false
		m.notify(s, "Renew")
		if m.settings.SubscribeWithRenew {
			m.notify(s, "Subscribe")
		}
		return nil
	})
}

// SetRenewal switches whether the subscription is renewed when its term ends, of which no webhook tells.
func (m *Marketplace) SetRenewal(id string, on bool) error {
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		if s.Status == SubscriptionUnsubscribed {
			return badRequest("The subscription is cancelled already.")
		}
		s.RenewalOff = !on
		return nil
	})
}

// EndTerm cancels a subscription that is not renewed, as Microsoft does when its term is over.
func (m *Marketplace) EndTerm(id string) error {
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		if s.Status != SubscriptionSubscribed || !s.RenewalOff {
			return badRequest("Only an active subscription whose renewal is off ends with its term.")
		}
		m.cancel(s)
		return nil
	})
}

// Lapse cancels a subscription as Microsoft does after 30 days in which nobody has paid for a suspended one, or
// configured a new one.
func (m *Marketplace) Lapse(id string) error {
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		waits := s.Status == SubscriptionPending && s.ActivateAt.IsZero()
		if s.Status != SubscriptionSuspended && !waits {
			return badRequest("Only a suspended subscription, or one that waits to be configured, lapses.")
		}
		m.cancel(s)
		return nil
	})
}

// Cancel ends a subscription as the customer, or Microsoft for want of payment, does.
func (m *Marketplace) Cancel(id string) error {
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		if s.Status == SubscriptionUnsubscribed {
			return badRequest("The subscription is cancelled already.")
		}
		m.cancel(s)
		return nil
	})
}

// cancel ends a subscription and tells the publisher.
func (m *Marketplace) cancel(s *MarketplaceSubscription) {
	m.unsubscribe(s)
	m.notify(s, actionUnsubscribe)
}

// unsubscribe ends a subscription, and with it every change that waits.
func (m *Marketplace) unsubscribe(s *MarketplaceSubscription) {
	s.Status, s.EndedAt, s.ActivateAt = SubscriptionUnsubscribed, m.now(), time.Time{}
	for _, op := range m.state.Operations {
		if op.SubscriptionID == s.ID && op.pending() {
			op.end(statusConflict)
		}
	}
}

// Transfer gives the subscription to other people, who are named as in Purchase.
func (m *Marketplace) Transfer(id, purchaserName, beneficiaryName string) error {
	purchaser, err := m.party(purchaserName)
	if err != nil {
		return err
	}
	beneficiary, err := m.party(beneficiaryName)
	if err != nil {
		return err
	}
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		s.Purchaser, s.Beneficiary = purchaser, beneficiary
		m.notify(s, "Transfer")
		return nil
	})
}

// Notify sends a webhook of any action, also one nobody knows, about a subscription that stays as it is.
func (m *Marketplace) Notify(id, action string) error {
	if action == "" {
		return errors.New("sandbox: a webhook needs an action")
	}
	return m.withSubscription(id, func(s *MarketplaceSubscription) error {
		m.notify(s, action)
		return nil
	})
}

func (m *Marketplace) finishActivation(s *MarketplaceSubscription) {
	if m.settings.FailActivation {
		m.cancel(s)
		return
	}
	s.Status, s.Start, s.ActivateAt = SubscriptionSubscribed, dayOf(s.ActivateAt), time.Time{}
}

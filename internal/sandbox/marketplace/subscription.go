package marketplace

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"timetracker/internal/sandbox/standin"
)

// The states of a subscription, as saasSubscriptionStatus spells them.
const (
	SubscriptionPending      = "PendingFulfillmentStart"
	SubscriptionSubscribed   = "Subscribed"
	SubscriptionSuspended    = "Suspended"
	SubscriptionUnsubscribed = "Unsubscribed"
)

// Subscription is one purchase. Instants are UTC.
type Subscription struct {
	ID          string    `json:"id"` // GUID
	Name        string    `json:"name"`
	OfferID     string    `json:"offer_id"`
	PlanID      string    `json:"plan_id"`
	Quantity    int       `json:"quantity"` // seats; 0 for a plan without
	Status      string    `json:"status"`
	Purchaser   Party     `json:"purchaser"`
	Beneficiary Party     `json:"beneficiary"`
	Created     time.Time `json:"created"`
	// Start is the first day of the first term; Renewals is the number of terms since.
	Start    time.Time `json:"start"`
	Renewals int       `json:"renewals"`
	TermUnit string    `json:"term_unit"` // as in Purchase
	// RenewalOff says that the subscription ends with its term.
	RenewalOff bool `json:"renewal_off"`
	FreeTrial  bool `json:"free_trial"` // until it is renewed
	// DryRun marks a purchase in Microsoft's test mode.
	DryRun bool `json:"dry_run"`
	// Activations is the number of the publisher's calls to activate.
	Activations int       `json:"activations"`
	ActivateAt  time.Time `json:"activate_at,omitzero"`
	EndedAt     time.Time `json:"ended_at,omitzero"` // when it was cancelled
	// PlanIDs are all plans it has had, because usage of an earlier plan may be reported late.
	PlanIDs []string `json:"plan_ids"`
}

// Party is who bought a subscription, or who uses it.
type Party struct {
	Email       string `json:"email"`
	ObjectID    string `json:"object_id"`
	DirectoryID string `json:"directory_id"`
}

// azureSubscriptionID returns the Azure subscription that pays, of which the purchaser's directory has one.
func (s *Subscription) azureSubscriptionID() string {
	sum := sha256.Sum256([]byte("Azure subscription of " + s.Purchaser.DirectoryID))
	return standin.FormatGUID([16]byte(sum[:16]))
}

// csp tells whether the subscription was bought through a Cloud Solution Provider, who alone may change it.
func (s *Subscription) csp() bool {
	return s.Purchaser.DirectoryID != s.Beneficiary.DirectoryID
}

// Term returns the first and the last day of the current term.
func (s *Subscription) Term() (first, last time.Time) {
	months := s.term().Months
	return addMonths(s.Start, s.Renewals*months), addMonths(s.Start, (s.Renewals+1)*months).AddDate(0, 0, -1)
}

// term returns how long a term is.
func (s *Subscription) term() soldTerm {
	term, _ := findTerm(s.TermUnit) // was checked when it was bought
	return term
}

// inForce tells whether the subscription is active or suspended, or is being activated.
func (s *Subscription) inForce() bool {
	return s.Status == SubscriptionSubscribed || s.Status == SubscriptionSuspended || !s.ActivateAt.IsZero()
}

// addMonths returns the month's last day if the month is too short.
func addMonths(day time.Time, months int) time.Time {
	firstOf := time.Date(day.Year(), day.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	lastOf := firstOf.AddDate(0, 1, -1)
	return firstOf.AddDate(0, 0, min(day.Day(), lastOf.Day())-1)
}

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// Purchase says what is bought, by whom and for whom.
type Purchase struct {
	// Purchaser and Beneficiary are principal names; an empty Beneficiary is the purchaser. If their directories differ
	// the purchase is a Cloud Solution Provider's.
	Purchaser   string `json:"purchaser"`
	Beneficiary string `json:"beneficiary"`
	OfferID     string `json:"offer_id"`
	PlanID      string `json:"plan_id"`
	Quantity    int    `json:"quantity"` // seats; 0 for a plan without
	// AutoActivation makes the subscription active at once and announces it by a Subscribe webhook. Otherwise the publisher
	// learns of it when the buyer opens the landing page.
	AutoActivation bool `json:"auto_activation"`
	// TermUnit is P1M, P1Y to P5Y, or P18M by a private offer; empty is P1M.
	TermUnit string `json:"term_unit"`
	// RenewalOff lets the subscription end with its first term.
	RenewalOff bool `json:"renewal_off"`
	// FreeTrial makes the first term free, with a plan that is not metered.
	FreeTrial bool `json:"free_trial"`
	// DryRun buys in Microsoft's test mode: isTest and sessionMode DryRun, with sandboxType Csp through a Cloud Solution
	// Provider.
	DryRun bool `json:"dry_run"`
}

// Buy returns the id of a new subscription.
func (m *Server) Buy(p Purchase) (string, error) {
	s, err := m.newSubscription(standin.NewGUID(), p)
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

func (m *Server) newSubscription(id string, p Purchase) (*Subscription, error) {
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
	return &Subscription{
		ID: id, Name: findOffer(p.OfferID).Name, OfferID: p.OfferID, PlanID: p.PlanID, Quantity: p.Quantity,
		Status: SubscriptionPending, Purchaser: purchaser, Beneficiary: beneficiary, PlanIDs: []string{p.PlanID},
		TermUnit: term.Unit, RenewalOff: p.RenewalOff, FreeTrial: p.FreeTrial, DryRun: p.DryRun,
	}, nil
}

func (m *Server) party(userPrincipalName string) (Party, error) {
	person, ok := m.config.Entra.Person(userPrincipalName)
	if !ok {
		return Party{}, errors.New("sandbox: there is no such person")
	}
	return Party{person.Email, person.ObjectID, person.DirectoryID}, nil
}

// SeedSubscription is a subscription that exists from the beginning.
type SeedSubscription struct {
	ID                     string // GUID
	Purchaser, Beneficiary string // principal names, as in Purchase
	OfferID, PlanID        string
	Quantity               int
	Start                  time.Time
}

// Seed adds a subscription that has been active since its start, unless its id exists. It sends no webhook.
func (m *Server) Seed(seed SeedSubscription) (string, error) {
	if seed.ID == "" {
		return "", errors.New("sandbox: a subscription that exists from the beginning needs an id")
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
func (m *Server) Subscription(id string) (Subscription, error) {
	var copied Subscription
	err := m.withSubscription(id, func(s *Subscription) error {
		copied = *s
		copied.PlanIDs = slices.Clone(s.PlanIDs)
		return nil
	})
	return copied, err
}

// ChangePlan asks for another plan as a customer does, and returns the operation's id. The plan changes when the
// publisher has accepted it.
func (m *Server) ChangePlan(id, planID string) (operationID string, err error) {
	return m.customerChange(id, actionChangePlan, func(op *operation) { op.PlanID = planID })
}

// ChangeQuantity is ChangePlan for the number of seats.
func (m *Server) ChangeQuantity(id string, quantity int) (operationID string, err error) {
	return m.customerChange(id, actionChangeQuantity, func(op *operation) { op.Quantity = quantity })
}

// Reinstate asks to make a suspended subscription active again, and returns the operation's id. It stays
// suspended until the publisher has answered.
func (m *Server) Reinstate(id string) (operationID string, err error) {
	return m.customerChange(id, actionReinstate, func(*operation) {})
}

func (m *Server) customerChange(id, action string, change func(*operation)) (operationID string, err error) {
	err = m.withSubscription(id, func(s *Subscription) error {
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
func (m *Server) Suspend(id string) error {
	return m.withSubscription(id, func(s *Subscription) error {
		if s.Status != SubscriptionSubscribed {
			return badRequest("Only an active subscription can be suspended.")
		}
		s.Status = SubscriptionSuspended
		m.notify(s, "Suspend")
		return nil
	})
}

// Renew begins the subscription's next term, which is no free trial.
func (m *Server) Renew(id string) error {
	return m.withSubscription(id, func(s *Subscription) error {
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

// SetRenewal decides whether the subscription is renewed when its term ends. There is no webhook for it.
func (m *Server) SetRenewal(id string, on bool) error {
	return m.withSubscription(id, func(s *Subscription) error {
		if s.Status == SubscriptionUnsubscribed {
			return badRequest("The subscription is cancelled already.")
		}
		s.RenewalOff = !on
		return nil
	})
}

// EndTerm cancels a subscription that is not renewed, as Microsoft does when its term is over.
func (m *Server) EndTerm(id string) error {
	return m.withSubscription(id, func(s *Subscription) error {
		if s.Status != SubscriptionSubscribed || !s.RenewalOff {
			return badRequest("Only an active subscription whose renewal is off ends with its term.")
		}
		m.cancel(s)
		return nil
	})
}

// Lapse cancels a subscription as Microsoft does after 30 days without payment for a suspended one, or without
// configuration of a new one.
func (m *Server) Lapse(id string) error {
	return m.withSubscription(id, func(s *Subscription) error {
		waits := s.Status == SubscriptionPending && s.ActivateAt.IsZero()
		if s.Status != SubscriptionSuspended && !waits {
			return badRequest("Only a suspended subscription, or one that waits to be configured, lapses.")
		}
		m.cancel(s)
		return nil
	})
}

// Cancel ends a subscription as the customer does, or Microsoft when payment fails.
func (m *Server) Cancel(id string) error {
	return m.withSubscription(id, func(s *Subscription) error {
		if s.Status == SubscriptionUnsubscribed {
			return badRequest("The subscription is cancelled already.")
		}
		m.cancel(s)
		return nil
	})
}

// cancel ends a subscription and tells the publisher.
func (m *Server) cancel(s *Subscription) {
	m.unsubscribe(s)
	m.notify(s, actionUnsubscribe)
}

// unsubscribe ends a subscription and every pending change of it.
func (m *Server) unsubscribe(s *Subscription) {
	s.Status, s.EndedAt, s.ActivateAt = SubscriptionUnsubscribed, m.now(), time.Time{}
	for _, op := range m.state.Operations {
		if op.SubscriptionID == s.ID && op.pending() {
			op.end(statusConflict)
		}
	}
}

// Transfer gives the subscription to other people, who are named as in Purchase.
func (m *Server) Transfer(id, purchaserName, beneficiaryName string) error {
	purchaser, err := m.party(purchaserName)
	if err != nil {
		return err
	}
	beneficiary, err := m.party(beneficiaryName)
	if err != nil {
		return err
	}
	return m.withSubscription(id, func(s *Subscription) error {
		s.Purchaser, s.Beneficiary = purchaser, beneficiary
		m.notify(s, "Transfer")
		return nil
	})
}

// Notify sends a webhook of any action, also an unknown one, about a subscription that does not change.
func (m *Server) Notify(id, action string) error {
	if action == "" {
		return errors.New("sandbox: a webhook needs an action")
	}
	return m.withSubscription(id, func(s *Subscription) error {
		m.notify(s, action)
		return nil
	})
}

func (m *Server) finishActivation(s *Subscription) {
	if m.settings.FailActivation {
		m.cancel(s)
		return
	}
	s.Status, s.Start, s.ActivateAt = SubscriptionSubscribed, dayOf(s.ActivateAt), time.Time{}
}

func (m *Server) subscription(id string) (*Subscription, error) {
	at := slices.IndexFunc(m.state.Subscriptions, func(s *Subscription) bool {
		return strings.EqualFold(s.ID, id)
	})
	if at < 0 {
		return nil, errNoSubscription
	}
	return m.state.Subscriptions[at], nil
}

// withSubscription is do for a change of one subscription.
func (m *Server) withSubscription(id string, f func(s *Subscription) error) error {
	return m.do(func() error {
		s, err := m.subscription(id)
		if err != nil {
			return err
		}
		return f(s)
	})
}

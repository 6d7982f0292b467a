package marketplace

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"timetracker/internal/sandbox/standin"
)

// The actions of operations, and of the webhooks that announce them.
const (
	actionChangePlan     = "ChangePlan"
	actionChangeQuantity = "ChangeQuantity"
	actionReinstate      = "Reinstate"
	actionUnsubscribe    = "Unsubscribe"
)

// The states of an operation.
const (
	statusNotStarted = "NotStarted"
	statusInProgress = "InProgress"
	statusSucceeded  = "Succeeded"
	statusFailed     = "Failed"
	statusConflict   = "Conflict"
)

// Who started an operation.
const (
	sourceAzure   = "Azure"   // the customer, or Microsoft
	sourcePartner = "Partner" // the publisher, through the API
)

// operation is a change of a subscription that takes time.
type operation struct {
	ID             string    `json:"id"`
	ActivityID     string    `json:"activity_id"`
	SubscriptionID string    `json:"subscription_id"`
	OfferID        string    `json:"offer_id"`
	PlanID         string    `json:"plan_id"`  // after the change
	Quantity       int       `json:"quantity"` // after the change; 0 for a plan without seats
	Action         string    `json:"action"`
	Source         string    `json:"source"`
	Status         string    `json:"status"`
	CreatedAt      time.Time `json:"created_at"`
	CompleteAt     time.Time `json:"complete_at,omitzero"`
	// Accepted tells whether the webhook was answered by 200. Microsoft's service then ignores a Failure.
	Accepted     bool   `json:"accepted"`
	Reads        int    `json:"reads"`
	ErrorStatus  string `json:"error_status"`
	ErrorMessage string `json:"error_message"`
}

func (op *operation) pending() bool {
	return op.Status == statusNotStarted || op.Status == statusInProgress
}

func (op *operation) end(status string) { op.Status, op.CompleteAt = status, time.Time{} }

func (op *operation) fail(status, message string) {
	op.end(statusFailed)
	op.ErrorStatus, op.ErrorMessage = status, message
}

func (m *Server) newOperation(s *Subscription, action, source string) *operation {
	id := standin.NewGUID()
	op := &operation{
		ID: id, ActivityID: id, SubscriptionID: s.ID, OfferID: s.OfferID, PlanID: s.PlanID, Quantity: s.Quantity,
		Action: action, Source: source, Status: statusInProgress, CreatedAt: m.now(),
	}
	if source == sourcePartner {
		op.Status = statusNotStarted
	} else {
		op.ActivityID = standin.NewGUID()
	}
	return op
}

func (m *Server) pendingOperation(s *Subscription) bool {
	return slices.ContainsFunc(m.state.Operations, func(op *operation) bool {
		return op.SubscriptionID == s.ID && op.pending()
	})
}

// startChange checks a change and announces it to the publisher, who may refuse it.
func (m *Server) startChange(s *Subscription, op *operation) error {
	if m.pendingOperation(s) {
		return badRequest("Another operation is in progress.")
	}
	if op.Action == actionReinstate {
		if s.Status != SubscriptionSuspended {
			return badRequest("Only a suspended subscription can be reinstated.")
		}
		m.announce(s, op)
		return nil
	}
	plan, ok := findPlan(s.OfferID, op.PlanID)
	switch {
	case s.Status != SubscriptionSubscribed:
		return badRequest("The subscription is not in the state Subscribed.")
	case !ok:
		return badRequest("The offer has no such plan.")
	case op.PlanID == s.PlanID && op.Quantity == s.Quantity:
		return badRequest("The subscription has this plan and quantity already.")
	case !plan.fits(op.Quantity):
		return badRequest("The quantity is not within the limits of the plan.")
	}
	m.announce(s, op)
	return nil
}

func (m *Server) announce(s *Subscription, op *operation) {
	m.state.Operations = append(m.state.Operations, op)
	m.enqueue(s, op)
}

// complete applies a change that was not refused, unless the subscription's state no longer allows it.
func (m *Server) complete(op *operation) {
	s, err := m.subscription(op.SubscriptionID)
	if err != nil {
		op.end(statusConflict)
		return
	}
	switch {
	case op.Action == actionUnsubscribe:
		op.end(statusSucceeded)
		m.unsubscribe(s)
		m.enqueue(s, op)
		return
	case op.Action == actionReinstate && s.Status == SubscriptionSuspended:
		s.Status = SubscriptionSubscribed
	case op.Action != actionReinstate && s.Status == SubscriptionSubscribed:
		s.PlanID, s.Quantity = op.PlanID, op.Quantity
		if !slices.Contains(s.PlanIDs, s.PlanID) {
			s.PlanIDs = append(s.PlanIDs, s.PlanID)
		}
	default:
		op.end(statusConflict)
		return
	}
	op.end(statusSucceeded)
}

func (m *Server) operation(s *Subscription, id string) (*operation, error) {
	at := slices.IndexFunc(m.state.Operations, func(op *operation) bool {
		return op.SubscriptionID == s.ID && strings.EqualFold(op.ID, id)
	})
	if at < 0 {
		return nil, m.errNoOperation()
	}
	return m.state.Operations[at], nil
}

// canBeRead counts a read of the operation and tells whether it is found. The first reads may find nothing.
func (m *Server) canBeRead(op *operation) bool {
	op.Reads++
	return op.Reads > m.settings.OperationMissingFor
}

func (m *Server) errNoOperation() error {
	status := http.StatusNotFound
	if m.settings.MissingOperationIs400 {
		status = http.StatusBadRequest
	}
	return &apiError{status, "NotFound", "There is no such operation."}
}

// acknowledge applies the publisher's answer to an operation.
func (m *Server) acknowledge(op *operation, success bool) error {
	newer := func(other *operation) bool {
		return other.SubscriptionID == op.SubscriptionID && other.Status == statusSucceeded &&
			other.CreatedAt.After(op.CreatedAt)
	}
	switch {
	case m.settings.PublisherPatchFails && op.Source == sourcePartner:
		return &apiError{http.StatusInternalServerError, "InternalServerError", "An error has occurred."}
	case slices.ContainsFunc(m.state.Operations, newer), op.Status == statusConflict,
		op.Status == statusFailed && success:
		return &apiError{http.StatusConflict, "Conflict", "A newer update is already fulfilled."}
	case op.pending() && success:
		m.complete(op)
	case op.pending() && !op.Accepted:
		op.fail("", "The publisher has refused the change.")
	}
	return nil
}

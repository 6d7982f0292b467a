package marketplace

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/sandbox/standin"
)

const (
	apiVersion = "2018-08-31"
	// Addresses in answers have another host than the one called, as in all recordings of the service.
	otherHost = "https://main.prod.marketplaceapi.example"
	// unusableTime is the value of lastModified in all recordings.
	unusableTime = "0001-01-01T00:00:00"
)

// apiError is an error as the Marketplace's APIs answer it.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return e.message }

var (
	errForbidden      = &apiError{http.StatusForbidden, "Forbidden", "The caller is not authorized."}
	errNoSubscription = &apiError{http.StatusNotFound, "NotFound", "There is no such subscription."}
)

func badRequest(message string) *apiError {
	return &apiError{http.StatusBadRequest, "BadArgument", message}
}

func writeAPIError(w http.ResponseWriter, err *apiError) {
	standin.WriteJSON(w, err.status, map[string]string{"code": err.code, "message": err.message})
}

// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api and
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-operations-api
func (m *Server) fulfillmentRoutes() {
	const subscriptions = "/api/saas/subscriptions"
	for pattern, handler := range map[string]apiHandler{
		"POST " + subscriptions + "/resolve":                      m.resolve,
		"GET " + subscriptions:                                    m.listSubscriptions,
		"GET " + subscriptions + "/{$}":                           m.listSubscriptions, // as in Microsoft's OpenAPI document
		"GET " + subscriptions + "/{id}":                          m.getSubscription,
		"POST " + subscriptions + "/{id}/activate":                m.activate,
		"GET " + subscriptions + "/{id}/listAvailablePlans":       m.listAvailablePlans,
		"PATCH " + subscriptions + "/{id}":                        m.changeSubscription,
		"DELETE " + subscriptions + "/{id}":                       m.deleteSubscription,
		"GET " + subscriptions + "/{id}/operations":               m.listOperations,
		"GET " + subscriptions + "/{id}/operations/{operation}":   m.getOperation,
		"PATCH " + subscriptions + "/{id}/operations/{operation}": m.patchOperation,
	} {
		m.mux.HandleFunc(pattern, m.api(FulfillmentService, handler))
	}
}

type apiHandler func(w http.ResponseWriter, r *http.Request) error

// api adds what all calls of a service have in common: request ids, faults, and the caller's token.
func (m *Server) api(service string, handler apiHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"X-Ms-Requestid", "X-Ms-Correlationid"} {
			w.Header().Set(name, cmp.Or(r.Header.Get(name), standin.NewGUID()))
		}
		if m.answeredByFault(w, r, service) {
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, standin.MaxBody)
		err := m.checkCall(r)
		if err == nil {
			err = handler(w, r)
		}
		var apiErr *apiError
		switch {
		case err == nil:
		case errors.As(err, &apiErr):
			writeAPIError(w, apiErr)
		default:
			writeAPIError(w, &apiError{http.StatusInternalServerError, "InternalServerError", "An error has occurred."})
		}
	}
}

func (m *Server) checkCall(r *http.Request) error {
	if !m.calledByPublisher(r) {
		return errForbidden
	}
	if r.URL.Query().Get("api-version") != apiVersion {
		return badRequest("The api-version must be " + apiVersion + ".")
	}
	return nil
}

// readBody decodes a JSON object. Like Microsoft's service it ignores unknown members.
func readBody(r *http.Request, into any) error {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		return badRequest("The body is not the JSON object it should be.")
	}
	return nil
}

func (m *Server) resolve(w http.ResponseWriter, r *http.Request) error {
	var body map[string]any
	err := m.do(func() error {
		given := r.Header.Get("X-Ms-Marketplace-Token")
		at := slices.IndexFunc(m.state.Tokens, func(t landingToken) bool { return t.Token == given })
		if at < 0 {
			return badRequest("The token is missing, malformed or expired.")
		}
		s, err := m.subscription(m.state.Tokens[at].SubscriptionID)
		if err != nil {
			return err
		}
		body = map[string]any{
			"id": s.ID, "subscriptionName": s.Name, "offerId": s.OfferID, "planId": s.PlanID,
			"subscription": m.subscriptionBody(s),
		}
		m.addQuantity(body, s.Quantity)
		m.addExtra(body)
		return nil
	})
	return answer(w, body, err)
}

// answer writes a body, or returns the error for the caller to write.
func answer(w http.ResponseWriter, body any, err error) error {
	if err == nil {
		standin.WriteJSON(w, http.StatusOK, body)
	}
	return err
}

func (m *Server) activate(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		PlanID string `json:"planId"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		s.Activations++
		switch {
		case s.Status == SubscriptionUnsubscribed:
			return errNoSubscription
		case s.Status == SubscriptionSuspended:
			return badRequest("The subscription is suspended.")
		case body.PlanID != s.PlanID:
			return badRequest("The planId is not the one that was bought.")
		case s.Status == SubscriptionPending && s.ActivateAt.IsZero():
			s.ActivateAt = m.now().Add(m.config.ActivationDelay)
			m.settle()
		}
		return nil
	})
	if err == nil {
		w.WriteHeader(http.StatusOK)
	}
	return err
}

func (m *Server) listSubscriptions(w http.ResponseWriter, r *http.Request) error {
	position, err := parseContinuation(r.URL.Query().Get("continuationToken"))
	if err != nil {
		return err
	}
	bodies := []map[string]any{}
	more := false
	err = m.do(func() error {
		all := m.state.Subscriptions
		if position > len(all) {
			return badRequest("The continuationToken is not valid.")
		}
		end := min(position+m.settings.PageSize, len(all))
		more = end < len(all)
		for _, s := range all[position:end] {
			bodies = append(bodies, m.subscriptionBody(s))
		}
		position = end
		return nil
	})
	if err != nil {
		return err
	}
	if len(bodies) == 0 {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	page := map[string]any{"subscriptions": bodies}
	if more {
		page["@nextLink"] = otherHostAddress("/api/saas/subscriptions/", "continuationToken", continuation(position))
	}
	return answer(w, page, nil)
}

// continuation returns a token for the rest of a list. It has characters that an address must escape.
func continuation(position int) string {
	return base64.StdEncoding.EncodeToString([]byte("[{\"position\":" + strconv.Itoa(position) + "}]~~>?"))
}

func parseContinuation(token string) (position int, err error) {
	if token == "" {
		return 0, nil
	}
	content, err := base64.StdEncoding.DecodeString(token)
	var steps []struct {
		Position int `json:"position"`
	}
	if err == nil {
		err = json.Unmarshal(content[:max(0, len(content)-len("~~>?"))], &steps)
	}
	if err != nil || len(steps) != 1 || steps[0].Position < 0 {
		return 0, badRequest("The continuationToken is not valid.")
	}
	return steps[0].Position, nil
}

func otherHostAddress(path string, parameters ...string) string {
	query := url.Values{"api-version": {apiVersion}}
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	return otherHost + path + "?" + query.Encode()
}

func (m *Server) getSubscription(w http.ResponseWriter, r *http.Request) error {
	var body map[string]any
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		body = m.subscriptionBody(s)
		return nil
	})
	return answer(w, body, err)
}

func (m *Server) listAvailablePlans(w http.ResponseWriter, r *http.Request) error {
	plans := []map[string]any{}
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		if s.Status == SubscriptionUnsubscribed {
			return errForbidden
		}
		only := r.URL.Query().Get("planId")
		for _, plan := range findOffer(s.OfferID).Plans {
			if only == "" || only == plan.ID {
				plans = append(plans, planBody(plan, only != ""))
			}
		}
		return nil
	})
	return answer(w, map[string]any{"plans": plans}, err)
}

func planBody(plan publishedPlan, withSource bool) map[string]any {
	cents := plan.BaseCents
	if plan.perSeat() {
		cents = plan.RateCents
	}
	terms := []map[string]any{}
	for _, term := range soldTerms() {
		if term.Private {
			continue
		}
		sold := map[string]any{"currency": "USD", "price": dollars(cents * term.Months), "termUnit": term.Unit}
		if plan.Dimension != "" {
			sold["meteredQuantityIncluded"] = []map[string]any{
				{"dimensionId": plan.Dimension, "units": strconv.Itoa(plan.Included)},
			}
		}
		terms = append(terms, sold)
	}
	dimensions := []map[string]any{}
	if plan.Dimension != "" {
		dimensions = append(dimensions, map[string]any{
			"id": plan.Dimension, "currency": "USD", "pricePerUnit": dollars(plan.RateCents),
			"unitOfMeasure": "user", "displayName": "Active user",
		})
	}
	body := map[string]any{
		"planId": plan.ID, "displayName": plan.Name, "description": "", "market": "US",
		"isPrivate": false, "hasFreeTrials": plan.hasFreeTrial(), "isStopSell": false, "isPricePerSeat": plan.perSeat(),
		"planComponents": map[string]any{
			"recurrentBillingTerms": terms, "meteringDimensions": dimensions,
		},
	}
	if plan.perSeat() {
		body["minQuantity"], body["maxQuantity"] = plan.MinSeats, plan.MaxSeats
	}
	if withSource {
		body["sourceOffers"] = []any{}
	}
	return body
}

func dollars(cents int) float64 { return float64(cents) / 100 }

// changeSubscription starts a change on the publisher's behalf. The publisher must have the customer's approval.
func (m *Server) changeSubscription(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		PlanID   *string `json:"planId"`
		Quantity *int    `json:"quantity"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if (body.PlanID == nil) == (body.Quantity == nil) {
		return badRequest("Either planId or quantity must be given.")
	}
	var op *operation
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		if s.csp() {
			return badRequest("Update is not among the operations the customer is allowed.")
		}
		if body.PlanID != nil {
			op = m.newOperation(s, actionChangePlan, sourcePartner)
			op.PlanID = *body.PlanID
		} else {
			op = m.newOperation(s, actionChangeQuantity, sourcePartner)
			op.Quantity = *body.Quantity
		}
		return m.startChange(s, op)
	})
	return answerAccepted(w, op, err)
}

func (m *Server) deleteSubscription(w http.ResponseWriter, r *http.Request) error {
	var op *operation
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		switch {
		case s.csp():
			return badRequest("Delete is not among the operations the customer is allowed.")
		case s.Status == SubscriptionUnsubscribed:
			return badRequest("The subscription is cancelled already.")
		case m.pendingOperation(s):
			return &apiError{http.StatusConflict, "Conflict", "Another operation is in progress."}
		}
		op = m.newOperation(s, actionUnsubscribe, sourcePartner)
		op.CompleteAt = m.now().Add(m.config.OperationDelay)
		m.state.Operations = append(m.state.Operations, op)
		return nil
	})
	return answerAccepted(w, op, err)
}

func answerAccepted(w http.ResponseWriter, op *operation, err error) error {
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Operation-Location",
		otherHostAddress("/api/saas/subscriptions/"+op.SubscriptionID+"/operations/"+op.ID))
	header.Set("Operation-Id", op.ID)
	header.Set("Retry-After", "10")
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (m *Server) listOperations(w http.ResponseWriter, r *http.Request) error {
	pending := []map[string]any{}
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		for _, op := range m.state.Operations {
			if op.SubscriptionID == s.ID && op.pending() && m.canBeRead(op) {
				pending = append(pending, m.operationBody(op))
			}
		}
		if len(pending) == 0 && m.settings.NoOperationsIs404 {
			return m.errNoOperation()
		}
		return nil
	})
	return answer(w, map[string]any{"operations": pending}, err)
}

func (m *Server) getOperation(w http.ResponseWriter, r *http.Request) error {
	var body map[string]any
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		op, err := m.operation(s, r.PathValue("operation"))
		if err != nil {
			return err
		}
		if !m.canBeRead(op) {
			return m.errNoOperation()
		}
		body = m.operationBody(op)
		return nil
	})
	return answer(w, body, err)
}

func (m *Server) patchOperation(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Status string `json:"status"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Status != "Success" && body.Status != "Failure" {
		return badRequest("The status must be Success or Failure.")
	}
	err := m.withSubscription(r.PathValue("id"), func(s *Subscription) error {
		op, err := m.operation(s, r.PathValue("operation"))
		if err != nil {
			return err
		}
		return m.acknowledge(op, body.Status == "Success")
	})
	if err == nil {
		w.WriteHeader(http.StatusOK)
	}
	return err
}

// subscriptionBody returns a subscription in the form of the API and the webhooks.
func (m *Server) subscriptionBody(s *Subscription) map[string]any {
	term := map[string]any{"termUnit": s.term().Unit}
	ended := s.Status == SubscriptionPending || s.Status == SubscriptionUnsubscribed
	if !m.settings.TermUnitOnly || !ended {
		first, last := s.Term()
		term["startDate"], term["endDate"] = first.Format(time.RFC3339), last.Format(time.RFC3339)
		term["chargeDuration"] = nil
	}
	allowed := []string{"Delete", "Update", "Read"}
	if s.csp() {
		allowed = []string{"Read"}
	}
	sandboxType, sessionMode := "None", "None"
	if s.DryRun {
		sessionMode = "DryRun"
		if s.csp() {
			sandboxType = "Csp"
		}
	}
	body := map[string]any{
		"id": s.ID, "publisherId": publisherID, "offerId": s.OfferID, "name": s.Name,
		"saasSubscriptionStatus": m.status(s.Status),
		"purchaser":              s.Purchaser.body(),
		"beneficiary":            s.Beneficiary.body(),
		"planId":                 s.PlanID, "term": term, "autoRenew": !s.RenewalOff, "isTest": s.DryRun, "isFreeTrial": s.FreeTrial,
		"allowedCustomerOperations": allowed, "sandboxType": sandboxType, "sessionMode": sessionMode,
		"created": m.timestamp(s.Created), "lastModified": unusableTime,
	}
	m.addQuantity(body, s.Quantity)
	m.addExtra(body)
	return body
}

func (p Party) body() map[string]any {
	return map[string]any{
		"emailId": p.Email, "objectId": p.ObjectID, "tenantId": p.DirectoryID, "puid": puid(p.ObjectID),
	}
}

func (m *Server) operationBody(op *operation) map[string]any {
	body := map[string]any{
		"id": op.ID, "activityId": op.ActivityID, "subscriptionId": op.SubscriptionID, "offerId": op.OfferID,
		"publisherId": publisherID, "planId": op.PlanID, "action": op.Action,
		"timeStamp": m.timestamp(op.CreatedAt), "status": m.status(op.Status),
		"operationRequestSource": op.Source, "errorStatusCode": op.ErrorStatus, "errorMessage": op.ErrorMessage,
	}
	if !m.settings.NewOperationLacksQuantity || op.Status != statusNotStarted {
		m.addQuantity(body, op.Quantity)
	}
	m.addExtra(body)
	return body
}

// addQuantity adds the number of seats in one of the forms that were seen.
func (m *Server) addQuantity(body map[string]any, quantity int) {
	switch {
	case quantity == 0 && m.settings.QuantityAsText:
		body["quantity"] = ""
	case quantity == 0:
	case m.settings.QuantityAsText:
		body["quantity"] = strconv.Itoa(quantity)
	default:
		body["quantity"] = quantity
	}
}

func (m *Server) addExtra(body map[string]any) {
	if m.settings.ExtraFields {
		body["sandboxExtra"] = map[string]any{"list": []any{1, "two", nil}}
	}
}

func (m *Server) status(status string) string {
	if m.settings.PaddedStatuses {
		return " " + status + " "
	}
	return status
}

func (m *Server) timestamp(at time.Time) string {
	if m.settings.LongTimestamps {
		return at.UTC().Format("2006-01-02T15:04:05.0000000Z")
	}
	return at.UTC().Format(time.RFC3339)
}

// puid returns a passport id in the form of work accounts.
func puid(objectID string) string {
	return fmt.Sprintf("1003%.12s", strings.ToUpper(strings.ReplaceAll(objectID, "-", "")))
}

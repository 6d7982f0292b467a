package marketplace

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"timetracker/internal/sandbox/standin"
)

const (
	maxUsageAge   = 24 * time.Hour
	maxUsageBatch = 25
)

// usageEvent is an accepted usage event.
type usageEvent struct {
	ID          string    `json:"id"`
	ResourceID  string    `json:"resource_id"` // the subscription's id
	Quantity    float64   `json:"quantity"`
	Dimension   string    `json:"dimension"`
	PlanID      string    `json:"plan_id"`
	EffectiveAt time.Time `json:"effective_at"`
	AcceptedAt  time.Time `json:"accepted_at"`
}

// usageRequest is a usage event as a publisher reports it.
type usageRequest struct {
	ResourceID         string  `json:"resourceId"`
	Quantity           float64 `json:"quantity"`
	Dimension          string  `json:"dimension"`
	EffectiveStartTime string  `json:"effectiveStartTime"`
	PlanID             string  `json:"planId"`
}

// usageError is why a usage event is not accepted, with its status in a batch.
type usageError struct {
	status   string
	target   string
	message  string
	accepted map[string]any // the earlier event, for a duplicate
}

func (e *usageError) Error() string { return e.message }

// The statuses of refused usage that are answered in a way of their own.
const (
	usageDuplicate     = "Duplicate"
	usageExpired       = "Expired"
	usageNotAuthorized = "ResourceNotAuthorized"
)

// https://learn.microsoft.com/partner-center/marketplace-offers/marketplace-metering-service-apis
func (m *Server) meteringRoutes() {
	m.mux.HandleFunc("POST /api/usageEvent", m.api(MeteringService, m.postUsage))
	m.mux.HandleFunc("POST /api/batchUsageEvent", m.api(MeteringService, m.postUsageBatch))
	m.mux.HandleFunc("GET /api/usageEvents", m.api(MeteringService, m.listUsage))
}

func (m *Server) postUsage(w http.ResponseWriter, r *http.Request) error {
	var request usageRequest
	if err := readBody(r, &request); err != nil {
		return err
	}
	var body map[string]any
	err := m.do(func() (err error) {
		body, err = m.acceptUsage(request)
		return err
	})
	var usageErr *usageError
	if !errors.As(err, &usageErr) {
		return answer(w, body, err)
	}
	switch usageErr.status {
	case usageDuplicate:
		standin.WriteJSON(w, http.StatusConflict, usageErr.conflict())
		return nil
	case usageNotAuthorized:
		return errForbidden
	}
	standin.WriteJSON(w, http.StatusBadRequest, map[string]any{
		"message": "One or more errors have occurred.", "target": "usageEventRequest", "code": "BadArgument",
		"details": []map[string]any{
			{"message": usageErr.message, "target": usageErr.target, "code": usageErr.status},
		},
	})
	return nil
}

func (e *usageError) conflict() map[string]any {
	return map[string]any{
		"additionalInfo": map[string]any{"acceptedMessage": e.accepted},
		"message":        "This usage event already exist.", "code": "Conflict",
	}
}

func (m *Server) postUsageBatch(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Request []json.RawMessage `json:"request"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if len(body.Request) == 0 || len(body.Request) > maxUsageBatch {
		return badRequest("A batch has 1 to 25 usage events.")
	}
	results := make([]map[string]any, len(body.Request))
	err := m.do(func() error {
		for i, raw := range body.Request {
			results[i] = m.acceptUsageItem(raw)
		}
		return nil
	})
	return answer(w, map[string]any{"count": len(results), "result": results}, err)
}

// acceptUsageItem returns the result of one event of a batch. Its refusal does not affect the other events.
func (m *Server) acceptUsageItem(raw json.RawMessage) map[string]any {
	var request usageRequest
	err := json.Unmarshal(raw, &request)
	if err != nil {
		err = &usageError{status: "BadArgument", target: "usageEventRequest", message: "The usage event is malformed."}
	}
	var body map[string]any
	if err == nil {
		body, err = m.acceptUsage(request)
	}
	var usageErr *usageError
	if !errors.As(err, &usageErr) {
		return body
	}
	body = map[string]any{
		"status": usageErr.status, "messageTime": m.timestamp(m.now()), "resourceId": request.ResourceID,
		"quantity": request.Quantity, "dimension": request.Dimension,
		"effectiveStartTime": request.EffectiveStartTime, "planId": request.PlanID,
		"error": map[string]any{"message": usageErr.message, "target": usageErr.target, "code": usageErr.status},
	}
	if usageErr.status == usageDuplicate {
		body["error"] = usageErr.conflict()
	}
	return body
}

// acceptUsage records a usage event, or returns a usageError.
func (m *Server) acceptUsage(request usageRequest) (map[string]any, error) {
	effective, err := m.checkUsage(request)
	if err == nil || (m.settings.DuplicateBeforeExpired && isExpired(err)) {
		if earlier, found := m.usageInHourOf(request, effective); found {
			err = &usageError{
				status: usageDuplicate, message: "This usage event already exist.",
				accepted: m.usageBody(earlier, usageDuplicate),
			}
		}
	}
	if err != nil {
		return nil, err
	}
	event := usageEvent{
		ID: standin.NewGUID(), ResourceID: request.ResourceID, Quantity: request.Quantity, Dimension: request.Dimension,
		PlanID: request.PlanID, EffectiveAt: effective, AcceptedAt: m.now(),
	}
	m.state.Usage = append(m.state.Usage, event)
	return m.usageBody(event, "Accepted"), nil
}

func isExpired(err error) bool {
	var refusal *usageError
	return errors.As(err, &refusal) && refusal.status == usageExpired
}

// usageInHourOf returns usage that was accepted for the same subscription, dimension and hour.
func (m *Server) usageInHourOf(request usageRequest, effective time.Time) (usageEvent, bool) {
	at := slices.IndexFunc(m.state.Usage, func(earlier usageEvent) bool {
		return strings.EqualFold(earlier.ResourceID, request.ResourceID) && earlier.Dimension == request.Dimension &&
			earlier.EffectiveAt.Truncate(time.Hour).Equal(effective.Truncate(time.Hour))
	})
	if at < 0 {
		return usageEvent{}, false
	}
	return m.state.Usage[at], true
}

// checkUsage returns the instant of a usage event, or a usageError if the subscription does not allow it.
func (m *Server) checkUsage(request usageRequest) (effective time.Time, err error) {
	s, err := m.subscription(request.ResourceID)
	if err != nil {
		return effective, &usageError{status: "ResourceNotFound", target: "resourceId", message: "The resource is unknown."}
	}
	if m.settings.UsageNotAuthorized {
		return effective, &usageError{
			status: usageNotAuthorized, target: "resourceId", message: "The resource is another publisher's.",
		}
	}
	effective, err = parseUsageTime(request.EffectiveStartTime)
	if err != nil || effective.After(m.now()) {
		return effective, &usageError{
			status: "BadArgument", target: "effectiveStartTime",
			message: "The effectiveStartTime must be a time that is not in the future.",
		}
	}
	plan, _ := findPlan(s.OfferID, request.PlanID)
	late := s.Status == SubscriptionUnsubscribed && effective.Before(s.EndedAt)
	switch {
	case !slices.Contains(s.PlanIDs, request.PlanID),
		m.settings.OldPlanUsageRefused && request.PlanID != s.PlanID:
		return effective, &usageError{status: "BadArgument", target: "planId", message: "The plan is not the resource's."}
	case request.Dimension == "" || request.Dimension != plan.Dimension:
		return effective, &usageError{
			status: "InvalidDimension", target: "dimension", message: "The plan has no such dimension.",
		}
	case request.Quantity <= 0:
		return effective, &usageError{
			status: "InvalidQuantity", target: "quantity", message: "The quantity must be greater than 0.",
		}
	case m.now().Sub(effective) > maxUsageAge:
		return effective, &usageError{
			status: usageExpired, target: "effectiveStartTime", message: "The usage is more than 24 hours old.",
		}
	case s.Status != SubscriptionSubscribed && !late:
		return effective, &usageError{
			status: "ResourceNotActive", target: "resourceId", message: "The resource is not active.",
		}
	}
	return effective, nil
}

// parseUsageTime reads a time as in Microsoft's samples. Without a zone it is UTC.
func parseUsageTime(text string) (time.Time, error) {
	if at, err := time.Parse("2006-01-02T15:04:05", text); err == nil {
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	return at.UTC(), err
}

func (m *Server) usageBody(event usageEvent, status string) map[string]any {
	return map[string]any{
		"usageEventId": event.ID, "status": status, "messageTime": m.timestamp(event.AcceptedAt),
		"resourceId": event.ResourceID, "resourceUri": "", "quantity": event.Quantity,
		"dimension": event.Dimension, "effectiveStartTime": event.EffectiveAt.Format(time.RFC3339),
		"planId": event.PlanID,
	}
}

// listUsage answers with one sum per day, subscription, dimension and plan.
func (m *Server) listUsage(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	from, err := parseUsageDay(query.Get("usageStartDate"))
	if err != nil {
		return badRequest("The usageStartDate must be a date.")
	}
	days := []*usageDay{}
	err = m.do(func() error {
		until := m.now()
		if end := query.Get("usageEndDate"); end != "" {
			if until, err = parseUsageDay(end); err != nil {
				return badRequest("The usageEndDate must be a date.")
			}
		}
		for _, event := range m.state.Usage {
			if day := dayOf(event.EffectiveAt); !day.Before(from) && !day.After(until) {
				days = m.addUsage(days, event)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	wanted := func(parameter, value string) bool { return !query.Has(parameter) || query.Get(parameter) == value }
	days = slices.DeleteFunc(days, func(d *usageDay) bool {
		return !wanted("offerId", d.OfferID) || !wanted("planId", d.PlanID) || !wanted("dimension", d.Dimension) ||
			!wanted("azureSubscriptionId", d.AzureSubscriptionID) || !wanted("reconStatus", d.ReconStatus)
	})
	return answer(w, days, nil)
}

func parseUsageDay(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	at, err := parseUsageTime(text)
	return dayOf(at), err
}

// usageDay is a row of the usage list.
type usageDay struct {
	UsageDate           time.Time `json:"usageDate"`
	UsageResourceID     string    `json:"usageResourceId"`
	Dimension           string    `json:"dimension"`
	PlanID              string    `json:"planId"`
	PlanName            string    `json:"planName"`
	OfferID             string    `json:"offerId"`
	OfferName           string    `json:"offerName"`
	OfferType           string    `json:"offerType"`
	AzureSubscriptionID string    `json:"azureSubscriptionId"`
	ReconStatus         string    `json:"reconStatus"`
	SubmittedQuantity   float64   `json:"submittedQuantity"`
	ProcessedQuantity   float64   `json:"processedQuantity"`
	SubmittedCount      int       `json:"submittedCount"`
}

func (m *Server) addUsage(days []*usageDay, event usageEvent) []*usageDay {
	at := slices.IndexFunc(days, func(d *usageDay) bool {
		return d.UsageDate.Equal(dayOf(event.EffectiveAt)) && d.UsageResourceID == event.ResourceID &&
			d.Dimension == event.Dimension && d.PlanID == event.PlanID
	})
	if at < 0 {
		row := &usageDay{
			UsageDate: dayOf(event.EffectiveAt), UsageResourceID: event.ResourceID, Dimension: event.Dimension,
			PlanID: event.PlanID, OfferType: "SaaS", ReconStatus: m.settings.ReconStatus,
		}
		if s, err := m.subscription(event.ResourceID); err == nil {
			offer := findOffer(s.OfferID)
			plan, _ := findPlan(s.OfferID, event.PlanID)
			row.OfferID, row.OfferName, row.PlanName = offer.ID, offer.Name, plan.Name
			row.AzureSubscriptionID = s.azureSubscriptionID()
		}
		at, days = len(days), append(days, row)
	}
	row := days[at]
	row.SubmittedCount++
	row.SubmittedQuantity += event.Quantity
	switch row.ReconStatus {
	case "Accepted":
		row.ProcessedQuantity = row.SubmittedQuantity
	case "Mismatch":
		row.ProcessedQuantity = row.SubmittedQuantity / 2
	default: // nothing is processed in the other states
	}
	return days
}

package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// MarketplaceSettings are switches for what Microsoft's service was seen to do, and for what is hard to wait
// for. They are not kept over a restart.
type MarketplaceSettings struct {
	// TokenVersion is that of the webhooks' tokens, 1 or 2.
	TokenVersion int `json:"token_version"`
	// Copies is how often each webhook is sent, all at the same time; 1 to 20.
	Copies int `json:"copies"`
	// DeliveryPaused holds webhooks back; NewestFirst sends those that wait in reverse.
	DeliveryPaused bool `json:"delivery_paused"`
	NewestFirst    bool `json:"newest_first"`
	// MinimalWebhooks sends only what was seen in production where that was less than documented.
	MinimalWebhooks bool `json:"minimal_webhooks"`
	// SubscribeWithRenew sends Subscribe together with Renew, as was seen on a renewal day.
	SubscribeWithRenew bool `json:"subscribe_with_renew"`
	// RevertAfterRefusal sends a further webhook after a refused change, back to what is already in force.
	RevertAfterRefusal bool `json:"revert_after_refusal"`
	// FailActivation ends activations as Unsubscribed, with a webhook.
	FailActivation bool `json:"fail_activation"`
	// PageSize is how many subscriptions a page of the list has; 1 to 100.
	PageSize int `json:"page_size"`
	// QuantityAsText writes quantities as strings, and as "" for plans without seats, instead of leaving
	// those out.
	QuantityAsText bool `json:"quantity_as_text"`
	// TermUnitOnly leaves out the dates of pending and unsubscribed subscriptions.
	TermUnitOnly bool `json:"term_unit_only"`
	// LongTimestamps have seven decimals, other ones none.
	LongTimestamps bool `json:"long_timestamps"`
	// PaddedStatuses have blanks around them.
	PaddedStatuses bool `json:"padded_statuses"`
	// ExtraFields adds members nobody has documented.
	ExtraFields bool `json:"extra_fields"`
	// OperationMissingFor is how many reads of a new operation, alone or in the list, find nothing; 0 to 100.
	OperationMissingFor int `json:"operation_missing_for"`
	// MissingOperationIs400 answers 400 instead of 404 for an unknown operation.
	MissingOperationIs400 bool `json:"missing_operation_is_400"`
	// NoOperationsIs404 answers 404 instead of an empty list where no operation is pending.
	NoOperationsIs404 bool `json:"no_operations_is_404"`
	// NewOperationLacksQuantity leaves the quantity out of what the publisher has started until its webhook is sent.
	NewOperationLacksQuantity bool `json:"new_operation_lacks_quantity"`
	// PublisherPatchFails answers 500 when an operation that the publisher has started is acknowledged.
	PublisherPatchFails bool `json:"publisher_patch_fails"`
	// ReconStatus is that of the usage list: Submitted, Accepted, Rejected, Mismatch, TestHeaders or DryRun.
	ReconStatus string `json:"recon_status"`
	// UsageNotAuthorized refuses all usage as that of an offer of somebody else.
	UsageNotAuthorized bool `json:"usage_not_authorized"`
	// OldPlanUsageRefused refuses usage of a plan that has been changed since. What Microsoft does is not known.
	OldPlanUsageRefused bool `json:"old_plan_usage_refused"`
	// DuplicateBeforeExpired says of usage that is both that it is a duplicate. What Microsoft does is not known.
	DuplicateBeforeExpired bool `json:"duplicate_before_expired"`
}

func defaultMarketplaceSettings() MarketplaceSettings {
	return MarketplaceSettings{
		TokenVersion: 2, Copies: 1, PageSize: 5, TermUnitOnly: true, LongTimestamps: true, ReconStatus: "Accepted",
	}
}

func (s MarketplaceSettings) validate() error {
	switch {
	case s.TokenVersion != 1 && s.TokenVersion != 2:
		return errors.New("token_version must be 1 or 2")
	case s.Copies < 1 || s.Copies > 20:
		return errors.New("copies must be 1 to 20")
	case s.PageSize < 1 || s.PageSize > 100:
		return errors.New("page_size must be 1 to 100")
	case s.OperationMissingFor < 0 || s.OperationMissingFor > 100:
		return errors.New("operation_missing_for must be 0 to 100")
	}
	switch s.ReconStatus {
	case "Submitted", "Accepted", "Rejected", "Mismatch", "TestHeaders", "DryRun":
		return nil
	default:
		return errors.New("recon_status must be Submitted, Accepted, Rejected, Mismatch, TestHeaders or DryRun")
	}
}

// Settings returns the switches as they are.
func (m *Marketplace) Settings() MarketplaceSettings {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settings
}

// Configure changes switches, or none if one would have a value it must not have.
func (m *Marketplace) Configure(change func(*MarketplaceSettings)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := m.settings
	change(&changed)
	if err := changed.validate(); err != nil {
		return fmt.Errorf("sandbox: Marketplace settings: %w", err)
	}
	m.settings = changed
	m.wakeUp()
	return nil
}

// The Marketplace's services, which fail apart.
const (
	FulfillmentService = "fulfillment"
	MeteringService    = "metering"
)

// faultWrongJSON is an answer that is JSON of another shape.
const faultWrongJSON faultMode = "wrong_json"

// SetFault makes FulfillmentService or MeteringService fail: down, slow, throttled, forbidden, html, wrong_json,
// or off.
func (m *Marketplace) SetFault(service, mode string) error {
	if service != FulfillmentService && service != MeteringService {
		return errors.New("sandbox: service must be fulfillment or metering")
	}
	switch fault := faultMode(mode); fault {
	case faultOff, faultDown, faultSlow, faultThrottled, faultForbidden, faultHTML, faultWrongJSON:
		m.mu.Lock()
		defer m.mu.Unlock()
		m.faults[service] = fault
		return nil
	default:
		return errors.New("sandbox: mode must be down, slow, throttled, forbidden, html, wrong_json or off")
	}
}

func (m *Marketplace) serveFaults(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Service string `json:"service"`
		Mode    string `json:"mode"`
	}
	if err := readJSON(w, r, &body); err != nil {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object with service and mode")
		return
	}
	if err := m.SetFault(body.Service, body.Mode); err != nil {
		writeProblem(w, http.StatusBadRequest, strings.TrimPrefix(err.Error(), errorPrefix))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// answeredByFault answers a call to a service if its fault leaves no room for another answer.
func (m *Marketplace) answeredByFault(w http.ResponseWriter, r *http.Request, service string) bool {
	m.mu.Lock()
	fault := m.faults[service]
	m.mu.Unlock()
	switch fault {
	case faultDown:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return true
	case faultThrottled:
		w.Header().Set("Retry-After", strconv.Itoa(throttledFor))
		writeAPIError(w, &apiError{http.StatusTooManyRequests, "TooManyRequests", "Too many requests."})
		return true
	case faultForbidden:
		writeAPIError(w, errForbidden)
		return true
	case faultHTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Our services aren't available right now</title>")
		return true
	case faultWrongJSON:
		writeJSON(w, http.StatusOK, map[string]any{
			"id": 42, "subscription": []int{}, "subscriptions": "none", "operations": 1, "status": false,
			"result": "none", "quantity": map[string]any{},
		})
		return true
	case faultSlow:
		beSlow(r)
		return false
	default:
		return false
	}
}

package marketplace

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"timetracker/internal/sandbox/standin"
)

// Settings are switches for what Microsoft's service was seen to do, and for what is hard to wait for. They are lost at a
// restart.
type Settings struct {
	// TokenVersion is the version of the webhooks' tokens, 1 or 2.
	TokenVersion int `json:"token_version"`
	// Copies is how many times each webhook is sent at the same time; 1 to 20.
	Copies int `json:"copies"`
	// DeliveryPaused holds webhooks back; NewestFirst sends those that wait in reverse.
	DeliveryPaused bool `json:"delivery_paused"`
	NewestFirst    bool `json:"newest_first"`
	// MinimalWebhooks leaves out of webhooks what is documented but was not seen in production.
	MinimalWebhooks bool `json:"minimal_webhooks"`
	// SubscribeWithRenew sends Subscribe together with Renew, as was seen on a renewal day.
	SubscribeWithRenew bool `json:"subscribe_with_renew"`
	// RevertAfterRefusal sends a further webhook after a refused change, back to what is already in force.
	RevertAfterRefusal bool `json:"revert_after_refusal"`
	// FailActivation ends activations as Unsubscribed, with a webhook.
	FailActivation bool `json:"fail_activation"`
	// PageSize is how many subscriptions a page of the list has; 1 to 100.
	PageSize int `json:"page_size"`
	// QuantityAsText writes quantities as strings, and "" for plans without seats instead of nothing.
	QuantityAsText bool `json:"quantity_as_text"`
	// TermUnitOnly leaves out the dates of pending and unsubscribed subscriptions.
	TermUnitOnly bool `json:"term_unit_only"`
	// LongTimestamps writes times with seven decimals instead of none.
	LongTimestamps bool `json:"long_timestamps"`
	// PaddedStatuses writes blanks around statuses.
	PaddedStatuses bool `json:"padded_statuses"`
	// ExtraFields adds members that are not documented.
	ExtraFields bool `json:"extra_fields"`
	// OperationMissingFor is how many reads of a new operation, alone or in the list, find nothing; 0 to 100.
	OperationMissingFor int `json:"operation_missing_for"`
	// MissingOperationIs400 answers 400 instead of 404 for an unknown operation.
	MissingOperationIs400 bool `json:"missing_operation_is_400"`
	// NoOperationsIs404 answers 404 instead of an empty list where no operation is pending.
	NoOperationsIs404 bool `json:"no_operations_is_404"`
	// NewOperationLacksQuantity leaves the quantity out of a publisher's operation until its webhook is sent.
	NewOperationLacksQuantity bool `json:"new_operation_lacks_quantity"`
	// PublisherPatchFails answers 500 when an operation that the publisher has started is acknowledged.
	PublisherPatchFails bool `json:"publisher_patch_fails"`
	// ReconStatus is the status of rows of the usage list: Submitted, Accepted, Rejected, Mismatch, TestHeaders or DryRun.
	ReconStatus string `json:"recon_status"`
	// UsageNotAuthorized refuses all usage, as if the offer were another publisher's.
	UsageNotAuthorized bool `json:"usage_not_authorized"`
	// OldPlanUsageRefused refuses usage of a plan that has been changed since. What Microsoft does is not known.
	OldPlanUsageRefused bool `json:"old_plan_usage_refused"`
	// DuplicateBeforeExpired answers Duplicate to usage that is also expired. What Microsoft does is not known.
	DuplicateBeforeExpired bool `json:"duplicate_before_expired"`
}

func defaultSettings() Settings {
	return Settings{
		TokenVersion: 2, Copies: 1, PageSize: 5, TermUnitOnly: true, LongTimestamps: true, ReconStatus: "Accepted",
	}
}

func (s Settings) validate() error {
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
func (m *Server) Settings() Settings {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settings
}

// Configure changes switches, or none if a value is out of range.
func (m *Server) Configure(change func(*Settings)) error {
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

// The Marketplace's services, each with faults of its own.
const (
	FulfillmentService = "fulfillment"
	MeteringService    = "metering"
)

// SetFault makes FulfillmentService or MeteringService fail: down, slow, throttled, forbidden, html, wrong_json, or off.
func (m *Server) SetFault(service, mode string) error {
	return m.faults.Set(service, standin.Fault(mode))
}

// answeredByFault answers a call to a service as its fault demands, and reports whether it did.
func (m *Server) answeredByFault(w http.ResponseWriter, r *http.Request, service string) bool {
	switch m.faults.Of(service) {
	case standin.Down:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return true
	case standin.Throttled:
		w.Header().Set("Retry-After", standin.RetryAfter)
		writeAPIError(w, &apiError{http.StatusTooManyRequests, "TooManyRequests", "Too many requests."})
		return true
	case standin.Forbidden:
		writeAPIError(w, errForbidden)
		return true
	case standin.HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Our services aren't available right now</title>")
		return true
	case standin.WrongJSON:
		standin.WriteJSON(w, http.StatusOK, map[string]any{
			"id": 42, "subscription": []int{}, "subscriptions": "none", "operations": 1, "status": false,
			"result": "none", "quantity": map[string]any{},
		})
		return true
	case standin.Slow:
		standin.BeSlow(r)
		return false
	default:
		return false
	}
}

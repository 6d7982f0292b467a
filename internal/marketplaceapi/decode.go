package marketplaceapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
)

// subscription has the parts of Microsoft's subscription that we use. Flat plans have no quantity. A pending or
// cancelled subscription may have only the unit of its term.
type subscription struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	OfferID     string          `json:"offerId"`
	PlanID      string          `json:"planId"`
	Quantity    json.RawMessage `json:"quantity"`
	Status      string          `json:"saasSubscriptionStatus"`
	Beneficiary party           `json:"beneficiary"`
	Purchaser   party           `json:"purchaser"`
	Term        struct {
		Start string `json:"startDate"`
		End   string `json:"endDate"`
		Unit  string `json:"termUnit"`
	} `json:"term"`
	AutoRenew bool     `json:"autoRenew"`
	FreeTrial bool     `json:"isFreeTrial"`
	Allowed   []string `json:"allowedCustomerOperations"`
}

type party struct {
	Email       string `json:"emailId"`
	ObjectID    string `json:"objectId"`
	DirectoryID string `json:"tenantId"`
}

// statuses are Microsoft's names. Only its OpenAPI document has NotStarted.
var statuses = map[string]marketplace.Status{
	"NotStarted":              marketplace.Pending,
	"PendingFulfillmentStart": marketplace.Pending,
	"Subscribed":              marketplace.Subscribed,
	"Suspended":               marketplace.Suspended,
	"Unsubscribed":            marketplace.Cancelled,
}

func decodeSubscription(body []byte) (marketplace.Fetched, error) {
	var answer subscription
	if err := decode(body, &answer); err != nil {
		return marketplace.Fetched{}, err
	}
	return answer.fetched()
}

func decodeResolved(body []byte) (marketplace.Fetched, error) {
	var answer struct {
		ID           string       `json:"id"`
		Subscription subscription `json:"subscription"`
	}
	if err := decode(body, &answer); err != nil {
		return marketplace.Fetched{}, err
	}
	fetched, err := answer.Subscription.fetched()
	if err == nil && guid[ids.Subscription](answer.ID) != fetched.ID {
		err = errors.New("it is about two subscriptions")
	}
	return fetched, err
}

// entry is a subscription of a list. When it can't be understood it has an error, and its id if that is readable.
type entry struct {
	fetched marketplace.Fetched
	err     error
}

// decodePage gives a page of the list and the token of the next one, which is empty on the last. The address in
// @nextLink has another host than the one that was called, so only its token is used.
func decodePage(body []byte) (page []entry, next string, err error) {
	var answer struct {
		Subscriptions []json.RawMessage `json:"subscriptions"`
		NextLink      string            `json:"@nextLink"`
	}
	if len(bytes.TrimSpace(body)) == 0 { // there are no subscriptions
		return nil, "", nil
	}
	if err := decode(body, &answer); err != nil {
		return nil, "", err
	}
	for _, written := range answer.Subscriptions {
		page = append(page, decodeEntry(written))
	}
	if answer.NextLink == "" {
		return page, "", nil
	}
	link, err := url.Parse(answer.NextLink)
	if err != nil {
		return nil, "", errors.New("@nextLink is not an address")
	}
	if next = link.Query().Get("continuationToken"); next == "" {
		return nil, "", errors.New("@nextLink has no token")
	}
	return page, next, nil
}

func decodeEntry(written []byte) entry {
	fetched, err := decodeSubscription(written)
	if err == nil {
		return entry{fetched: fetched}
	}
	var alone struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(written, &alone) // without an id the entry can't be told from others
	return entry{
		fetched: marketplace.Fetched{ID: guid[ids.Subscription](alone.ID)},
		err:     fmt.Errorf("%w: %w", marketplace.ErrUnreadable, err),
	}
}

// fetched converts the subscription to ours. A cancelled one may have lost its offer and its plan.
func (s subscription) fetched() (marketplace.Fetched, error) {
	fetched := marketplace.Fetched{
		ID: guid[ids.Subscription](s.ID), Name: s.Name,
		OfferID: strings.TrimSpace(s.OfferID), PlanID: strings.TrimSpace(s.PlanID),
		Status:      statuses[strings.TrimSpace(s.Status)],
		Beneficiary: s.Beneficiary.party(), Purchaser: s.Purchaser.party(),
		AutoRenew: s.AutoRenew, FreeTrial: s.FreeTrial, ReadOnly: s.readOnly(),
	}
	if fetched.ID.IsZero() {
		return marketplace.Fetched{}, errors.New("id is not a GUID")
	}
	planned := fetched.OfferID != "" && fetched.PlanID != ""
	if s.Status == "" || (!planned && fetched.Status != marketplace.Cancelled) {
		return marketplace.Fetched{}, errors.New("offerId, planId or saasSubscriptionStatus is missing")
	}
	var err error
	if fetched.Quantity, _, err = marketplace.ParseQuantity(s.Quantity); err != nil {
		return marketplace.Fetched{}, err
	}
	fetched.Term.Unit = strings.TrimSpace(s.Term.Unit)
	if fetched.Term.Start, err = instant(s.Term.Start); err != nil {
		return marketplace.Fetched{}, fmt.Errorf("startDate: %w", err)
	}
	if fetched.Term.End, err = instant(s.Term.End); err != nil {
		return marketplace.Fetched{}, fmt.Errorf("endDate: %w", err)
	}
	fetched.Term.Start, fetched.Term.End = calendar.Instant(fetched.Term.Start), calendar.Instant(fetched.Term.End)
	return fetched, nil
}

func (s subscription) readOnly() bool {
	return !slices.ContainsFunc(s.Allowed, func(operation string) bool {
		operation = strings.TrimSpace(operation)
		return operation == "Update" || operation == "Delete"
	})
}

// party leaves the id empty when Microsoft's is not a GUID, so that nobody who signs in matches it.
func (p party) party() marketplace.Party {
	return marketplace.Party{
		DirectoryID: guid[ids.Directory](p.DirectoryID), ObjectID: guid[ids.Object](p.ObjectID), Email: strings.TrimSpace(p.Email),
	}
}

func decodeOperation(body []byte) (marketplace.Operation, error) {
	var answer struct {
		ID             string          `json:"id"`
		SubscriptionID string          `json:"subscriptionId"`
		Action         string          `json:"action"`
		PlanID         string          `json:"planId"`
		Quantity       json.RawMessage `json:"quantity"`
		Status         string          `json:"status"`
		At             string          `json:"timeStamp"`
		Source         string          `json:"operationRequestSource"`
	}
	if err := decode(body, &answer); err != nil {
		return marketplace.Operation{}, err
	}
	operation := marketplace.Operation{
		ID: guid[ids.Operation](answer.ID), SubscriptionID: guid[ids.Subscription](answer.SubscriptionID),
		Action: marketplace.Action(strings.TrimSpace(answer.Action)), PlanID: strings.TrimSpace(answer.PlanID),
		Status:      marketplace.OperationStatus(strings.TrimSpace(answer.Status)),
		ByPublisher: strings.TrimSpace(answer.Source) == "Partner",
	}
	if operation.ID.IsZero() || operation.SubscriptionID.IsZero() {
		return marketplace.Operation{}, errors.New("id or subscriptionId is not a GUID")
	}
	if operation.Action == "" || operation.Status == "" {
		return marketplace.Operation{}, errors.New("action or status is missing")
	}
	var err error
	if operation.Quantity, _, err = marketplace.ParseQuantity(answer.Quantity); err != nil {
		return marketplace.Operation{}, err
	}
	if operation.At, err = instant(answer.At); err != nil {
		return marketplace.Operation{}, fmt.Errorf("timeStamp: %w", err)
	}
	return operation, nil
}

// decode reads JSON and ignores unknown members. Its error contains nothing of the answer.
func decode(body []byte, into any) error {
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), into) != nil {
		return errors.New("it is not the JSON expected")
	}
	return nil
}

// guid reads a GUID in its canonical lower-case form. It is empty for any other text.
func guid[I ~[16]byte](s string) I {
	id, err := uuid.Parse(strings.TrimSpace(s))
	if err != nil || id == uuid.Nil {
		return I{}
	}
	return I(id)
}

// instantForms are those of Microsoft's answers and samples: with seven decimals, without a zone, and a day alone.
var instantForms = []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly}

// instant reads a time in UTC, with all decimals that Microsoft writes. It is zero when the time is missing or of the year 1.
func instant(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	for _, form := range instantForms {
		if at, err := time.Parse(form, s); err == nil {
			return marketplace.ServiceTime(at), nil
		}
	}
	return time.Time{}, errors.New("is not a time")
}

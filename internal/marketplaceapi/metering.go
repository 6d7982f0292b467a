package marketplaceapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
)

// unreadable is the status of an event whose result can't be understood or found. The others of its batch stay valid,
// since one customer must not keep the others' usage from being settled.
const unreadable = "Unreadable"

// usageEvent is an event as it is reported.
type usageEvent struct {
	ResourceID         string `json:"resourceId"`
	Quantity           int    `json:"quantity"`
	Dimension          string `json:"dimension"`
	EffectiveStartTime string `json:"effectiveStartTime"`
	PlanID             string `json:"planId"`
}

// usageAnswer is the result of one event. It may lack what it repeats of the event.
type usageAnswer struct {
	Status             string          `json:"status"`
	ResourceID         string          `json:"resourceId"`
	Dimension          string          `json:"dimension"`
	EffectiveStartTime string          `json:"effectiveStartTime"`
	Quantity           json.RawMessage `json:"quantity"`
	Error              json.RawMessage `json:"error"`
}

// usageKey identifies an event to Microsoft.
type usageKey struct {
	subscription ids.Subscription
	dimension    string
	hour         int64 // Unix
}

func hourOf(at time.Time) int64 { return at.Truncate(time.Hour).Unix() }

// Report implements billing.Metering. Each result of a batch is judged alone. An event gets the status Unreadable when
// its accepted quantity is no whole number, or when it has not exactly one result.
func (c *Client) Report(ctx context.Context, events []billing.Usage) ([]billing.UsageResult, error) {
	if len(events) == 0 || len(events) > billing.MaxBatch {
		return nil, fmt.Errorf("marketplaceapi: a batch has 1 to %d events, not %d", billing.MaxBatch, len(events))
	}
	batch := make([]usageEvent, len(events))
	for i, event := range events {
		batch[i] = usageEvent{
			ResourceID: event.SubscriptionID.String(), Quantity: event.Quantity, Dimension: event.Dimension,
			EffectiveStartTime: calendar.FormatInstant(event.EffectiveAt), PlanID: event.PlanID,
		}
	}
	k := call{
		method: http.MethodPost, path: "batchUsageEvent", timeout: c.bulkTimeout,
		body: map[string]any{"request": batch},
	}
	body, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	results, err := decodeResults(body, events)
	if err != nil {
		return nil, misunderstood(k, err)
	}
	return results, nil
}

// decodeResults gives the results in the order of their events. There must be as many of them.
func decodeResults(body []byte, events []billing.Usage) ([]billing.UsageResult, error) {
	var answer struct {
		Result []usageAnswer `json:"result"`
	}
	if err := decode(body, &answer); err != nil {
		return nil, err
	}
	if len(answer.Result) != len(events) {
		return nil, errors.New("there is another number of results than of events")
	}
	places := make(map[usageKey]int, len(events))
	for i, event := range events {
		places[usageKey{event.SubscriptionID, event.Dimension, hourOf(event.EffectiveAt)}] = i
	}
	found := make([][]usageAnswer, len(events))
	for i, result := range answer.Result {
		if key, err := result.key(events[i]); err == nil {
			if place, ok := places[key]; ok {
				found[place] = append(found[place], result)
			}
		}
	}
	results := make([]billing.UsageResult, len(events))
	for place, of := range found {
		if len(of) == 1 {
			results[place] = of[0].result()
		} else {
			results[place] = billing.UsageResult{Status: unreadable}
		}
	}
	return results, nil
}

// key identifies the event of a result. A result that names no event, or has only zeros as errors may, belongs to the
// event at its place.
func (a usageAnswer) key(inPlace billing.Usage) (usageKey, error) {
	key := usageKey{inPlace.SubscriptionID, inPlace.Dimension, hourOf(inPlace.EffectiveAt)}
	if id := strings.TrimSpace(a.ResourceID); id != "" && id != uuid.Nil.String() {
		key.subscription = guid[ids.Subscription](id)
	}
	if a.Dimension != "" {
		key.dimension = a.Dimension
	}
	at, err := instant(a.EffectiveStartTime)
	if err != nil {
		return usageKey{}, err
	}
	if !at.IsZero() {
		key.hour = hourOf(at)
	}
	return key, nil
}

func (a usageAnswer) result() billing.UsageResult {
	const longest = 64 // of a status that is worth keeping
	status := strings.TrimSpace(a.Status)
	quantity := a.Quantity
	switch {
	case status == "Accepted":
	case status == "Duplicate":
		quantity = a.accepted()
	case status == "" || len(status) > longest:
		return billing.UsageResult{Status: unreadable}
	default:
		return billing.UsageResult{Status: status}
	}
	taken, err := wholeNumber(quantity)
	if err != nil {
		return billing.UsageResult{Status: unreadable}
	}
	return billing.UsageResult{Status: status, AcceptedQuantity: taken}
}

// accepted is the quantity of the earlier event that makes this one a duplicate.
func (a usageAnswer) accepted() json.RawMessage {
	var conflict struct {
		AdditionalInfo struct {
			AcceptedMessage struct {
				Quantity json.RawMessage `json:"quantity"`
			} `json:"acceptedMessage"`
		} `json:"additionalInfo"`
	}
	if json.Unmarshal(a.Error, &conflict) != nil {
		return nil
	}
	return conflict.AdditionalInfo.AcceptedMessage.Quantity
}

// wholeNumber reads a quantity, which Microsoft writes with decimals: 5.0.
func wholeNumber(raw json.RawMessage) (int, error) {
	const most = 1_000_000_000
	number, err := strconv.ParseFloat(string(bytes.Trim(raw, `"`)), 64)
	if err != nil || math.IsNaN(number) || number < 0 || number > most || number != math.Trunc(number) {
		return 0, errors.New("the quantity is not a whole number")
	}
	return int(number), nil
}

// reportedDay is a row of the list of usage. It has one for each day, subscription, dimension, plan and status.
type reportedDay struct {
	Day        string          `json:"usageDate"`
	ResourceID string          `json:"usageResourceId"`
	Dimension  string          `json:"dimension"`
	Status     string          `json:"reconStatus"`
	Submitted  json.RawMessage `json:"submittedQuantity"`
	Processed  json.RawMessage `json:"processedQuantity"`
}

// Reported implements billing.Metering.
func (c *Client) Reported(ctx context.Context, since time.Time) ([]billing.ReportedUsage, error) {
	k := call{
		method: http.MethodGet, path: "usageEvents", timeout: c.bulkTimeout,
		query: url.Values{"usageStartDate": {since.UTC().Format(time.DateOnly)}},
	}
	body, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	reported, err := decodeReported(body)
	if err != nil {
		return nil, misunderstood(k, err)
	}
	return reported, nil
}

// decodeReported adds up the rows of each day, subscription and dimension. It ignores usage of products other than
// SaaS, which has no GUID.
func decodeReported(body []byte) ([]billing.ReportedUsage, error) {
	var rows []reportedDay
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if err := decode(body, &rows); err != nil {
		return nil, err
	}
	var reported []billing.ReportedUsage
	places := map[billing.ReportedUsage]int{} // keyed without quantities
	for _, row := range rows {
		id := guid[ids.Subscription](row.ResourceID)
		if id.IsZero() {
			continue
		}
		at, err := instant(row.Day)
		if err != nil || at.IsZero() {
			return nil, errors.New("usageDate is not a time")
		}
		submitted, err := wholeNumber(row.Submitted)
		if err != nil {
			return nil, err
		}
		quantity, err := wholeNumber(row.counts())
		if err != nil {
			return nil, err
		}
		key := billing.ReportedUsage{
			SubscriptionID: id, Dimension: row.Dimension, Day: at.Truncate(24 * time.Hour),
		}
		place, ok := places[key]
		if !ok {
			place = len(reported)
			places[key], reported = place, append(reported, key)
		}
		reported[place].Submitted += submitted
		reported[place].Quantity += quantity
	}
	return reported, nil
}

// counts is the quantity that counts: the submitted one, unless processing had another result:
// https://learn.microsoft.com/partner-center/marketplace-offers/marketplace-metering-service-apis
func (d reportedDay) counts() json.RawMessage {
	switch strings.TrimSpace(d.Status) {
	case "Rejected", "Mismatch":
		return d.Processed
	default:
		return d.Submitted
	}
}

package marketplace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/ids"
)

// Action says what an event of a subscription is. Microsoft may add new ones.
type Action string

// These are Microsoft's actions, and our own for what we learn without a webhook.
const (
	Subscribe      Action = "Subscribe" // activated without a landing page, or renewed
	ChangePlan     Action = "ChangePlan"
	ChangeQuantity Action = "ChangeQuantity"
	Renew          Action = "Renew"
	Suspend        Action = "Suspend"
	Reinstate      Action = "Reinstate"
	Unsubscribe    Action = "Unsubscribe"

	Activate  Action = "Activate"  // ours: the buyer's activation came into force
	Bind      Action = "Bind"      // ours: a subscription that was in force already got its tenant
	Reconcile Action = "Reconcile" // ours: the state differed from the stored one
)

// Notification has the parts of a webhook's body that we use. It says where to look, not what is true:
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
type Notification struct {
	OperationID    ids.Operation
	SubscriptionID ids.Subscription
	Action         Action
	At             time.Time // by Microsoft's clock, UTC; zero: missing
}

// ParseNotification reads a webhook's body. It needs the ids and the action, and accepts everything else: fields may be
// missing, unknown or of another type.
func ParseNotification(body []byte) (Notification, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &fields); err != nil {
		return Notification{}, errors.New("the body is not a JSON object")
	}
	n := Notification{Action: Action(jsonString(fields["action"]))}
	operation, err := guid[ids.Operation](fields["id"])
	if err != nil {
		return Notification{}, fmt.Errorf("id: %w", err)
	}
	subscription, err := guid[ids.Subscription](fields["subscriptionId"])
	if err != nil {
		return Notification{}, fmt.Errorf("subscriptionId: %w", err)
	}
	if n.Action == "" {
		return Notification{}, errors.New("action is missing")
	}
	if len(n.Action) > maxAction {
		return Notification{}, errors.New("action is too long")
	}
	n.OperationID, n.SubscriptionID = operation, subscription
	n.At = timeStamp(fields["timeStamp"])
	return n, nil
}

// timeStamp reads an instant of Microsoft's; zero when there is none that makes sense.
func timeStamp(raw json.RawMessage) time.Time {
	at, err := time.Parse(time.RFC3339Nano, jsonString(raw))
	if at = ServiceTime(at); err != nil || at.Year() < 2000 || at.Year() > 9998 {
		return time.Time{}
	}
	return at
}

// ServiceTime is an instant of Microsoft's clock in UTC, in the precision that Microsoft writes, which is 100 ns. Two
// changes of one millisecond are told apart by it.
func ServiceTime(at time.Time) time.Time { return at.UTC().Truncate(100 * time.Nanosecond) }

// maxAction is longer than every action that Microsoft knows.
const maxAction = 64

func guid[I ~[16]byte](raw json.RawMessage) (I, error) {
	id, err := uuid.Parse(jsonString(raw))
	if err != nil || id == uuid.Nil {
		return I{}, errors.New("is not a GUID")
	}
	return I(id), nil
}

func jsonString(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// maxQuantity is far above what anybody can buy. Each price times it is an amount that fits.
const maxQuantity = 10_000_000

// ParseQuantity reads a quantity. Microsoft writes it as a number, with decimals (5.0) or without, as a text, as an
// empty text, or not at all. ok is false when there is none.
func ParseQuantity(raw json.RawMessage) (quantity int, ok bool, err error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return 0, false, nil
	}
	written := string(raw)
	if raw[0] == '"' {
		if written = jsonString(raw); written == "" {
			return 0, false, nil
		}
	}
	whole, decimals, _ := strings.Cut(written, ".")
	quantity, err = strconv.Atoi(whole)
	if err == nil && quantity > maxQuantity {
		return 0, false, fmt.Errorf("the quantity is above %d", maxQuantity)
	}
	if err != nil || quantity < 0 || strings.Trim(decimals, "0") != "" {
		return 0, false, errors.New("the quantity is not a whole number")
	}
	return quantity, quantity > 0, nil
}

package marketplace_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
)

const (
	operationID    = "74dfb4db-c193-4891-827d-eb05fbdc64b0"
	subscriptionID = "37f9dea2-4345-438f-b0bd-03d40d28c7e0"
	both           = `"id":"` + operationID + `","subscriptionId":"` + subscriptionID + `"`
)

// payloads are bodies of the forms that were seen in production, and of those that a strict reader would refuse.
var payloads = map[string]struct {
	body   string
	action marketplace.Action
	at     string
}{
	"documented": {
		body: `{` + both + `,"activityId":"11111111-c193-4891-827d-eb05fbdc64b0","publisherId":"contoso","offerId":"timetracker",
			"planId":"plan2","quantity":10,"timeStamp":"2026-02-10T18:48:58.4449937Z","action":"ChangePlan",
			"status":"InProgress","operationRequestSource":"Azure","subscription":{"id":"` + subscriptionID + `",
			"planId":"plan1","quantity":10,"saasSubscriptionStatus":"Subscribed",
			"term":{"startDate":"2026-02-10T00:00:00Z","endDate":"2026-03-12T00:00:00Z","termUnit":"P1M","chargeDuration":null},
			"autoRenew":true},"purchaseToken":null}`,
		action: marketplace.ChangePlan, at: "2026-02-10T18:48:58.4449937Z",
	},
	"Subscribe with nothing but what it is about": {
		body: `{` + both + `,"activityId":"` + operationID + `","operationRequestSource":"Azure",
			"timeStamp":"2026-02-10T18:48:58.4449937Z","action":"Subscribe"}`,
		action: marketplace.Subscribe, at: "2026-02-10T18:48:58.4449937Z",
	},
	"Renew with four fields of the subscription": {
		body: `{` + both + `,"activityId":"` + operationID + `","timeStamp":"2026-02-10T18:48:58.0000000Z","action":"Renew",
			"status":"Succeeded","subscription":{"id":"` + subscriptionID + `","name":"Test","publisherId":"contoso","offerId":"timetracker"}}`,
		action: marketplace.Renew, at: "2026-02-10T18:48:58.000Z",
	},
	"Unsubscribe with empty strings": {
		body: `{` + both + `,"activityId":"` + operationID + `","publisherId":"","offerId":"","planId":"","quantity":"",
			"timeStamp":"2026-02-10T18:48:58.4449937Z","action":"Unsubscribe","status":""}`,
		action: marketplace.Unsubscribe, at: "2026-02-10T18:48:58.4449937Z",
	},
	"quantity as text":          {body: `{` + both + `,"action":"ChangeQuantity","quantity":"20"}`, action: marketplace.ChangeQuantity},
	"quantity null":             {body: `{` + both + `,"action":"ChangeQuantity","quantity":null}`, action: marketplace.ChangeQuantity},
	"quantity of another type":  {body: `{` + both + `,"action":"ChangeQuantity","quantity":{"of":[1]}}`, action: marketplace.ChangeQuantity},
	"unknown action":            {body: `{` + both + `,"action":"Transfer","newField":{"a":1}}`, action: "Transfer"},
	"byte order mark":           {body: "\xef\xbb\xbf{" + both + `,"action":"Renew"}`, action: marketplace.Renew},
	"padded":                    {body: " \r\n{" + both + `,"action":" Suspend "}` + "\n", action: marketplace.Suspend},
	"time with an offset":       {body: `{` + both + `,"action":"Renew","timeStamp":"2026-02-10T20:18:58.5+01:30"}`, action: marketplace.Renew, at: "2026-02-10T18:48:58.500Z"},
	"time of another type":      {body: `{` + both + `,"action":"Renew","timeStamp":1770749338}`, action: marketplace.Renew},
	"time that makes no sense":  {body: `{` + both + `,"action":"Renew","timeStamp":"0001-01-01T00:00:00"}`, action: marketplace.Renew},
	"the least of .NET's times": {body: `{` + both + `,"action":"Renew","timeStamp":"0001-01-01T00:00:00Z"}`, action: marketplace.Renew},
	"the most of .NET's times":  {body: `{` + both + `,"action":"Renew","timeStamp":"9999-12-31T23:59:59.9999999Z"}`, action: marketplace.Renew},
}

func TestParseNotification(t *testing.T) {
	for name, test := range payloads {
		t.Run(name, func(t *testing.T) {
			want := marketplace.Notification{
				OperationID: ids.MustParse[ids.Operation](operationID), SubscriptionID: ids.MustParse[ids.Subscription](subscriptionID), Action: test.action,
			}
			if test.at != "" {
				var err error
				if want.At, err = time.Parse(time.RFC3339Nano, test.at); err != nil {
					t.Fatal(err)
				}
			}
			got, err := marketplace.ParseNotification([]byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseNotificationIDs(t *testing.T) {
	body := `{"id":"` + strings.ToUpper(operationID) + `","subscriptionId":" ` + strings.ToUpper(subscriptionID) + `","action":"Renew"}`
	got, err := marketplace.ParseNotification([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if got.OperationID.String() != operationID || got.SubscriptionID.String() != subscriptionID {
		t.Errorf("%s of %s is not in lower case", got.OperationID, got.SubscriptionID)
	}
}

func TestParseNotificationRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":               ``,
		"no JSON":               `action=Renew`,
		"an array":              `[{` + both + `,"action":"Renew"}]`,
		"null":                  `null`,
		"two values":            `{` + both + `,"action":"Renew"}{}`,
		"no id":                 `{"subscriptionId":"` + subscriptionID + `","action":"Renew"}`,
		"an id of zeroes":       `{"id":"00000000-0000-0000-0000-000000000000","subscriptionId":"` + subscriptionID + `","action":"Renew"}`,
		"an id that is no GUID": `{"id":"42","subscriptionId":"` + subscriptionID + `","action":"Renew"}`,
		"an id of another type": `{"id":42,"subscriptionId":"` + subscriptionID + `","action":"Renew"}`,
		"no subscription":       `{"id":"` + operationID + `","action":"Renew"}`,
		"no action":             `{` + both + `}`,
		"an empty action":       `{` + both + `,"action":"  "}`,
		"an action too long":    `{` + both + `,"action":"` + strings.Repeat("x", 65) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := marketplace.ParseNotification([]byte(body)); err == nil {
				t.Errorf("took %+v", got)
			}
		})
	}
}

func FuzzParseNotification(f *testing.F) {
	for _, test := range payloads {
		f.Add([]byte(test.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := marketplace.ParseNotification(body)
		if err != nil {
			if n != (marketplace.Notification{}) {
				t.Errorf("gave %+v beside an error", n)
			}
			return
		}
		for _, id := range []string{n.OperationID.String(), n.SubscriptionID.String()} {
			if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id || parsed == uuid.Nil {
				t.Errorf("the id %q is not canonical", id)
			}
		}
		if n.Action == "" || len(n.Action) > 64 {
			t.Errorf("the action has %d bytes", len(n.Action))
		}
		if at := n.At; !at.IsZero() && (at.Location() != time.UTC || at.Year() < 2000 || at.Year() > 9998 ||
			!at.Equal(at.Truncate(100*time.Nanosecond))) {
			t.Errorf("the instant %s can't be kept", at)
		}
	})
}

func TestParseQuantity(t *testing.T) {
	for raw, want := range map[string]struct {
		quantity int
		ok       bool
		fails    bool
	}{
		``: {}, `null`: {}, `""`: {}, `"  "`: {}, `0`: {}, `"0"`: {},
		`5`: {quantity: 5, ok: true}, `"5"`: {quantity: 5, ok: true}, ` 5 `: {quantity: 5, ok: true}, `" 5 "`: {quantity: 5, ok: true},
		`5.0`: {quantity: 5, ok: true}, `"5.00"`: {quantity: 5, ok: true}, `0.0`: {}, `5.01`: {fails: true}, `".0"`: {fails: true},
		`-1`: {fails: true}, `1.5`: {fails: true}, `"five"`: {fails: true}, `true`: {fails: true}, `{}`: {fails: true},
		`99999999999999999999`: {fails: true}, `10000001`: {fails: true}, `"9007199254740993"`: {fails: true},
	} {
		quantity, ok, err := marketplace.ParseQuantity(json.RawMessage(raw))
		if quantity != want.quantity || ok != want.ok || (err != nil) != want.fails {
			t.Errorf("%q gave %d, %t, %v", raw, quantity, ok, err)
		}
	}
}

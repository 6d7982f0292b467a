package marketplace_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"timetracker/internal/sandbox/marketplace"
)

// acknowledge answers an operation as the publisher and returns the status of the call.
func (m *market) acknowledge(t *testing.T, id, operationID, status string) int {
	t.Helper()
	path := subscriptions + "/" + id + "/operations/" + operationID
	return m.call(t, http.MethodPatch, path, `{"status":"`+status+`"}`).Status
}

// slowly makes accepted changes take effect after an hour.
func slowly(c *marketplace.Config) { c.OperationDelay = time.Hour }

func TestSuccessCompletesAtOnce(t *testing.T) {
	m := startMarketplace(t, slowly)
	id := m.subscribed(t, teamOfTen)
	operationID, err := m.ChangeQuantity(id, 20)
	must(t, err)
	m.Deliver(t.Context())
	if got := m.get(t, id).Quantity; got != 10 {
		t.Errorf("%d seats before", got)
	}
	pending := m.call(t, http.MethodGet, subscriptions+"/"+id+"/operations", "")
	if !strings.Contains(pending.Body, operationID) {
		t.Errorf("pending %s", pending.Body)
	}
	if got := m.acknowledge(t, id, operationID, "Success"); got != 200 || m.get(t, id).Quantity != 20 {
		t.Errorf("%d, %d seats", got, m.get(t, id).Quantity)
	}
	pending = m.call(t, http.MethodGet, subscriptions+"/"+id+"/operations", "")
	if strings.TrimSpace(pending.Body) != `{"operations":[]}` {
		t.Errorf("pending afterwards %s", pending.Body)
	}
	if got := m.acknowledge(t, id, operationID, "Success"); got != 200 {
		t.Errorf("once more: %d", got)
	}
}

func TestSilenceIsAcceptance(t *testing.T) {
	m := startMarketplace(t, slowly)
	id := m.subscribed(t, teamOfTen)
	_, err := m.ChangeQuantity(id, 20)
	must(t, err)
	m.Deliver(t.Context())
	m.entra.Clock.Advance(time.Hour)
	if got := m.get(t, id).Quantity; got != 20 {
		t.Errorf("%d seats", got)
	}
}

func TestFailureBeforeTheWebhookIsAnswered(t *testing.T) {
	m := startMarketplace(t, slowly)
	id := m.subscribed(t, teamOfTen)
	operationID, err := m.ChangeQuantity(id, 20)
	must(t, err)
	if got := m.acknowledge(t, id, operationID, "Failure"); got != 200 {
		t.Errorf("%d", got)
	}
	m.Deliver(t.Context())
	if op := m.operation(t, id, operationID); op["status"] != "Failed" || m.get(t, id).Quantity != 10 {
		t.Errorf("%v, %d seats", op, m.get(t, id).Quantity)
	}
	if got := m.acknowledge(t, id, operationID, "Success"); got != 409 {
		t.Errorf("a change of mind: %d", got)
	}
}

func TestFailureAfterA200IsIgnored(t *testing.T) {
	m := startMarketplace(t, slowly)
	id := m.subscribed(t, teamOfTen)
	operationID, err := m.ChangeQuantity(id, 20)
	must(t, err)
	m.Deliver(t.Context())
	got := m.acknowledge(t, id, operationID, "Failure")
	m.entra.Clock.Advance(time.Hour)
	if got != 200 || m.get(t, id).Quantity != 20 {
		t.Errorf("%d, %d seats", got, m.get(t, id).Quantity)
	}
}

func TestSuccessAfterANewerUpdate(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	older, err := m.ChangeQuantity(id, 20)
	must(t, err)
	m.Deliver(t.Context())
	m.entra.Clock.Advance(time.Second)
	_, err = m.ChangeQuantity(id, 30)
	must(t, err)
	m.Deliver(t.Context())
	if got := m.acknowledge(t, id, older, "Success"); got != 409 || m.get(t, id).Quantity != 30 {
		t.Errorf("%d, %d seats", got, m.get(t, id).Quantity)
	}
}

func TestSuccessAfterACancellation(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	operationID, err := m.ChangeQuantity(id, 20)
	must(t, err)
	must(t, m.Cancel(id))
	m.Deliver(t.Context())
	if got := m.acknowledge(t, id, operationID, "Success"); got != 409 {
		t.Errorf("%d", got)
	}
	if s := m.get(t, id); s.Status != "Unsubscribed" || s.Quantity != 10 {
		t.Errorf("%+v", s)
	}
}

func TestAcknowledgementOfThePublishersOperation(t *testing.T) {
	m := startMarketplace(t, slowly)
	must(t, m.Configure(func(s *marketplace.Settings) { s.PublisherPatchFails = true }))
	id := m.subscribed(t, teamOfTen)
	operationID := m.call(t, http.MethodPatch, subscriptions+"/"+id, `{"quantity":20}`).Header.Get("Operation-Id")
	if got := m.acknowledge(t, id, operationID, "Success"); got != 500 {
		t.Errorf("%d", got)
	}
}

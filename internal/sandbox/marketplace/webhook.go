package marketplace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"timetracker/internal/sandbox/standin"
)

// How Microsoft's service sends webhooks.
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
const (
	webhookTimeout     = 10 * time.Second
	webhookMaxAttempts = 500
	webhookMaxAge      = 8 * time.Hour

	// The log keeps this number of calls. Calls that wait are never dropped.
	webhookLogSize = 500
	// A call keeps this number of answers, the latest ones.
	webhookAnswersKept = 10
)

type webhookState string

const (
	webhookWaiting  webhookState = "waiting"
	webhookAccepted webhookState = "accepted" // 2xx
	webhookRefused  webhookState = "refused"  // 4xx
	webhookGivenUp  webhookState = "given_up" // no answer after all attempts
)

// webhookCall is a webhook that was sent or will be.
type webhookCall struct {
	Number         int             `json:"number"`
	OperationID    string          `json:"operation_id"`
	SubscriptionID string          `json:"subscription_id"`
	Action         string          `json:"action"`
	Payload        json.RawMessage `json:"payload"`
	State          webhookState    `json:"state"`
	CreatedAt      time.Time       `json:"created_at"`
	DueAt          time.Time       `json:"due_at"`
	Attempts       int             `json:"attempts"`
	Answers        []webhookAnswer `json:"answers"` // oldest first
	Again          bool            `json:"again"`   // repeats an earlier webhook
}

type webhookAnswer struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"` // 0 when there was none
	Error  string    `json:"error,omitempty"`
}

// notify sends a webhook about a change that is complete. Its operation can't be read.
func (m *Server) notify(s *Subscription, action string) {
	op := m.newOperation(s, action, sourceAzure)
	op.Status = statusSucceeded
	m.enqueue(s, op)
}

// enqueue adds the webhook of an operation, with the subscription's present state.
func (m *Server) enqueue(s *Subscription, op *operation) {
	payload, err := json.Marshal(m.webhookPayload(s, op))
	if err != nil {
		panic("sandbox: a payload of strings and numbers could not be encoded: " + err.Error())
	}
	m.addCall(&webhookCall{OperationID: op.ID, SubscriptionID: s.ID, Action: op.Action, Payload: payload})
}

func (m *Server) addCall(call *webhookCall) {
	call.Number = 1
	if n := len(m.state.Webhooks); n > 0 {
		call.Number = m.state.Webhooks[n-1].Number + 1
	}
	call.State, call.CreatedAt, call.DueAt, call.Answers = webhookWaiting, m.now(), m.now(), []webhookAnswer{}
	m.state.Webhooks = append(m.state.Webhooks, call)
	if len(m.state.Webhooks) <= webhookLogSize {
		return
	}
	done := func(c *webhookCall) bool { return c.State != webhookWaiting }
	if at := slices.IndexFunc(m.state.Webhooks, done); at >= 0 {
		m.state.Webhooks = slices.Delete(m.state.Webhooks, at, at+1)
	}
}

func (m *Server) webhookPayload(s *Subscription, op *operation) map[string]any {
	payload := map[string]any{
		"id": op.ID, "activityId": op.ActivityID, "subscriptionId": s.ID, "action": op.Action,
		"operationRequestSource": op.Source, "timeStamp": m.timestamp(op.CreatedAt),
	}
	if m.settings.MinimalWebhooks && op.Action == "Subscribe" {
		payload["activityId"] = op.ID
		return payload
	}
	if m.settings.MinimalWebhooks && op.Action == actionUnsubscribe {
		for _, name := range []string{"publisherId", "offerId", "planId", "quantity", "status"} {
			payload[name] = ""
		}
		return payload
	}
	status := op.Status
	if status == statusNotStarted {
		status = statusInProgress
	}
	payload["status"] = m.status(status)
	payload["publisherId"], payload["offerId"], payload["planId"] = publisherID, op.OfferID, op.PlanID
	m.addQuantity(payload, op.Quantity)
	payload["purchaseToken"] = nil
	payload["subscription"] = m.subscriptionBody(s)
	if m.settings.MinimalWebhooks && op.Action == "Renew" {
		payload["subscription"] = map[string]any{
			"id": s.ID, "name": s.Name, "offerId": s.OfferID, "planId": s.PlanID,
		}
	}
	m.addExtra(payload)
	return payload
}

// takeDue returns the webhooks to send now, at most one per subscription, and marks them as being sent.
func (m *Server) takeDue(ctx context.Context) []*webhookCall {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []*webhookCall
	_ = m.locked(func() error { // errors are ignored as in send
		if ctx.Err() == nil && !m.settings.DeliveryPaused {
			due = m.markDue()
		}
		return nil
	})
	return due
}

func (m *Server) markDue() []*webhookCall {
	calls := slices.Clone(m.state.Webhooks)
	if m.settings.NewestFirst {
		slices.Reverse(calls)
	}
	now := m.now()
	var due []*webhookCall
	for _, call := range calls {
		if call.State != webhookWaiting || call.DueAt.After(now) || m.sending[call.SubscriptionID] {
			continue
		}
		m.sending[call.SubscriptionID] = true
		if op := m.operationOf(call); op != nil && op.Status == statusNotStarted {
			op.Status = statusInProgress
		}
		due = append(due, call)
	}
	return due
}

// operationOf returns the operation that a webhook announces, or nil if there is none.
func (m *Server) operationOf(call *webhookCall) *operation {
	at := slices.IndexFunc(m.state.Operations, func(op *operation) bool { return op.ID == call.OperationID })
	if at < 0 {
		return nil
	}
	return m.state.Operations[at]
}

// send makes the calls of one webhook and records the answers.
func (m *Server) send(ctx context.Context, call *webhookCall) {
	settings := m.Settings()
	answers := make([]webhookAnswer, settings.Copies)
	var calls sync.WaitGroup
	for i := range answers {
		calls.Go(func() { answers[i] = m.post(ctx, call.Payload, settings.TokenVersion) })
	}
	calls.Wait()
	// If the state can't be stored, the next command reports it.
	_ = m.do(func() error {
		delete(m.sending, call.SubscriptionID)
		if ctx.Err() == nil {
			m.answered(call, answers)
		}
		return nil
	})
}

func (m *Server) post(ctx context.Context, payload []byte, tokenVersion int) webhookAnswer {
	ctx, cancel := context.WithTimeout(ctx, webhookTimeout)
	defer cancel()
	status, err := m.postOnce(ctx, payload, tokenVersion)
	answer := webhookAnswer{At: m.now(), Status: status}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		answer.Error = "no answer within 10 seconds"
	case err != nil:
		answer.Error = err.Error()
	}
	return answer
}

func (m *Server) postOnce(ctx context.Context, payload []byte, tokenVersion int) (status int, err error) {
	token, err := m.config.Entra.IssueWebhookToken(tokenVersion)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.config.WebhookURL, bytes.NewReader(payload))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := m.client.Do(request)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, standin.MaxBody)) // so that the connection can be used again
	return response.StatusCode, response.Body.Close()
}

// answered applies the answers to all copies of a webhook. A refusal takes precedence over an acceptance. Any other
// status counts as no answer.
func (m *Server) answered(call *webhookCall, answers []webhookAnswer) {
	call.Attempts++
	call.Answers = append(call.Answers, answers...)
	call.Answers = call.Answers[max(0, len(call.Answers)-webhookAnswersKept):]
	inClass := func(hundreds int) func(webhookAnswer) bool {
		return func(a webhookAnswer) bool { return a.Status/100 == hundreds }
	}
	op := m.operationOf(call)
	change := op != nil && op.pending()
	switch now := m.now(); {
	case slices.ContainsFunc(answers, inClass(4)):
		call.State = webhookRefused
		if change {
			refusal := answers[slices.IndexFunc(answers, inClass(4))]
			m.refused(op, refusal.Status)
		}
	case slices.ContainsFunc(answers, inClass(2)):
		call.State = webhookAccepted
		if change {
			op.Accepted, op.CompleteAt = true, now.Add(m.config.OperationDelay)
			m.settle()
		}
	case call.Attempts >= webhookMaxAttempts || now.Sub(call.CreatedAt) >= webhookMaxAge:
		call.State = webhookGivenUp
		if change {
			op.fail("", "The publisher's webhook did not answer.")
		}
	default:
		call.DueAt = now.Add(m.config.RetryEvery)
	}
}

func (m *Server) refused(op *operation, status int) {
	op.fail(strconv.Itoa(status), "The publisher has refused the change.")
	s, err := m.subscription(op.SubscriptionID)
	if err != nil || !m.settings.RevertAfterRefusal || (op.PlanID == s.PlanID && op.Quantity == s.Quantity) {
		return
	}
	m.announce(s, m.newOperation(s, op.Action, sourceAzure))
}

// SendAgain sends a webhook again, by its number in the log.
func (m *Server) SendAgain(number int) error {
	return m.do(func() error {
		at := slices.IndexFunc(m.state.Webhooks, func(c *webhookCall) bool { return c.Number == number })
		if at < 0 {
			return &apiError{http.StatusNotFound, "NotFound", "There is no such webhook."}
		}
		first := m.state.Webhooks[at]
		m.addCall(&webhookCall{
			OperationID: first.OperationID, SubscriptionID: first.SubscriptionID, Action: first.Action,
			Payload: first.Payload, Again: true,
		})
		return nil
	})
}

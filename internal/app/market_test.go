package app

import (
	"testing"
	"time"
)

// An answer takes 8 s at most. What is left of them is for a machine that is busy.
func TestWebhookAnswersInTime(t *testing.T) {
	if webhookBudget > 7500*time.Millisecond {
		t.Errorf("the webhook takes %s", webhookBudget)
	}
}

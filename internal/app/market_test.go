package app

import (
	"testing"
	"time"
)

// An answer takes 8 s at most, which leaves the rest of Microsoft's time to a busy machine.
func TestWebhookAnswersInTime(t *testing.T) {
	if webhookBudget > 7500*time.Millisecond {
		t.Errorf("the webhook takes %s", webhookBudget)
	}
}

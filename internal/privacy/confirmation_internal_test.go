package privacy

import (
	"strings"
	"testing"
	"time"
)

// TestWhatADigestIsOf has a sentence for each standing in each language, and the day of an erasure.
func TestWhatADigestIsOf(t *testing.T) {
	for language, words := range confirmations {
		said := map[string]bool{}
		for _, standing := range []Standing{AsConfirmed, TextErased, Altered} {
			c := Confirmation{Request: Request{Kind: RightObjection, Status: Refused, Reason: "As was agreed"}}
			switch standing {
			case AsConfirmed:
				c.Request.Digest = c.digest()
			case TextErased:
				c.Request.RedactedAt = time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)
			case Altered:
				c.Request.Digest = Digest{1}
			}
			text := c.explained(words)
			if said[text] || strings.Contains(text, "%") || strings.Contains(text, "24") != (standing == TextErased) {
				t.Errorf("%s, %d: %q", language, standing, text)
			}
			said[text] = true
		}
		if words.left[KeptInBilling] == "" || words.left[KeptByTaxLaw] == "" {
			t.Errorf("%s has no words for what is kept", language)
		}
	}
}

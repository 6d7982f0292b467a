package privacy_test

import (
	"bytes"
	"strings"
	"testing"

	"timetracker/internal/privacy"
)

// TestAConfirmationAfterAnErasure refuses a request for a reason that names Grace, who is erased later. The digest stays that
// of what was confirmed, and the confirmation says why it isn't that of its lines. Anything else that alters them is told.
func TestAConfirmationAfterAnErasure(t *testing.T) {
	l := newLife(t)
	asked, reference := ask(t, l.World, l.linus, privacy.RightObjection, "Not mine")
	untouched, other := ask(t, l.World, l.linus, privacy.RightCorrection, "An hour")
	for _, r := range []privacy.Request{asked, untouched} {
		reason := "It was agreed"
		if r.ID == asked.ID {
			reason += " with " + graceName
		}
		_, err := l.Requests.Decide(t.Context(), l.ada, r.ID, r.Revision, privacy.Decision{Reason: reason})
		l.must(err)
	}
	confirmed := func(reference string, want privacy.Standing) privacy.Confirmation {
		t.Helper()
		c, err := l.Requests.ConfirmationOf(t.Context(), reference)
		l.must(err)
		if got := c.Standing(); got != want {
			t.Errorf("it stands as %d, want %d:\n%s", got, want, strings.Join(c.Lines(), "\n"))
		}
		for _, language := range []string{"en", "de"} {
			l.must(l.Requests.Print(&bytes.Buffer{}, c, language))
		}
		return c
	}
	before := confirmed(reference, privacy.AsConfirmed)
	l.erase()
	after := confirmed(reference, privacy.TextErased)
	if after.Request.Digest != before.Request.Digest || !after.Request.RedactedAt.Equal(l.Clock.Now()) {
		t.Errorf("the digest was %s, and is %s, redacted at %s", before.Request.Digest, after.Request.Digest, after.Request.RedactedAt)
	}
	if lines := strings.Join(after.Lines(), "\n"); strings.Contains(lines, graceName) {
		t.Errorf("it names her:\n%s", lines)
	}
	// Whoever guesses the reason can't see from the digest that they are right.
	guessed := after
	guessed.Request.Reason = before.Request.Reason
	if before.Request.Salt == (privacy.Salt{}) || guessed.Standing() != privacy.TextErased {
		t.Errorf("the salt was %x, and is %x", before.Request.Salt, after.Request.Salt)
	}
	confirmed(other, privacy.AsConfirmed)
	l.Exec(t, `UPDATE privacy_requests SET reason = 'It was never agreed' WHERE id = ?`, untouched.ID[:])
	confirmed(other, privacy.Altered)
}

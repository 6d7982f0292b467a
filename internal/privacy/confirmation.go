package privacy

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/pdf"
	"timetracker/internal/tenant"
)

// Confirmation says what became of a request, for the person to keep. It names nobody, so that it can be given to whoever has
// the reference, also when the person is not known here any more.
type Confirmation struct {
	Tenant  ids.Tenant
	Name    string // of the tenant; not among the lines, since it can change
	Request Request
}

// Lines are what the digest is of: one fact a line, the same for whoever writes them down again.
func (c Confirmation) Lines() []string {
	r := c.Request
	lines := []string{
		"TimeTracker privacy confirmation 1",
		"organization: " + c.Tenant.String(),
		"request: " + r.ID.String(),
		"right: " + string(r.Kind),
	}
	if r.Processing != "" {
		lines = append(lines, "processing: "+string(r.Processing))
	}
	lines = append(lines,
		"asked: "+calendar.FormatInstant(r.AskedAt),
		"due: "+calendar.FormatInstant(r.DueAt),
		"outcome: "+string(r.Status),
	)
	if !r.DecidedAt.IsZero() {
		by := "organization"
		if r.DecidedBy.ID.IsZero() {
			by = "operator"
		}
		lines = append(lines, "decided: "+calendar.FormatInstant(r.DecidedAt)+" by the "+by)
	}
	if r.Reason != "" {
		lines = append(lines, "reason: "+strings.Join(strings.Fields(r.Reason), " "))
	}
	if r.Outcome != "" {
		lines = append(lines, "done: "+strings.Join(strings.Fields(r.Outcome), " "))
	}
	for _, kept := range r.Kept {
		lines = append(lines, "kept: "+kept.What+"; "+kept.Why+"; until "+calendar.FormatInstant(kept.Until))
	}
	if !r.ClosedAt.IsZero() {
		lines = append(lines, "closed: "+calendar.FormatInstant(r.ClosedAt))
	}
	if !r.EarlierDigest.IsZero() {
		lines = append(lines, "confirmation of the decision: "+r.EarlierDigest.String())
	}
	if r.Salt != (Salt{}) {
		lines = append(lines, "salt: "+hex.EncodeToString(r.Salt[:]))
	}
	return lines
}

// digest is the SHA-256 of the lines, each ended by a line feed.
func (c Confirmation) digest() Digest {
	return sha256.Sum256([]byte(strings.Join(c.Lines(), "\n") + "\n"))
}

// Standing says how what a confirmation says is related to its digest.
type Standing int

// The standings.
const (
	AsConfirmed Standing = iota // the digest is of the lines
	TextErased                  // an erasure has taken somebody out of the lines since
	Altered                     // the lines were changed in another way
)

// Standing compares the lines with the digest.
func (c Confirmation) Standing() Standing {
	switch {
	case c.digest() == c.Request.Digest:
		return AsConfirmed
	case !c.Request.RedactedAt.IsZero():
		return TextErased
	default:
		return Altered
	}
}

// confirm notes the digest of a request that was decided on, and anew once that was carried out.
func confirm(id ids.Tenant, r *Request) {
	if r.Status == Open || (r.Kind == RightErasure && r.Status == Granted) {
		return
	}
	r.EarlierDigest = r.Digest
	_, _ = rand.Read(r.Salt[:]) // never fails
	r.Digest = Confirmation{Tenant: id, Request: *r}.digest()
}

// Confirmation is that of a request which the member may see; errs.Conflict, not_decided, before there is an outcome.
func (s *Requests) Confirmation(ctx context.Context, m tenant.Member, id ids.PrivacyRequest) (Confirmation, error) {
	r, err := s.Get(ctx, m, id)
	if err != nil {
		return Confirmation{}, err
	}
	return confirmed(Confirmation{Tenant: m.Tenant.ID, Name: m.Tenant.Name, Request: r})
}

// ConfirmationOf is that of the request with a reference, whoever asks.
func (s *Requests) ConfirmationOf(ctx context.Context, reference string) (Confirmation, error) {
	c, err := s.store.PrivacyRequestOf(ctx, HashReference(reference))
	if err != nil {
		return Confirmation{}, err
	}
	return confirmed(c)
}

func confirmed(c Confirmation) (Confirmation, error) {
	if c.Request.Digest.IsZero() {
		return Confirmation{}, errs.New(errs.Conflict, "not_decided", "There is no outcome of this request yet.")
	}
	return c, nil
}

// Print writes a confirmation as a page to keep. language is "en" or "de".
func (s *Requests) Print(w io.Writer, c Confirmation, language string) error {
	return c.writePDF(w, s.fonts, language)
}

// confirmationWords are a language's words of a confirmation.
type confirmationWords struct {
	title, organization, asked, outcome, decided, reason, done, kept, closed, until string
	byOperator, byOrganization                                                      string
	kinds                                                                           map[Kind]string
	outcomes                                                                        map[Status]string
	processings                                                                     map[Processing]string
	left                                                                            map[string]string // what is kept, and why
	lines                                                                           string
	digest                                                                          map[Standing]string
	day, date                                                                       string // layouts, with the time and without
}

var confirmations = map[string]confirmationWords{
	"en": {
		title: "Confirmation of a privacy request", organization: "Organization", asked: "Asked", outcome: "Outcome", decided: "Decided",
		reason: "Reason", done: "What was done", kept: "What is kept", closed: "Completed", until: "until", byOperator: "by the operator of TimeTracker",
		byOrganization: "by the organization",
		kinds: map[Kind]string{
			RightCorrection: "Correction", RightErasure: "Erasure", RightRestriction: "Restriction of processing", RightObjection: "Objection",
			RightWithdrawal: "Withdrawal of consent",
		},
		outcomes: map[Status]string{
			Accepted: "Granted, to be carried out", Granted: "Granted, and in force", Done: "Granted and done", Refused: "Refused", Withdrawn: "Withdrawn by the person",
		},
		processings: map[Processing]string{
			ActionLog: "what the person does on the pages", TeamReports: "the person's time in reports and lists of others",
			DesktopActivity: "what a desktop app notices of the person",
		},
		left:  map[string]string{KeptInBilling: "The person in billing records", KeptByTaxLaw: "tax law"},
		lines: "What this page confirms, line by line",
		digest: map[Standing]string{
			AsConfirmed: "The SHA-256 of these lines, each ended by a line feed, is kept with the request. Whoever has the reference can " +
				"compare it with this page:",
			TextErased: "The SHA-256 of the lines as they were confirmed is kept with the request. It isn't that of the lines above, since " +
				"somebody who was named in them was erased on %s. Whoever has kept the page from before can compare it with that one:",
			Altered: "These lines are not the ones that were confirmed: they were altered, and not by an erasure. Ask the operator of " +
				"TimeTracker. The SHA-256 of the lines that were confirmed, each ended by a line feed:",
		},
		day: "2 January 2006, 15:04 UTC", date: "2 January 2006",
	},
	"de": {
		title: "Bestätigung einer Datenschutzanfrage", organization: "Organisation", asked: "Gestellt", outcome: "Ergebnis",
		decided: "Entschieden", reason: "Begründung", done: "Was getan wurde", kept: "Was aufbewahrt wird", closed: "Abgeschlossen", until: "bis",
		byOperator: "vom Betreiber von TimeTracker", byOrganization: "von der Organisation",
		kinds: map[Kind]string{
			RightCorrection: "Berichtigung", RightErasure: "Löschung", RightRestriction: "Einschränkung der Verarbeitung", RightObjection: "Widerspruch",
			RightWithdrawal: "Widerruf einer Einwilligung",
		},
		outcomes: map[Status]string{
			Accepted: "Bewilligt, noch auszuführen", Granted: "Bewilligt und in Kraft", Done: "Bewilligt und ausgeführt", Refused: "Abgelehnt", Withdrawn: "Von der Person zurückgezogen",
		},
		processings: map[Processing]string{
			ActionLog: "was die Person auf den Seiten tut", TeamReports: "die Zeit der Person in Berichten und Listen anderer",
			DesktopActivity: "was eine Desktop-App von der Person bemerkt",
		},
		left:  map[string]string{KeptInBilling: "Die Person in Abrechnungen", KeptByTaxLaw: "Steuerrecht"},
		lines: "Was diese Seite bestätigt, Zeile für Zeile",
		digest: map[Standing]string{
			AsConfirmed: "Der SHA-256 dieser Zeilen, jede durch einen Zeilenvorschub beendet, wird mit der Anfrage aufbewahrt. Wer die " +
				"Referenz hat, kann ihn mit dieser Seite vergleichen:",
			TextErased: "Der SHA-256 der Zeilen, wie sie bestätigt wurden, wird mit der Anfrage aufbewahrt. Die Zeilen oben haben " +
				"einen anderen, weil jemand, der in ihnen genannt war, am %s gelöscht wurde. Wer die Seite von damals hat, kann ihn mit ihr vergleichen:",
			Altered: "Diese Zeilen sind nicht die, die bestätigt wurden: sie wurden verändert, und nicht durch eine Löschung. Fragen Sie den " +
				"Betreiber von TimeTracker. Der SHA-256 der bestätigten Zeilen, jede durch einen Zeilenvorschub beendet:",
		},
		day: "02.01.2006, 15:04 UTC", date: "02.01.2006",
	},
}

var (
	confirmationTitle = pdf.Face{Bold: true, Size: 20, Grey: 25}
	confirmationHead  = pdf.Face{Bold: true, Size: 11, Grey: 25}
	confirmationBody  = pdf.Face{Size: 10, Grey: 25}
	confirmationLabel = pdf.Face{Size: 8, Grey: 100}
	confirmationLine  = pdf.Face{Size: 8, Grey: 60}
)

func (c Confirmation) writePDF(w io.Writer, fonts *pdf.Fonts, language string) error {
	words, ok := confirmations[language]
	if !ok {
		language, words = "en", confirmations["en"]
	}
	r := c.Request
	made, err := pdf.New(fonts, pdf.Properties{Title: words.title, Producer: "TimeTracker", Language: language, Made: r.AskedAt})
	if err != nil {
		return fmt.Errorf("confirmation: %w", err)
	}
	s := &pdf.Sheet{Document: made, Margin: 22, Top: 22, Bottom: pdf.PageHeight - 22}
	s.NextPage()
	s.Block(confirmationTitle, s.Margin, s.Width(), pdf.ToLeft, words.title)
	s.Y += 3
	for _, fact := range c.facts(words) {
		s.Block(confirmationLabel, s.Margin, s.Width(), pdf.ToLeft, fact[0])
		s.Paragraph(confirmationBody, s.Margin, s.Width(), fact[1])
		s.Y += 2.5
	}
	s.Across(2)
	s.Block(confirmationHead, s.Margin, s.Width(), pdf.ToLeft, words.lines)
	for _, line := range c.Lines() {
		if s.Y > s.Bottom-20 {
			s.NextPage()
		}
		s.Block(confirmationLine, s.Margin, s.Width(), pdf.ToLeft, line)
	}
	s.Y += 3
	s.Block(confirmationBody, s.Margin, s.Width(), pdf.ToLeft, c.explained(words))
	s.Block(confirmationLine, s.Margin, s.Width(), pdf.ToLeft, r.Digest.String())
	if _, err := made.WriteTo(w); err != nil {
		return fmt.Errorf("confirmation: %w", err)
	}
	return nil
}

// explained says what the digest is of.
func (c Confirmation) explained(words confirmationWords) string {
	standing := c.Standing()
	if standing == TextErased {
		return fmt.Sprintf(words.digest[standing], c.Request.RedactedAt.UTC().Format(words.date))
	}
	return words.digest[standing]
}

// facts are the labels and texts of the page.
func (c Confirmation) facts(words confirmationWords) [][2]string {
	r := c.Request
	right := words.kinds[r.Kind]
	if r.Processing != "" {
		right += " (" + words.processings[r.Processing] + ")"
	}
	facts := [][2]string{
		{words.organization, c.Name},
		{words.asked, right + ", " + r.AskedAt.UTC().Format(words.day)},
		{words.outcome, words.outcomes[r.Status]},
	}
	if !r.DecidedAt.IsZero() {
		by := words.byOrganization
		if r.DecidedBy.ID.IsZero() {
			by = words.byOperator
		}
		facts = append(facts, [2]string{words.decided, r.DecidedAt.UTC().Format(words.day) + " " + by})
	}
	if r.Reason != "" {
		facts = append(facts, [2]string{words.reason, r.Reason})
	}
	if r.Outcome != "" {
		facts = append(facts, [2]string{words.done, r.Outcome})
	}
	var kept []string
	for _, one := range r.Kept {
		what, why := cmp.Or(words.left[one.What], one.What), cmp.Or(words.left[one.Why], one.Why)
		kept = append(kept, what+" ("+why+"), "+words.until+" "+one.Until.UTC().Format(words.date))
	}
	if len(kept) > 0 {
		facts = append(facts, [2]string{words.kept, strings.Join(kept, "\n")})
	}
	if !r.ClosedAt.IsZero() {
		facts = append(facts, [2]string{words.closed, r.ClosedAt.UTC().Format(words.day)})
	}
	return facts
}

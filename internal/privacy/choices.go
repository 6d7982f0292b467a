package privacy

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// Processing is something that is done with a person's data and that they can object to by a switch.
type Processing string

// The kinds of processing with a switch.
const (
	ActionLog   Processing = "action_log"   // what they do on the pages
	TeamReports Processing = "team_reports" // their time in others' reports, lists and exports
	// DesktopActivity is what a desktop app notices of them. The choice is kept for when there is one.
	DesktopActivity Processing = "desktop_activity"
)

// Processings are all of them, in the order in which they are shown.
var Processings = []Processing{ActionLog, TeamReports, DesktopActivity}

// Choices are what a person has chosen about their data. The zero value is that of whoever has chosen nothing.
type Choices struct {
	RestrictedAt time.Time // since when their time is shown to nobody else; zero: it is
	Objections   []Processing
	Nominee      Nominee
	Revision     int64
}

// Nominee may exercise the person's rights after their death or incapacity. The zero value is nobody.
type Nominee struct {
	Name    string
	Email   string
	NamedAt time.Time
}

// ChoiceStore keeps what people have chosen.
type ChoiceStore interface {
	// PrivacyChoices are a person's; the zero value when they have chosen nothing.
	PrivacyChoices(ctx context.Context, id ids.Tenant, user ids.User) (Choices, error)
	// SavePrivacyChoices writes them; errs.Stale when the stored ones aren't their predecessor. Only within Tx.
	SavePrivacyChoices(ctx context.Context, id ids.Tenant, user ids.User, c Choices) error
}

// ChoicePatch is a wanted change. Nil fields stay.
type ChoicePatch struct {
	Objections *[]Processing
	Nominee    *Nominee // with an empty name and address: nobody
}

// Choices are the member's own.
func (s *Requests) Choices(ctx context.Context, m tenant.Member) (Choices, error) {
	return s.store.PrivacyChoices(ctx, m.Tenant.ID, m.User.ID)
}

// Choose changes the member's own choices, in a tenant of any status.
func (s *Requests) Choose(ctx context.Context, m tenant.Member, revision int64, patch ChoicePatch) (Choices, error) {
	var chosen Choices
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		old, err := s.store.PrivacyChoices(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if old.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		chosen = old
		changes, err := s.choose(m, &chosen, patch)
		if err != nil || len(changes) == 0 {
			return err
		}
		chosen.Revision++
		if err := s.store.SavePrivacyChoices(ctx, m.Tenant.ID, m.User.ID, chosen); err != nil {
			return err
		}
		target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(m.User.ID), Name: m.User.Name}
		return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), audit.PrivacyChosen, target, s.now(), changes...))
	})
	return chosen, err
}

// choose applies a patch. The audit is told that there is a nominee, and not who.
func (s *Requests) choose(m tenant.Member, c *Choices, patch ChoicePatch) (changes []audit.FieldChange, err error) {
	if patch.Objections != nil {
		wanted, err := checkObjections(m, c.Objections, *patch.Objections)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(wanted, c.Objections) {
			changes = append(changes, audit.FieldChange{Field: "objections", Old: joined(c.Objections), New: joined(wanted)})
			c.Objections = wanted
		}
	}
	if patch.Nominee != nil {
		wanted, err := checkNominee(*patch.Nominee)
		if err != nil {
			return nil, err
		}
		if wanted.Name != c.Nominee.Name || wanted.Email != c.Nominee.Email {
			changes = append(changes, audit.FieldChange{Field: "nominee", Old: isNamed(c.Nominee), New: isNamed(wanted)})
			if c.Nominee = wanted; wanted.Name != "" {
				c.Nominee.NamedAt = s.now()
			}
		}
	}
	return changes, nil
}

// Offered is what a member may object to by a switch.
func Offered(m tenant.Member) []Processing {
	if m.Tenant.Settings.TeamObjection {
		return Processings
	}
	return []Processing{ActionLog, DesktopActivity}
}

// checkObjections puts what is objected to in order, and refuses what the tenant has no switch for. What holds already stays.
func checkObjections(m tenant.Member, old, wanted []Processing) ([]Processing, error) {
	var ordered []Processing
	for _, one := range Processings {
		if !slices.Contains(wanted, one) {
			continue
		}
		if !slices.Contains(Offered(m), one) && !slices.Contains(old, one) {
			return nil, errs.New(errs.RuleBroken, "objection_not_offered",
				"Your organization has no switch for this. Object by a request instead.").
				WithField("/objections", "not_offered", "team_reports can't be switched off here")
		}
		ordered = append(ordered, one)
	}
	return ordered, nil
}

func checkNominee(n Nominee) (Nominee, error) {
	n.Name, n.Email = tenant.OneLine(n.Name), strings.TrimSpace(n.Email)
	if n.Name == "" && n.Email == "" {
		return Nominee{}, nil
	}
	invalid := func(pointer, detail string) error {
		return errs.New(errs.RuleBroken, "nominee_invalid", "A nominee needs a name and an e-mail address.").
			WithField(pointer, "invalid", detail)
	}
	if length := utf8.RuneCountInString(n.Name); length == 0 || length > 200 {
		return Nominee{}, invalid("/nominee/name", "must have 1 to 200 characters")
	}
	if address, err := mail.ParseAddress(n.Email); err != nil || address.Address != n.Email || len(n.Email) > 254 {
		return Nominee{}, invalid("/nominee/email", "must be an e-mail address")
	}
	return n, nil
}

func joined(all []Processing) string {
	var texts []string
	for _, one := range all {
		texts = append(texts, string(one))
	}
	return strings.Join(texts, " ")
}

func isNamed(n Nominee) string {
	if n.Name == "" {
		return ""
	}
	return "named"
}

// object adds what a person objects to. Only within Tx.
func (s *Requests) object(ctx context.Context, id ids.Tenant, user ids.User, to Processing) error {
	c, err := s.store.PrivacyChoices(ctx, id, user)
	if err != nil || slices.Contains(c.Objections, to) {
		return err
	}
	var objections []Processing
	for _, one := range Processings {
		if one == to || slices.Contains(c.Objections, one) {
			objections = append(objections, one)
		}
	}
	c.Objections = objections
	c.Revision++
	return s.store.SavePrivacyChoices(ctx, id, user, c)
}

// restrict begins or ends the restriction of a person's data. Only within Tx.
func (s *Requests) restrict(ctx context.Context, id ids.Tenant, user ids.User, since time.Time) error {
	c, err := s.store.PrivacyChoices(ctx, id, user)
	if err != nil {
		return err
	}
	c.RestrictedAt = since
	c.Revision++
	return s.store.SavePrivacyChoices(ctx, id, user, c)
}

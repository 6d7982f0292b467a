package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/tenant"
)

// NomineeQuestion is what `timetracker privacy nominee` asks for.
type NomineeQuestion struct {
	Slug     string // of the tenant
	User     string // an address or an id
	Operator string // who asks, for the record that the person is shown
}

// ShowNominee prints whom a person has named to exercise their rights after death or incapacity. The name and the address are
// quoted, since people have written them and a terminal obeys control characters.
func ShowNominee(ctx context.Context, c config.Config, q NomineeQuestion, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	t, user, err := tenant.NewService(store, time.Now, calendar.CheckZone).FindPerson(ctx, q.Slug, q.User)
	if err != nil {
		return err
	}
	if err := noteOperator(ctx, store, t.ID, "privacy nominee", q.Operator, user.ID); err != nil {
		return err
	}
	choices, err := store.PrivacyChoices(ctx, t.ID, user.ID)
	if err != nil {
		return err
	}
	nominee := choices.Nominee
	if nominee.NamedAt.IsZero() {
		_, err = fmt.Fprintf(out, "%s has named nobody.\n", user.ID)
		return err
	}
	_, err = fmt.Fprintf(out, "%s has named %q, %q, on %s.\n", user.ID, nominee.Name, nominee.Email, nominee.NamedAt.Format(time.DateOnly))
	return err
}

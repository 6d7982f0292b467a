package tenant

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/plaintext"
)

// errErased rolls a transaction back, and is told nobody.
var errErased = errors.New("the person was erased")

// signInStep is how much later a token must have been issued to count as another sign-in.
const signInStep = 5 * time.Minute

// noteSignIn keeps what a later token says of its person, and gives the user as stored. People marry and domains change,
// so a new name or address counts at once. An older token changes nothing, so that two tokens in use don't take turns.
func (s *Service) noteSignIn(ctx context.Context, m Member, p Person) User {
	later := p.SignedInAt.Sub(m.User.LastSignInAt)
	if later <= 0 || (later < signInStep && len(m.User.profileChanges(p)) == 0) {
		return m.User
	}
	var noted User
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		noted = m.User
		noted.LastSignInAt = p.SignedInAt
		// This locks the user's row, so what is read below can't be changed by a newer token meanwhile.
		if err := s.store.NoteSignIn(ctx, m.Tenant.ID, m.User.ID, p.SignedInAt); err != nil {
			return err
		}
		stored, err := s.store.User(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if stored.Status == UserErased {
			return errErased // whoever was erased meanwhile gets nothing back
		}
		if len(m.User.profileChanges(p)) == 0 {
			return nil
		}
		if noted = stored; noted.LastSignInAt.After(p.SignedInAt) {
			return nil
		}
		changes := noted.profileChanges(p)
		if len(changes) == 0 {
			return nil
		}
		noted.takeProfile(p)
		noted.Revision++
		if err := s.store.UpdateUser(ctx, m.Tenant.ID, noted); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, m.Tenant.ID,
			audit.NewEvent(audit.Actor{Name: "Microsoft Entra ID"}, audit.ProfileChanged, userTarget(noted), s.now(), changes...))
	})
	if err != nil {
		return m.User // a database that can't write must not keep people from reading; the next call tries again
	}
	return noted
}

// takeProfile takes name, address and membership from a token, and gives what they change. A token that lacks one of
// them leaves it as it is.
func (u *User) takeProfile(p Person) (changes []audit.FieldChange) {
	name, email := displayText(p.Name), displayText(p.Email)
	if email == "" {
		email = u.Email
	}
	switch {
	case name != "":
	case email != "" && (u.Name == u.Email || u.Name == nameless(u.ObjectID)):
		name = email // somebody without a name is shown by the address
	default:
		name = u.Name
	}
	setField(&changes, "name", &u.Name, &name)
	setField(&changes, "email", &u.Email, &email)
	setField(&changes, "external", &u.External, &p.External)
	return changes
}

// profileChanges is what takeProfile would change.
func (u User) profileChanges(p Person) []audit.FieldChange { return u.takeProfile(p) }

// maxShown is how many characters of a name or an address are kept. Directories allow 256.
const maxShown = 256

// nameless is the name of somebody of whom the directory tells neither name nor address. Pages and documents have no
// blank where a person is.
func nameless(id ids.Object) string {
	text := id.String()
	return "Person " + text[max(0, len(text)-8):]
}

// displayText cuts a text of a token to the length that is kept; one that shows nothing is empty. An odd name in a
// directory must not keep anybody from signing in.
func displayText(text string) string {
	if text = plaintext.CleanLine(text); !strings.ContainsFunc(text, visible) {
		return ""
	}
	if utf8.RuneCountInString(text) > maxShown {
		text = strings.TrimSpace(string([]rune(text)[:maxShown]))
	}
	return text
}

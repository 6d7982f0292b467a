package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// maxOperator is the longest name of an operator.
const maxOperator = 200

// noteOperator records that an operator's command reads data of people or, without any, of everybody in the tenant. It is
// called before the command prints anything, and within the transaction of what the command changes.
func noteOperator(ctx context.Context, store *sqlstore.Store, id ids.Tenant, command, operator string, whose ...ids.User) error {
	operator = strings.TrimSpace(operator)
	if length := utf8.RuneCountInString(operator); length == 0 || length > maxOperator {
		return fmt.Errorf("the operator's name must have 1 to %d letters", maxOperator)
	}
	now, err := databaseTime(ctx, store, time.Now)
	if err != nil {
		return err
	}
	by := audit.Reader{Operator: command + ", by " + operator}
	return audit.NewAccesses(store, now).Note(ctx, id, by, audit.AccessOperator, whose...)
}

// Concern is what `timetracker privacy concerned` asks for: who is concerned by what happened in a tenant in [Since, Until).
type Concern struct {
	Slug         string
	Operator     string // who asks, for the record that people are shown
	Since, Until time.Time
}

// ListConcerned prints whose data was read and by whom, what was changed, who signed in last, and how to reach everybody who
// is concerned. Names are quoted, since people have written them and a terminal obeys control characters.
func ListConcerned(ctx context.Context, c config.Config, asked Concern, out io.Writer, log *slog.Logger) error {
	if !asked.Since.Before(asked.Until) {
		return errors.New("--since must be before --until")
	}
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	t, _, err := tenant.NewService(store, time.Now, calendar.CheckZone).Find(ctx, asked.Slug)
	if err != nil {
		return err
	}
	if err := noteOperator(ctx, store, t.ID, "privacy concerned", asked.Operator); err != nil {
		return err
	}
	found := concerned{Concern: asked, store: store, tenant: t.ID, people: map[ids.User]tenant.User{}, why: map[ids.User]map[string]bool{}}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, step := range []func(context.Context, io.Writer) error{found.readPeople, found.reads, found.changes, found.signIns} {
		if err := step(ctx, table); err != nil {
			return err
		}
	}
	found.print(table)
	return table.Flush()
}

// concerned collects who is.
type concerned struct {
	Concern
	store  *sqlstore.Store
	tenant ids.Tenant
	people map[ids.User]tenant.User
	why    map[ids.User]map[string]bool
}

func (f *concerned) readPeople(ctx context.Context, _ io.Writer) error {
	return page.Each(func(request page.Request) ([]tenant.User, error) {
		return f.store.Users(ctx, f.tenant, tenant.UserFilter{}, request)
	}, func(u tenant.User) page.Position { return page.Position{Name: u.Name, ID: ids.Any(u.ID)} }, func(u tenant.User) error {
		f.people[u.ID] = u
		return nil
	})
}

// add notes why a person is concerned. Whose invitation was withdrawn can't be reached any more.
func (f *concerned) add(user ids.User, why string) {
	if _, there := f.people[user]; !there {
		return
	}
	if f.why[user] == nil {
		f.why[user] = map[string]bool{}
	}
	f.why[user][why] = true
}

func (f *concerned) name(user ids.User) string {
	if u, there := f.people[user]; there {
		return fmt.Sprintf("%q", u.Name)
	}
	return user.String()
}

// reads are the access records. A record counts when one of its reads can be in the time.
func (f *concerned) reads(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "READ\tBY\tAS\tWHAT\tWHOSE\tLAST\tTIMES")
	from := f.Since.UTC().Truncate(time.Hour)
	return audit.NewAccesses(f.store, time.Now).Between(ctx, f.tenant, from, f.Until, func(r audit.AccessRecord) error {
		if r.LastAt.Before(f.Since) || !r.FirstAt.Before(f.Until) {
			return nil
		}
		by, as, whose := f.name(r.By.ID), r.By.Role, "everybody's"
		if r.By.ID.IsZero() {
			by, as = fmt.Sprintf("%q", r.By.Operator), "operator"
		}
		if r.Whose.IsZero() {
			for user := range f.people {
				f.add(user, "read with everybody's")
			}
		} else {
			whose = f.name(r.Whose)
			f.add(r.Whose, "read")
		}
		_, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n",
			calendar.FormatInstant(r.FirstAt), by, as, r.Kind, whose, calendar.FormatInstant(r.LastAt), r.Reads)
		return err
	})
}

// changes are the administrative changes.
func (f *concerned) changes(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "\nCHANGED\tBY\tAS\tWHAT\tWHOSE")
	return page.Each(func(request page.Request) ([]audit.Event, error) {
		return f.store.AuditEvents(ctx, f.tenant, audit.Filter{From: f.Since, To: f.Until}, request)
	}, func(e audit.Event) page.Position { return page.Position{At: e.At, ID: ids.Any(e.ID)} }, func(e audit.Event) error {
		if e.Target.Kind == audit.TargetUser {
			f.add(ids.User(e.Target.ID), "changed")
		}
		_, err := fmt.Fprintf(out, "%s\t%q\t%s\t%s\t%q\n", calendar.FormatInstant(e.At), e.Actor.Name, e.ActorKind(), e.Type, e.Target.Name)
		return err
	})
}

// signIns are the people whose latest sign-in is in the time. Earlier ones aren't kept.
func (f *concerned) signIns(_ context.Context, out io.Writer) error {
	fmt.Fprintln(out, "\nSIGNED IN\tWHO\tAS")
	for _, u := range f.inOrder(slices.Collect(maps.Keys(f.people))) {
		if !u.LastSignInAt.Before(f.Since) && u.LastSignInAt.Before(f.Until) {
			fmt.Fprintf(out, "%s\t%q\t%s\n", calendar.FormatInstant(u.LastSignInAt), u.Name, u.Role)
		}
	}
	return nil
}

// print prints who is concerned, with the address at which the organization reaches them.
func (f *concerned) print(out io.Writer) {
	fmt.Fprintln(out, "\nCONCERNED\tADDRESS\tROLE\tSTATUS\tDATA")
	for _, u := range f.inOrder(slices.Collect(maps.Keys(f.why))) {
		why := slices.Sorted(maps.Keys(f.why[u.ID]))
		fmt.Fprintf(out, "%q\t%q\t%s\t%s\t%s\n", u.Name, u.Email, u.Role, u.Status, strings.Join(why, ", "))
	}
}

// inOrder are people by name.
func (f *concerned) inOrder(users []ids.User) []tenant.User {
	people := make([]tenant.User, len(users))
	for i, user := range users {
		people[i] = f.people[user]
	}
	slices.SortFunc(people, func(a, b tenant.User) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return people
}

package bench

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the driver

	"timetracker/internal/ids"
	"timetracker/internal/sqlstore"
	"timetracker/internal/workitem"
)

// These describe the tenants. Everybody has the same organization, projects and work items.
const (
	organization = "contoso"
	projects     = 20
	firstItem    = 101
	items        = 50 // in each project
	itemType     = "User Story"
)

func projectName(i int) string { return fmt.Sprintf("Project %02d", i%projects) }
func itemTitle(i int) string   { return fmt.Sprintf("Work item number %d, as people name them", i) }

// id is the id of a thing: a UUID that looks as if things had been made one after the other over some months.
func id(kind, tenant, number int) ids.Any {
	name := fmt.Sprint(kind, tenant, number)
	random := sha256.Sum256([]byte(name))
	made := monthStart.UnixMilli() + int64(number)*2591 + int64(tenant)*73
	var u uuid.UUID
	copy(u[:], random[:])
	binary.BigEndian.PutUint64(u[:], uint64(made)<<16|uint64(binary.BigEndian.Uint16(random[:])))
	u[6], u[8] = 0x70|u[6]&0x0f, 0x80|u[8]&0x3f // version and variant, RFC 9562 section 5.7
	return ids.Any(u)
}

// The kinds of ids.
const (
	ofTenant = iota + 1
	ofDirectory
	ofUser
	ofObject
	ofEntry
	ofSubscription
	ofTerms
	ofEvent
	ofSite
	ofProject
	ofActivity
	ofItem
)

// This is the month of reports. Benchmarks of timers write to the present, so that the month does not change.
var (
	monthStart = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	monthEnd   = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
)

// crowd is a number of similar tenants.
type crowd struct {
	tenants int
	users   int // of each tenant
	entries int // of each tenant, in the months, spread evenly over users and time
	months  int // up to the month's end; zero: one
	paying  bool
	silent  bool // entries have no events, since many would take long to write
}

// ownTenant is the number of the tenant that benchmarks act for.
const ownTenant = 0

// team is the tenant that uses timers. It has so many people that nobody starts more timers than a busy person would.
func team() crowd {
	users := connections * sized(32, 1)
	return crowd{tenants: 1, users: users, entries: 10 * users}
}

// month gives a tenant with so many entries in the month. More entries mean more people.
func month(entries int) crowd {
	switch {
	case entries >= 1_000_000:
		return crowd{tenants: 1, users: 2_000, entries: entries, silent: true}
	case entries >= 100_000:
		return crowd{tenants: 1, users: 500, entries: entries, silent: true}
	default:
		return crowd{tenants: 1, users: 100, entries: entries, silent: true}
	}
}

// others gives a hundred tenants with so many entries together.
func others(entries int) crowd {
	tenants := sized(100, 2)
	return crowd{tenants: tenants, users: max(1, entries/tenants/100), entries: entries / tenants, silent: true}
}

// subscribed are so many tenants with a few people each.
func subscribed(tenants int) crowd {
	return crowd{tenants: tenants, users: 3, entries: 6, paying: true, silent: true}
}

// customers are 10,000 tenants that pay, with 50,000 people and 1,000,000 entries together. Most are small.
func customers() []crowd {
	return []crowd{
		{tenants: sized(8_000, 2), users: 2, entries: 2 * 20, paying: true, silent: true},
		{tenants: sized(1_500, 1), users: 8, entries: 8 * 20, paying: true, silent: true},
		{tenants: sized(450, 1), users: 24, entries: 24 * 20, paying: true, silent: true},
		{tenants: sized(50, 1), users: sized(224, 2), entries: sized(224, 2) * 20, paying: true, silent: true},
	}
}

// seats is how many seats each paying tenant has bought.
const seats = 250

// seed makes a database file with the crowds, of which the first tenant is ownTenant. It does not use the product,
// since a million entries through the API would take minutes. It makes indexes last, which is faster still.
func seed(b *testing.B, crowds ...crowd) (path string) {
	b.Helper()
	path = b.TempDir() + "/bench.db"
	store, err := sqlstore.Open(b.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + path})
	if err != nil {
		b.Fatal(err)
	}
	if err := store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	db := openFile(b, path, "synchronous(0)", "cache_size(-262144)", "temp_store(memory)")
	defer db.Close()
	tx, err := db.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	s := &seeder{b: b, tx: tx, statements: make(map[string]*sql.Stmt)}
	indexes := s.dropIndexes()
	tenant := ownTenant
	for _, c := range crowds {
		for range c.tenants {
			s.tenant(tenant, c)
			tenant++
		}
	}
	for _, text := range indexes {
		s.exec(text)
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return path
}

// openFile opens the benchmark's own connections.
func openFile(tb testing.TB, path string, pragmas ...string) *sql.DB {
	tb.Helper()
	query := url.Values{"_pragma": append([]string{"busy_timeout(10000)"}, pragmas...), "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+path+"?"+query.Encode())
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

// seeder writes rows in one transaction.
type seeder struct {
	b          *testing.B
	tx         *sql.Tx
	statements map[string]*sql.Stmt
}

func (s *seeder) exec(text string, args ...any) {
	s.b.Helper()
	statement, ok := s.statements[text]
	if !ok {
		var err error
		if statement, err = s.tx.PrepareContext(s.b.Context(), text); err != nil {
			s.b.Fatal(err)
		}
		s.statements[text] = statement
	}
	if _, err := statement.ExecContext(s.b.Context(), args...); err != nil {
		s.b.Fatal(err)
	}
}

// dropIndexes drops the indexes of time_entries and gives the statements that make them.
func (s *seeder) dropIndexes() (texts []string) {
	s.b.Helper()
	rows, err := s.tx.QueryContext(s.b.Context(), `SELECT name, sql FROM sqlite_schema
		WHERE type = 'index' AND tbl_name = 'time_entries' AND sql IS NOT NULL`)
	if err != nil {
		s.b.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			s.b.Fatal(err)
		}
		names, texts = append(names, name), append(texts, text)
	}
	if err := rows.Err(); err != nil {
		s.b.Fatal(err)
	}
	for _, name := range names {
		s.exec("DROP INDEX " + name)
	}
	return texts
}

func (s *seeder) tenant(number int, c crowd) {
	s.b.Helper()
	created := monthStart.UnixMilli()
	tenant := id(ofTenant, number, 0)
	plan, paidSeats, rate := "internal", 0, 0
	if c.paying {
		plan, paidSeats, rate = "paid", seats, 900
	}
	s.exec(`INSERT INTO tenants (id, directory_id, name, slug, azure_devops_organization, admin_email, plan_name, status,
			time_zone, on_start_while_running, auto_stop_after_ms, edit_window_days, allow_overlap, team_objection, write_back, write_back_step,
			write_back_remaining, join_policy, week_start,
			created_at, revision, currency, paid_seats, rate_minor, billing_name, billing_address)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'active', 'UTC', 'switch', 36000000, 14, 0, 0, 0, 1, 0, 'invite_only', 'monday', ?, 1, 'USD', ?, ?, '', '')`,
		tenant, id(ofDirectory, number, 0), fmt.Sprintf("Tenant %d", number), fmt.Sprintf("tenant-%d", number),
		organization, "admin@contoso.example", plan, created, paidSeats, rate)
	s.exec(`INSERT INTO activities (tenant_id, id, name, name_key, billable, position, revision) VALUES (?, ?, 'Development', 'DEVELOPMENT', 1, 0, 1)`,
		tenant, id(ofActivity, number, 0))
	s.exec(`UPDATE tenants SET default_activity_id = ? WHERE id = ?`, id(ofActivity, number, 0), tenant)
	if c.paying {
		s.subscription(number)
	}
	for user := range c.users {
		role := "user"
		if user == 0 {
			role = "admin"
		}
		s.exec(`INSERT INTO users (tenant_id, id, object_id, email, name, role, status, auth_provider, is_external,
				claimed_email, time_zone, zone_chosen, single_keys_off, notice_seen, created_at, revision)
			VALUES (?, ?, ?, ?, ?, ?, 'active', 'microsoft', 0, '', '', 0, 0, 0, ?, 1)`,
			tenant, id(ofUser, number, user), id(ofObject, number, user), fmt.Sprintf("user-%d@contoso.example", user),
			personName(user), role, created)
	}
	perProject := items
	if c.paying {
		perProject = 1 // billing reads no project, and there are many tenants
	}
	s.work(number, perProject)
	// Entries are in the order of time, as they would arrive: everybody's first, everybody's second, …
	each := c.entries / c.users
	began := monthEnd.AddDate(0, -max(1, c.months), 0).UnixMilli()
	slot := (monthEnd.UnixMilli() - began) / int64(max(1, each))
	for i := range each {
		for user := range c.users {
			start := began + slot*int64(i) + int64(user)
			length := min(slot*4/5, 4*time.Hour.Milliseconds())
			review := 0
			if i%50 == 49 {
				review = 1
			}
			project := (user + i/4%projectsEach) % projects
			s.exec(insertEntry,
				tenant, id(ofEntry, number, i*c.users+user), id(ofUser, number, user),
				id(ofItem, number, project+i%perProject*projects), id(ofProject, number, project), id(ofActivity, number, 0), start, start+length, review,
				monthNumber(start))
			if !c.silent {
				s.events(number, user, i*c.users+user, start, start+length)
			}
		}
	}
}

// monthNumber is the month of an instant as the store counts it: from 1970-01.
func monthNumber(at int64) int {
	month := time.UnixMilli(at).UTC()
	return (month.Year()-1970)*12 + int(month.Month()) - 1
}

// work makes the tenant's site, its projects and their work items.
func (s *seeder) work(tenant, perProject int) {
	s.b.Helper()
	of, site := id(ofTenant, tenant, 0), id(ofSite, tenant, 0)
	key := workitem.NameKey(organization)
	s.exec(`INSERT INTO sites (tenant_id, id, tracker, name, name_key) VALUES (?, ?, ?, ?, ?)`,
		of, site, string(workitem.AzureDevOps), organization, key)
	s.exec(`INSERT INTO site_names (tenant_id, name_key, site_id, name) VALUES (?, ?, ?, ?)`, of, key, site, organization)
	for number := range projects {
		project, name := id(ofProject, tenant, number), projectName(number)
		key := workitem.NameKey(name)
		s.exec(`INSERT INTO projects (tenant_id, id, site_id, name, name_key, merge_used, counts_as, general_allowed, revision)
			VALUES (?, ?, ?, ?, ?, 0, ?, 0, 1)`, of, project, site, name, key, project)
		s.exec(`INSERT INTO project_names (tenant_id, name_key, project_id, name) VALUES (?, ?, ?, ?)`, of, key, project, name)
	}
	for number := range projects * perProject {
		item := firstItem + number
		s.exec(`INSERT INTO work_items (tenant_id, id, site_id, number, project_id, title, type) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			of, id(ofItem, tenant, number), site, strconv.Itoa(item), id(ofProject, tenant, number%projects), itemTitle(item), itemType)
	}
}

const (
	insertEntry = `INSERT INTO time_entries (tenant_id, id, user_id, work_item_id, project_id, activity_id, billable, started_at, stopped_at,
			source, needs_review, counted_month, note, revision)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, 1, ?, ?, '', 2)`
	insertEvent = `INSERT INTO timer_events (tenant_id, id, event_type, occurred_at, user_id, entry_id) VALUES (?, ?, ?, ?, ?, ?)`
)

// events adds the events of an entry's start and of its stop.
func (s *seeder) events(tenant, user, entry int, started, stopped int64) {
	s.b.Helper()
	s.exec(insertEvent, id(ofTenant, tenant, 0), id(ofEvent, tenant, 2*entry), 1, started, id(ofUser, tenant, user), id(ofEntry, tenant, entry))
	s.exec(insertEvent, id(ofTenant, tenant, 0), id(ofEvent, tenant, 2*entry+1), 2, stopped, id(ofUser, tenant, user), id(ofEntry, tenant, entry))
}

// subscription gives a tenant the seats that it pays for, from the previous month on.
func (s *seeder) subscription(number int) {
	s.b.Helper()
	tenant, subscription := id(ofTenant, number, 0), id(ofSubscription, number, 0)
	began := monthStart.AddDate(0, -1, 0)
	s.exec(`INSERT INTO subscriptions (tenant_id, id, offer_id, plan_id, quantity, status, beneficiary_directory,
			purchaser_directory, term_start_at, term_end_at, term_unit, auto_renew, free_trial, read_only,
			users_at_purchase, plan_changed, quantity_changed, obstacle, created_at, revision)
		VALUES (?, ?, 'timetracker', 'team', ?, 'subscribed', ?, ?, ?, ?, 'P1M', 1, 0, 0, 1, 0, 0, '', ?, 1)`,
		tenant, subscription, seats, id(ofDirectory, number, 0), id(ofDirectory, number, 0),
		began.UnixMilli(), began.AddDate(0, 1, -1).UnixMilli(), began.UnixMilli())
	s.exec(`INSERT INTO tenant_terms (tenant_id, id, effective_at, plan_name, status, subscription_id, plan_id, plan_title,
			model, seats, currency, rate_minor, agreed, base_minor, included, free_trial, live)
		VALUES (?, ?, ?, 'paid', 'active', ?, 'team', 'Team', 'seats', ?, 'USD', 900, 0, 0, 0, 0, 1)`,
		tenant, id(ofTerms, number, 0), began.UnixMilli(), subscription, seats)
}

// projectsEach is how many projects a person works in within the month, with four entries in each before the next.
const projectsEach = 4

func personName(user int) string { return fmt.Sprintf("Person Number %d", user) }

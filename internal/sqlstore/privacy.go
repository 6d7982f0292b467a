package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
)

const privacyRequestColumns = `p.id, p.user_id, u.name, p.kind, p.processing, p.status, p.note, p.asked_at, p.due_at, p.decided_at,
		p.decided_by, d.name, p.reason, p.outcome, p.kept, p.closed_at, p.digest, p.digest_salt, p.earlier_digest, p.redacted_at,
		p.reminded_days, p.revision`

// joinRequester finds the names of who asks and of who has decided.
const joinRequester = ` JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id
	LEFT JOIN users d ON d.tenant_id = p.tenant_id AND d.id = p.decided_by`

const selectPrivacyRequest = `SELECT ` + privacyRequestColumns + ` FROM privacy_requests p` + joinRequester + ` WHERE p.tenant_id = @tenant_id`

// privacyRequestTargets scan privacyRequestColumns; kept is JSON.
func privacyRequestTargets(r *privacy.Request, kept *[]byte) []any {
	return []any{
		&r.ID, &r.User.ID, &r.User.Name, &r.Kind, &r.Processing, &r.Status, &r.Note, instant{&r.AskedAt}, instant{&r.DueAt},
		instant{&r.DecidedAt}, &r.DecidedBy.ID, nullable[string]{&r.DecidedBy.Name}, &r.Reason, &r.Outcome, kept, instant{&r.ClosedAt},
		fixedBytes{r.Digest[:]}, fixedBytes{r.Salt[:]}, fixedBytes{r.EarlierDigest[:]}, instant{&r.RedactedAt},
		nullable[int]{&r.Reminded}, &r.Revision,
	}
}

func scanPrivacyRequest(row *sql.Rows) (r privacy.Request, err error) {
	var kept []byte
	if err := row.Scan(privacyRequestTargets(&r, &kept)...); err != nil {
		return r, err
	}
	r.Kept, err = keptOf(kept)
	return r, err
}

// keptOf reads what an erasure has left; nothing as nil.
func keptOf(text []byte) (kept []privacy.Kept, err error) {
	if err = json.Unmarshal(text, &kept); len(kept) == 0 {
		kept = nil
	}
	return kept, err
}

// fixedBytes scans what fixedOrNull wrote.
type fixedBytes struct{ into []byte }

// Scan implements sql.Scanner.
func (f fixedBytes) Scan(value any) error {
	content, ok := value.([]byte)
	switch {
	case value == nil:
		clear(f.into)
	case !ok || len(content) != len(f.into):
		return fmt.Errorf("%T isn't %d bytes", value, len(f.into))
	default:
		copy(f.into, content)
	}
	return nil
}

// fixedOrNull is NULL for zeros alone.
func fixedOrNull(content []byte) any {
	if !slices.ContainsFunc(content, func(b byte) bool { return b != 0 }) {
		return nil
	}
	return content
}

// waits is the condition that a request waits for somebody.
const waits = `p.closed_at IS NULL AND p.status IN (@open, @accepted)`

// waiting are the parameters of waits, and others.
func waiting(others ...any) []any {
	return append(others, sql.Named("open", string(privacy.Open)), sql.Named("accepted", string(privacy.Accepted)))
}

// PrivacyRequests implements privacy.RequestStore.
func (s *Store) PrivacyRequests(
	ctx context.Context, id ids.Tenant, filter privacy.Filter, request page.Request,
) ([]privacy.Request, error) {
	var where engine.Filter
	if !filter.User.IsZero() {
		where.And(`p.user_id = @user_id`, sql.Named("user_id", filter.User))
	}
	if filter.Waiting {
		where.And(waits, waiting()...)
	}
	until := int64(math.MaxInt64)
	if request.After != (page.Position{}) {
		until = request.After.At.UnixMilli()
	}
	return readRows(ctx, s, id, "privacy requests", scanPrivacyRequest, selectPrivacyRequest+`
			AND p.asked_at <= @until AND (p.asked_at < @until OR p.id < @until_id)`+where.Text()+`
		ORDER BY p.asked_at DESC, p.id DESC`+s.dialect.Page,
		where.Args(sql.Named("until", until), sql.Named("until_id", request.After.ID.Key()), sql.Named("limit", request.Limit))...)
}

// PrivacyRequest implements privacy.RequestStore.
func (s *Store) PrivacyRequest(ctx context.Context, id ids.Tenant, request ids.PrivacyRequest) (privacy.Request, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return privacy.Request{}, err
	}
	r, ok, err := engine.QueryOne(ctx, on, scanPrivacyRequest, selectPrivacyRequest+` AND p.id = @id`, sql.Named("id", request))
	if err != nil {
		return privacy.Request{}, fmt.Errorf("read a privacy request: %w", err)
	}
	if !ok {
		return privacy.Request{}, privacy.RequestNotFound()
	}
	return r, nil
}

// confirmations are requests of any tenant with what a confirmation says of it.
func (s *Store) confirmations(ctx context.Context, where string, args ...any) ([]privacy.Confirmation, error) {
	found, err := engine.QueryAll(ctx, s.crossTenant(ctx), func(row *sql.Rows) (c privacy.Confirmation, err error) {
		var kept []byte
		if err := row.Scan(append([]any{&c.Tenant, &c.Name}, privacyRequestTargets(&c.Request, &kept)...)...); err != nil {
			return c, err
		}
		c.Request.Kept, err = keptOf(kept)
		return c, err
	}, `SELECT t.id, t.name, `+privacyRequestColumns+`
		FROM privacy_requests p
		JOIN tenants t ON t.id = p.tenant_id`+joinRequester+where, args...)
	if err != nil {
		return nil, fmt.Errorf("find privacy requests: %w", err)
	}
	return found, nil
}

// PrivacyRequestOf implements privacy.RequestStore. It crosses tenants, since whoever has the reference names none.
func (s *Store) PrivacyRequestOf(ctx context.Context, reference [sha256.Size]byte) (privacy.Confirmation, error) {
	found, err := s.confirmations(ctx, ` WHERE p.reference_hash = @reference_hash`, sql.Named("reference_hash", reference[:]))
	switch {
	case err != nil:
		return privacy.Confirmation{}, err
	case len(found) == 0:
		return privacy.Confirmation{}, privacy.RequestNotFound()
	}
	return found[0], nil
}

// WaitingPrivacyRequests implements privacy.RequestStore. It crosses tenants, since the operator answers for all of them.
func (s *Store) WaitingPrivacyRequests(ctx context.Context, request page.Request) ([]privacy.Confirmation, error) {
	return s.confirmations(ctx, `
		WHERE `+waits+` AND p.due_at >= @after_at AND (p.due_at > @after_at OR p.id > @after_id)
		ORDER BY p.due_at, p.id`+s.dialect.Page,
		waiting(sql.Named("after_at", request.After.At.UnixMilli()), sql.Named("after_id", request.After.ID.Key()), sql.Named("limit", request.Limit))...)
}

// FirstPrivacyDue implements privacy.RequestStore.
func (s *Store) FirstPrivacyDue(ctx context.Context, id ids.Tenant, aside ids.User) (due time.Time, err error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	due, _, err = engine.QueryOne(ctx, on, func(row *sql.Rows) (due time.Time, err error) { return due, row.Scan(instant{&due}) },
		`SELECT MIN(p.due_at) FROM privacy_requests p WHERE p.tenant_id = @tenant_id AND `+waits+` AND p.user_id <> @aside`,
		waiting(sql.Named("aside", aside))...)
	if err != nil {
		return time.Time{}, fmt.Errorf("read when a privacy request is due: %w", err)
	}
	return due, nil
}

// OverduePrivacyRequests implements privacy.RequestStore. It crosses tenants, since the operator answers for all of them.
func (s *Store) OverduePrivacyRequests(ctx context.Context, now time.Time) (int, error) {
	count, _, err := engine.QueryOne(ctx, s.crossTenant(ctx), func(row *sql.Rows) (count int, err error) {
		return count, row.Scan(&count)
	}, `SELECT COUNT(*) FROM privacy_requests p
		WHERE `+waits+` AND p.due_at < @now`, waiting(sql.Named("now", milliseconds(now)))...)
	if err != nil {
		return 0, fmt.Errorf("count overdue privacy requests: %w", err)
	}
	return count, nil
}

// InsertPrivacyRequest implements privacy.RequestStore.
func (s *Store) InsertPrivacyRequest(ctx context.Context, id ids.Tenant, r privacy.Request, reference [sha256.Size]byte) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{Args: []any{
		sql.Named("id", r.ID), sql.Named("user_id", r.User.ID), sql.Named("kind", string(r.Kind)), sql.Named("processing", string(r.Processing)),
		sql.Named("status", string(r.Status)), sql.Named("note", r.Note), sql.Named("reference_hash", reference[:]), sql.Named("asked_at", milliseconds(r.AskedAt)),
		sql.Named("due_at", milliseconds(r.DueAt)), sql.Named("revision", r.Revision),
	}, Text: `INSERT INTO privacy_requests (tenant_id, id, user_id, kind, processing, status, note, reference_hash, asked_at, due_at, reason,
			outcome, kept, revision)
		VALUES (@tenant_id, @id, @user_id, @kind, @processing, @status, @note, @reference_hash, @asked_at, @due_at, '', '', '[]', @revision)`}},
		engine.On{engine.Duplicate: func(cause error) error {
			return errs.Wrap(cause, errs.Conflict, "request_open", "You have asked for this already, and it is not completed.")
		}})
}

// UpdatePrivacyRequest implements privacy.RequestStore.
func (s *Store) UpdatePrivacyRequest(ctx context.Context, id ids.Tenant, r privacy.Request) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	kept, err := json.Marshal(append([]privacy.Kept{}, r.Kept...))
	if err != nil {
		return fmt.Errorf("keep a privacy request: %w", err)
	}
	return tx.Save(ctx, []engine.Statement{{One: true, Args: []any{
		sql.Named("id", r.ID), sql.Named("status", string(r.Status)), sql.Named("decided_at", milliseconds(r.DecidedAt)),
		sql.Named("decided_by", r.DecidedBy.ID), sql.Named("reason", r.Reason), sql.Named("outcome", r.Outcome),
		sql.Named("kept", string(kept)), sql.Named("closed_at", milliseconds(r.ClosedAt)), sql.Named("digest", fixedOrNull(r.Digest[:])),
		sql.Named("digest_salt", fixedOrNull(r.Salt[:])), sql.Named("earlier_digest", fixedOrNull(r.EarlierDigest[:])),
		sql.Named("revision", r.Revision),
	}, Text: `UPDATE privacy_requests
		SET status = @status, decided_at = @decided_at, decided_by = @decided_by, reason = @reason, outcome = @outcome, kept = @kept,
			closed_at = @closed_at, digest = @digest, digest_salt = @digest_salt, earlier_digest = @earlier_digest, revision = @revision
		WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision - 1`}}, nil)
}

// NotePrivacyReminder implements privacy.RequestStore.
func (s *Store) NotePrivacyReminder(ctx context.Context, id ids.Tenant, request ids.PrivacyRequest, days int) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{One: true, Args: []any{
		sql.Named("id", request), sql.Named("reminded_days", days),
	}, Text: `UPDATE privacy_requests SET reminded_days = @reminded_days WHERE tenant_id = @tenant_id AND id = @id
		AND (reminded_days IS NULL OR reminded_days > @reminded_days)`}}, nil)
}

// PrivacyChoices implements privacy.ChoiceStore.
func (s *Store) PrivacyChoices(ctx context.Context, id ids.Tenant, user ids.User) (privacy.Choices, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return privacy.Choices{}, err
	}
	c, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (c privacy.Choices, err error) {
		var objections string
		err = row.Scan(instant{&c.RestrictedAt}, &objections, &c.Nominee.Name, &c.Nominee.Email, instant{&c.Nominee.NamedAt}, &c.Revision)
		c.Objections = processings(objections)
		return c, err
	}, `SELECT restricted_at, objections, nominee_name, nominee_email, nominee_named_at, revision FROM privacy_choices
		WHERE tenant_id = @tenant_id AND user_id = @user_id`, sql.Named("user_id", user))
	if err != nil {
		return privacy.Choices{}, fmt.Errorf("read privacy choices: %w", err)
	}
	return c, nil
}

// SavePrivacyChoices implements privacy.ChoiceStore.
func (s *Store) SavePrivacyChoices(ctx context.Context, id ids.Tenant, user ids.User, c privacy.Choices) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	var objections []string
	for _, one := range c.Objections {
		objections = append(objections, string(one))
	}
	statement := engine.Statement{One: true, Args: []any{
		sql.Named("user_id", user), sql.Named("restricted_at", milliseconds(c.RestrictedAt)),
		sql.Named("objections", strings.Join(objections, " ")), sql.Named("nominee_name", c.Nominee.Name),
		sql.Named("nominee_email", c.Nominee.Email), sql.Named("nominee_named_at", milliseconds(c.Nominee.NamedAt)),
		sql.Named("revision", c.Revision),
	}, Text: `UPDATE privacy_choices
		SET restricted_at = @restricted_at, objections = @objections, nominee_name = @nominee_name, nominee_email = @nominee_email,
			nominee_named_at = @nominee_named_at, revision = @revision
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND revision = @revision - 1`}
	if c.Revision == 1 {
		statement.One, statement.Text = false, `INSERT INTO privacy_choices (tenant_id, user_id, restricted_at, objections, nominee_name,
				nominee_email, nominee_named_at, revision)
			VALUES (@tenant_id, @user_id, @restricted_at, @objections, @nominee_name, @nominee_email, @nominee_named_at, @revision)`
	}
	return tx.Save(ctx, []engine.Statement{statement}, engine.On{engine.Duplicate: func(cause error) error {
		return errs.ChangedFirst(cause)
	}})
}

const selectConcealed = `SELECT user_id, restricted_at, objections FROM privacy_choices WHERE tenant_id = @tenant_id`

func scanConcealed(row *sql.Rows) (c tenant.Concealed, err error) {
	var restricted time.Time
	var objections string
	err = row.Scan(&c.User, instant{&restricted}, &objections)
	c.Restricted = !restricted.IsZero()
	chosen := processings(objections)
	c.TeamReports, c.ActionLog = slices.Contains(chosen, privacy.TeamReports), slices.Contains(chosen, privacy.ActionLog)
	return c, err
}

// processings are the words of privacy_choices.objections.
func processings(objections string) (all []privacy.Processing) {
	for one := range strings.FieldsSeq(objections) {
		all = append(all, privacy.Processing(one))
	}
	return all
}

// Concealed implements tenant.ConcealedStore.
func (s *Store) Concealed(ctx context.Context, id ids.Tenant) ([]tenant.Concealed, error) {
	return readRows(ctx, s, id, "whose time isn't shown", scanConcealed, selectConcealed+` ORDER BY user_id`)
}

// EntriesOf implements tenant.WithheldStore.
func (s *Store) EntriesOf(ctx context.Context, id ids.Tenant, people []ids.User, among []ids.Any) ([]ids.Any, error) {
	return readRows(ctx, s, id, "whose entries these are", func(row *sql.Rows) (entry ids.Any, err error) {
		return entry, row.Scan(&entry)
	}, `SELECT e.id FROM time_entries e WHERE e.tenant_id = @tenant_id AND e.id IN `+s.dialect.IDs("@entries")+`
		AND e.user_id IN `+s.dialect.IDs("@users"), sql.Named("entries", idList(among)), sql.Named("users", idList(people)))
}

// ConcealedOf implements tenant.ConcealedStore.
func (s *Store) ConcealedOf(ctx context.Context, id ids.Tenant, user ids.User) (tenant.Concealed, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return tenant.Concealed{}, err
	}
	c, _, err := engine.QueryOne(ctx, on, scanConcealed, selectConcealed+` AND user_id = @user_id`, sql.Named("user_id", user))
	if err != nil {
		return tenant.Concealed{}, fmt.Errorf("read what isn't recorded: %w", err)
	}
	return c, nil
}

// ForgetAsking implements privacy.PersonalStore.
func (s *Store) ForgetAsking(ctx context.Context, id ids.Tenant, user ids.User) error {
	of := sql.Named("user_id", user)
	if err := s.removeOf(ctx, id, of, `UPDATE privacy_requests SET note = '' WHERE tenant_id = @tenant_id AND user_id = @user_id`); err != nil {
		return err
	}
	return s.removeOf(ctx, id, of, `DELETE FROM privacy_choices WHERE tenant_id = @tenant_id AND user_id = @user_id`)
}

package proof

import (
	"context"
	"errors"
	"slices"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// batch is how many rows of a kind are sealed in one transaction, so that nobody waits long for it.
const batch = 200

// tenantsPage is how many tenants one statement looks at.
const tenantsPage = 500

// Service seals and verifies the chains of tenants.
type Service struct {
	store Store
	now   func() time.Time
}

// NewService makes the service.
func NewService(store Store, now func() time.Time) *Service { return &Service{store: store, now: now} }

// SealAll seals what is final in all tenants. Any number of processes may do so at the same time, and each may stop anywhere.
func (s *Service) SealAll(ctx context.Context) error {
	due := map[ids.Tenant]map[Kind]time.Time{}
	for _, kind := range Kinds() {
		var after ids.Tenant
		for {
			found, last, err := s.store.TenantsWithUnsealed(ctx, kind, s.now().Add(-definitionOf(kind).rest), lookback, after, tenantsPage)
			if err != nil {
				return err
			}
			for _, unsealed := range found {
				if due[unsealed.TenantID] == nil {
					due[unsealed.TenantID] = map[Kind]time.Time{}
				}
				due[unsealed.TenantID][kind] = unsealed.From
			}
			if last.IsZero() {
				break
			}
			after = last
		}
	}
	for id, from := range due {
		if err := s.seal(ctx, id, from); err != nil {
			return err
		}
	}
	return nil
}

// seal seals a tenant's rows of some kinds from an instant on.
func (s *Service) seal(ctx context.Context, id ids.Tenant, from map[Kind]time.Time) error {
	for {
		sealed := 0
		err := s.store.Tx(ctx, id, func(ctx context.Context) (err error) {
			sealed, err = s.sealBatch(ctx, id, from)
			return err
		})
		if err != nil || sealed == 0 {
			return err
		}
	}
}

// sealBatch seals the next rows in the order in which they were made. What was erased while others had the lock is sealed as
// it is now.
func (s *Service) sealBatch(ctx context.Context, id ids.Tenant, from map[Kind]time.Time) (sealed int, err error) {
	now := s.now()
	end, err := s.lock(ctx, id)
	if err != nil {
		return 0, err
	}
	var rows []Row
	for _, kind := range Kinds() {
		at, ok := from[kind]
		if !ok {
			continue
		}
		found, err := s.store.UnsealedRows(ctx, id, kind, page.Position{At: at}, now.Add(-definitionOf(kind).rest), batch)
		if err != nil {
			return 0, err
		}
		rows = append(rows, found...)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return a.At.Compare(b.At) })
	links := make([]Link, len(rows))
	for i, row := range rows {
		if links[i], err = end.seal(row, now); err != nil {
			return 0, err
		}
	}
	return len(links), s.store.InsertLinks(ctx, id, links)
}

// lock waits for others that add to the chain, and gives its end.
func (s *Service) lock(ctx context.Context, id ids.Tenant) (*chain, error) {
	if err := s.store.LockChain(ctx, id); err != nil {
		return nil, err
	}
	last, _, err := s.store.LastLink(ctx, id)
	return &chain{tenant: id, head: last.head(), sealedAt: last.SealedAt}, err
}

// linksPage is how many links are read at once.
const linksPage = 1000

// attempts is how often a chain is looked at from its beginning when somebody is erased meanwhile.
const attempts = 3

// Verify looks at a tenant's chain and at its rows. Each of kept must be one of its links.
func (s *Service) Verify(ctx context.Context, id ids.Tenant, kept ...Head) (Report, error) {
	for range attempts {
		v := NewVerifier(id, kept...)
		err := s.walk(ctx, id, nil, v.Link, func(row Row, _ bool) error {
			v.Unsealed(row.Kind, row.ID, row.At)
			return nil
		})
		if !errors.Is(err, errMoved) {
			return v.Report(), err
		}
	}
	return Report{}, moved()
}

// VerifyFor is Verify for a member. super_admins only; errs.RuleBroken, head_invalid, for a head that can't be read. An empty
// head is none.
func (s *Service) VerifyFor(ctx context.Context, m tenant.Member, head string) (Report, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Report{}, err
	}
	if head == "" {
		return s.Verify(ctx, m.Tenant.ID)
	}
	kept, err := ParseHead(head)
	if err != nil {
		return Report{}, errs.Wrap(err, errs.RuleBroken, "head_invalid", "This is no head of a chain. It is a number, a colon, and 64 hexadecimal digits.")
	}
	return s.Verify(ctx, m.Tenant.ID, kept)
}

// Status is how far a chain reaches.
type Status struct {
	Head         Head      // zero: there is no link
	SealedAt     time.Time // of the head
	WaitingSince time.Time // when the oldest row was made that can get a link and has none; zero: there is none
}

// Status says how far the tenant's chain reaches. super_admins only.
func (s *Service) Status(ctx context.Context, m tenant.Member) (status Status, err error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Status{}, err
	}
	last, ok, err := s.store.LastLink(ctx, m.Tenant.ID)
	if err != nil {
		return Status{}, err
	}
	var from page.Position
	if ok {
		status.Head, status.SealedAt = last.head(), last.SealedAt
		from.At = last.SealedAt.Add(-2 * lookback)
	}
	for _, kind := range Kinds() {
		rows, err := s.store.UnsealedRows(ctx, m.Tenant.ID, kind, from, s.waiting(kind), 1)
		if err != nil {
			return Status{}, err
		}
		for _, row := range rows {
			if status.WaitingSince.IsZero() || row.At.Before(status.WaitingSince) {
				status.WaitingSince = row.At
			}
		}
	}
	return status, nil
}

// errMoved says that links have lost something after they were read.
var errMoved = errors.New("links have lost something meanwhile")

// moved is what the client is told when that happens again and again.
func moved() error {
	return errs.Wrap(errMoved, errs.Unavailable, "chain_changed", "Somebody was erased at this moment. Try again.").WithRetryAfter(time.Minute)
}

// walk reads the chain as it is now, and then the rows without a link. Rows of whoever is withheld are told, and not given.
func (s *Service) walk(ctx context.Context, id ids.Tenant, without withholding, link func(Sealed) error, unsealed func(Row, bool) error) error {
	last, _, err := s.store.LastLink(ctx, id)
	if err != nil {
		return err
	}
	for after := int64(0); after < last.Seq; {
		links, err := s.store.Links(ctx, id, after, last.Seq, linksPage)
		if err != nil {
			return err
		}
		withheld, err := without.of(ctx, rowsOf(links))
		if err != nil {
			return err
		}
		for _, l := range links {
			if err := link(l.sealed(withheld)); err != nil {
				return err
			}
			after = l.Link.Seq
		}
		if len(links) < linksPage {
			break // also where links are missing
		}
	}
	for _, kind := range Kinds() {
		if err := s.walkUnsealed(ctx, id, kind, without, unsealed); err != nil {
			return err
		}
	}
	moved, err := s.store.EndingsAfter(ctx, id, last.Seq)
	if err == nil && moved {
		return errMoved
	}
	return err
}

// withholding says which ids are those of people whose rows aren't given; nil: all rows are.
type withholding func(ctx context.Context, among []ids.Any) (map[ids.Any]bool, error)

// of gives those of the people, and of the entries, whose rows these are.
func (w withholding) of(ctx context.Context, rows []Row) (map[ids.Any]bool, error) {
	if w == nil {
		return nil, nil
	}
	var among []ids.Any
	for _, row := range rows {
		if id := row.whose(); !id.IsZero() {
			among = append(among, id)
		}
	}
	return w(ctx, among)
}

func rowsOf(links []LinkedRow) (rows []Row) {
	for _, l := range links {
		if l.Row != nil {
			rows = append(rows, *l.Row)
		}
	}
	return rows
}

// sealed is the link with what its row says. Of a row that is withheld it has neither that nor the salt.
func (l LinkedRow) sealed(withheld map[ids.Any]bool) Sealed {
	s := Sealed{Link: l.Link}
	if l.Row != nil && withheld[l.Row.whose()] {
		s.Withheld, s.Link.Salt = true, nil
	} else if l.Row != nil {
		fields := l.Row.fields()
		s.Fields = &fields
	}
	return s
}

// farAway is after every row, also those of clocks that are ahead.
var farAway = time.UnixMilli(1 << 50).UTC()

// waiting is until when rows of a kind may have been made that wait for a link. Those that may still change don't wait.
func (s *Service) waiting(kind Kind) time.Time {
	if rest := definitionOf(kind).rest; rest > 0 {
		return s.now().Add(-rest)
	}
	return farAway
}

func (s *Service) walkUnsealed(
	ctx context.Context, id ids.Tenant, kind Kind, without withholding, each func(row Row, withheld bool) error,
) error {
	var after page.Position
	for {
		rows, err := s.store.UnsealedRows(ctx, id, kind, after, s.waiting(kind), linksPage)
		if err != nil {
			return err
		}
		withheld, err := without.of(ctx, rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := each(row, withheld[row.whose()]); err != nil {
				return err
			}
			after = page.Position{At: row.At, ID: row.ID}
		}
		if len(rows) < linksPage {
			return nil
		}
	}
}

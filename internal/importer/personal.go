package importer

import (
	"context"

	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
)

// PersonalStore keeps imports. Methods called with a context that Tx gave out belong to that transaction.
type PersonalStore interface {
	// Imports is Store's.
	Imports(ctx context.Context, id ids.Tenant, request page.Request) ([]Import, error)
	// RowsOf lists the rows of all imports that are a user's time, by import and number, strictly past after.
	RowsOf(ctx context.Context, id ids.Tenant, owner ids.User, after personal.Key, limit int) ([]OwnRow, error)
}

// OwnRow is a row that is a person's time.
type OwnRow struct {
	CheckedRow

	Import ids.Import
}

// Personal exports and erases what files of other products say of a person.
type Personal struct{ store PersonalStore }

// NewPersonal makes a Personal.
func NewPersonal(store PersonalStore) *Personal { return &Personal{store: store} }

var importFields = []personal.Field[Import]{
	personal.Of("id", func(i Import) any { return i.ID }),
	personal.Of("created_at", func(i Import) any { return i.CreatedAt }),
	personal.Of("file_name", func(i Import) any { return i.FileName }),
	personal.Of("format", func(i Import) any { return i.Format }),
	personal.Of("project_name", func(i Import) any { return i.Project }),
	personal.Of("reason", func(i Import) any { return i.Reason }),
	personal.Of("state", func(i Import) any { return i.State }),
	personal.Of("problem_detail", func(i Import) any { return i.Problem.Detail }),
}

var rowFields = []personal.Field[OwnRow]{
	personal.Of("import_id", func(r OwnRow) any { return r.Import }),
	personal.Of("row_number", func(r OwnRow) any { return r.Number }),
	personal.Of("outcome", func(r OwnRow) any { return r.Outcome }),
	personal.Of("started_at", func(r OwnRow) any { return r.StartedAt }),
	personal.Of("stopped_at", func(r OwnRow) any { return r.StoppedAt }),
	personal.Of("entry_id", func(r OwnRow) any { return r.Entry }),
	personal.Of("problem_detail", func(r OwnRow) any { return r.Problem.Detail }),
	personal.Of("content", func(r OwnRow) any { return r.Row }),
	personal.Of("decided", func(r OwnRow) any { return r.Plan }),
}

// ExportPerson implements privacy.Holder.
func (p *Personal) ExportPerson(ctx context.Context, id ids.Tenant, subject personal.Subject, records personal.Records) error {
	err := personal.Put(records, "imports", importFields, func(visit func(Import) error) error {
		return page.Each(func(request page.Request) ([]Import, error) {
			return p.store.Imports(ctx, id, request)
		}, func(i Import) page.Position { return page.Position{At: i.CreatedAt, ID: ids.Any(i.ID)} }, func(i Import) error {
			if i.CreatedBy.ID != subject.User {
				return nil
			}
			return visit(i)
		})
	})
	if err != nil {
		return err
	}
	return personal.Put(records, "import_rows", rowFields, func(visit func(OwnRow) error) error {
		return personal.Each(func(after personal.Key, limit int) ([]OwnRow, error) {
			return p.store.RowsOf(ctx, id, subject.User, after, limit)
		}, func(r OwnRow) personal.Key { return personal.Key{First: ids.Any(r.Import), Number: int64(r.Number)} }, visit)
	})
}

package importer

import (
	"context"
	"strings"
	"unicode/utf8"

	"timetracker/internal/errs"
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
	// Tx, LockImport, CountParts, Part and PutPart are Store's.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	LockImport(ctx context.Context, id ids.Tenant, i ids.Import) (Import, error)
	CountParts(ctx context.Context, id ids.Tenant, i ids.Import) (count, highest int, err error)
	Part(ctx context.Context, id ids.Tenant, i ids.Import, number int) (string, error)
	PutPart(ctx context.Context, id ids.Tenant, i ids.Import, number int, text string) error
	// Files lists the imports that have parts.
	Files(ctx context.Context, id ids.Tenant) ([]ids.Import, error)
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

// RedactFiles takes a person out of files whose rows were not read yet. A name may begin in one part and end in the next one,
// so that each file is looked at as a whole. It says whether one has named them.
func (p *Personal) RedactFiles(ctx context.Context, id ids.Tenant, names *personal.Redactor) (found bool, err error) {
	files, err := p.store.Files(ctx, id)
	if err != nil {
		return false, err
	}
	for _, file := range files {
		named := false
		err := p.store.Tx(ctx, id, func(ctx context.Context) (err error) {
			named, err = p.redactFile(ctx, id, file, names)
			return err
		})
		if err != nil {
			return found, err
		}
		found = found || named
	}
	return found, nil
}

func (p *Personal) redactFile(ctx context.Context, id ids.Tenant, file ids.Import, names *personal.Redactor) (named bool, err error) {
	_, err = p.store.LockImport(ctx, id, file)
	if errs.Is(err, errs.NotFound) {
		return false, nil // it was discarded meanwhile
	}
	if err != nil {
		return false, err
	}
	_, highest, err := p.store.CountParts(ctx, id, file)
	if err != nil {
		return false, err
	}
	var whole strings.Builder
	var numbers, sizes []int
	for number := 1; number <= highest; number++ {
		text, err := p.store.Part(ctx, id, file, number)
		if errs.Is(err, errs.NotFound) {
			continue // it comes later, or its rows were read
		}
		if err != nil {
			return false, err
		}
		whole.WriteString(text)
		numbers, sizes = append(numbers, number), append(sizes, len(text))
	}
	text, named := names.Redact(whole.String())
	if !named {
		return false, nil
	}
	for i, part := range cutAgain(text, sizes) {
		if err := p.store.PutPart(ctx, id, file, numbers[i], part); err != nil {
			return false, err
		}
	}
	return true, nil
}

// cutAgain cuts a text to about these sizes, between letters. The last part has what is left.
func cutAgain(text string, sizes []int) []string {
	parts := make([]string, len(sizes))
	for i, size := range sizes {
		if size = min(size, len(text)); i == len(sizes)-1 {
			size = len(text)
		}
		for size < len(text) && !utf8.RuneStart(text[size]) {
			size++
		}
		parts[i], text = text[:size], text[size:]
	}
	return parts
}

// ErasePerson implements privacy.Holder. What was imported is time, and the rows of a file are texts.
func (p *Personal) ErasePerson(context.Context, ids.Tenant, personal.Subject) error { return nil }

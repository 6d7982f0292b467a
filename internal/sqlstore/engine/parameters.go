package engine

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
)

// parameterTypes knows the type of every parameter that is sent to SQL Server. By itself, the driver declares a text by
// the length of its value, and a null without a type. Then SQL Server compiles the statement again for each length.
//
// A parameter has the name of the column that it is compared with or written to, in one of the tables of its statement.
// Other names have their types from Config.Parameters.
type parameterTypes struct {
	columns map[string]map[string]string // by table and column
	named   map[string]string            // Config.Parameters

	mu     sync.RWMutex
	byText map[string]map[string]string // the types found, by statement and parameter
}

// declared is a parameter with its type.
type declared struct {
	name, sqlType string
	value         any
}

const columnType = `(?:BIGINT|INT|SMALLINT|TINYINT|BIT|FLOAT|(?:NVARCHAR|VARBINARY|BINARY)\((?:\d+|MAX)\))`

var (
	createTable      = regexp.MustCompile(`(?s)\bCREATE TABLE (\w+) \((.*?)\n\)`)
	columnDefinition = regexp.MustCompile(`(?m)^\s+(\w+) (` + columnType + `)`)
	addColumn        = regexp.MustCompile(`\bALTER TABLE (\w+)\s+ADD (\w+) (` + columnType + `)`)
	tableReference   = regexp.MustCompile(`\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+([a-z])\b)?`)
)

// newParameterTypes reads the columns from the migrations of SQL Server.
func newParameterTypes(migrations fs.FS, named map[string]string) (*parameterTypes, error) {
	types := &parameterTypes{
		columns: map[string]map[string]string{}, named: map[string]string{lockName: "NVARCHAR(254)"},
		byText: map[string]map[string]string{},
	}
	maps.Copy(types.named, named)
	files, err := fs.Glob(migrations, path.Join(sqlServer, "*.up.sql"))
	if err != nil {
		return nil, fmt.Errorf("read the columns: %w", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			return nil, fmt.Errorf("read the columns: %w", err)
		}
		for _, table := range createTable.FindAllStringSubmatch(string(text), -1) {
			for _, found := range columnDefinition.FindAllStringSubmatch(table[2], -1) {
				types.add(table[1], found[1], found[2])
			}
		}
		for _, found := range addColumn.FindAllStringSubmatch(string(text), -1) {
			types.add(found[1], found[2], found[3])
		}
	}
	return types, nil
}

// TextSizes gives how many UTF-16 code units a text of SQL Server may have, by table.column. Those without a limit are left out.
func TextSizes(migrations fs.FS) (map[string]int, error) {
	types, err := newParameterTypes(migrations, nil)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	for table, columns := range types.columns {
		for name, sqlType := range columns {
			if kind, size := splitType(sqlType); kind == "NVARCHAR" && size > 0 {
				sizes[table+"."+name] = size
			}
		}
	}
	return sizes, nil
}

func (t *parameterTypes) add(table, name, sqlType string) {
	if t.columns[table] == nil {
		t.columns[table] = map[string]string{}
	}
	t.columns[table][name] = sqlType
}

// declare gives the parameters of a statement their types.
func (t *parameterTypes) declare(text string, args []any) ([]declared, error) {
	t.mu.RLock()
	known := t.byText[text]
	t.mu.RUnlock()
	found := map[string]string{}
	all := make([]declared, len(args))
	for i, arg := range args {
		named, ok := arg.(sql.NamedArg)
		if !ok {
			return nil, fmt.Errorf("a parameter without a name in: %s", text)
		}
		sqlType, ok := known[named.Name]
		if !ok {
			var err error
			if sqlType, err = t.find(text, named.Name); err != nil {
				return nil, err
			}
			found[named.Name] = sqlType
		}
		value, err := convertTo(sqlType, named.Value)
		if err != nil {
			return nil, fmt.Errorf("parameter @%s: %w", named.Name, err)
		}
		all[i] = declared{name: named.Name, sqlType: sqlType, value: value}
	}
	if len(found) > 0 {
		maps.Copy(found, known)
		t.mu.Lock()
		t.byText[text] = found
		t.mu.Unlock()
	}
	return all, nil
}

// find gives the type of a statement's parameter. When the column is written with its table's alias, that table counts.
func (t *parameterTypes) find(text, name string) (sqlType string, err error) {
	aliases := map[string]bool{}
	for _, column := range regexp.MustCompile(`\b([a-z])\.`+name+` [=<>]{1,2} @`+name+`\b`).FindAllStringSubmatch(text, -1) {
		aliases[column[1]] = true
	}
	for _, reference := range tableReference.FindAllStringSubmatch(text, -1) {
		other, ok := t.columns[reference[1]][name]
		if len(aliases) > 0 && !aliases[reference[2]] {
			continue
		}
		if ok && sqlType != "" && sqlType != other {
			return "", fmt.Errorf("parameter @%s is %s or %s in: %s", name, sqlType, other, text)
		}
		if ok {
			sqlType = other
		}
	}
	if sqlType != "" {
		return sqlType, nil
	}
	sqlType, ok := t.named[name]
	if table, field, isColumn := strings.Cut(sqlType, "."); isColumn {
		sqlType, ok = t.columns[table][field]
	}
	if !ok {
		return "", fmt.Errorf("parameter @%s has no type: name it as its column, or add it to the types of parameters: %s", name, text)
	}
	return sqlType, nil
}

// declaration is the type that the parameter is declared with. A text may be one character longer than its column, and
// a longer value is cut to that. So the column refuses it in a write, and no row equals it in a search. SQL Server
// would silently cut it to the length of the declaration.
func (d declared) declaration() string {
	if size := textSize(d.sqlType); size > 0 {
		return fmt.Sprintf("@%s NVARCHAR(%d)", d.name, size)
	}
	return "@" + d.name + " " + d.sqlType
}

// textSize is the size of a text's declaration, in UTF-16 code units; 0 for other types and for those without a limit.
func textSize(sqlType string) int {
	kind, size := splitType(sqlType)
	if kind != "NVARCHAR" || size == 0 {
		return 0
	}
	return min(size+1, maxTextSize)
}

// cutText cuts a text that is longer than size to exactly size UTF-16 code units.
func cutText(text string, size int) string {
	if len(text) <= size {
		return text // no text has more code units than bytes
	}
	units := 0
	for i, letter := range text {
		if units += utf16.RuneLen(letter); units > size {
			// Half of a letter can't be kept. Its replacement gives the text the right length.
			return text[:i] + strings.Repeat("\uFFFD", size-units+utf16.RuneLen(letter))
		}
	}
	return text
}

// maxTextSize is the largest size of NVARCHAR other than MAX.
const maxTextSize = 4000

// splitType gives the name of a type and its size; 0 when it has none or is MAX.
func splitType(sqlType string) (kind string, size int) {
	kind, inner, _ := strings.Cut(sqlType, "(")
	size, _ = strconv.Atoi(strings.TrimSuffix(inner, ")"))
	return kind, size
}

// convertTo gives the value in the form in which the driver sends it for a type. The driver's null has no type, so
// there is one for each.
func convertTo(sqlType string, value any) (any, error) {
	converted, err := driver.DefaultParameterConverter.ConvertValue(value)
	if err != nil {
		return nil, err
	}
	kind, size := splitType(sqlType)
	bytes, isBytes := converted.([]byte)
	if converted == nil || (isBytes && bytes == nil) {
		switch kind {
		case "NVARCHAR":
			return sql.NullString{}, nil
		case "BINARY", "VARBINARY":
			return []byte(nil), nil
		case "FLOAT":
			return sql.NullFloat64{}, nil
		case "BIT":
			return sql.NullBool{}, nil
		default:
			return sql.NullInt64{}, nil
		}
	}
	if text, ok := converted.(string); ok && textSize(sqlType) > 0 {
		return cutText(text, textSize(sqlType)), nil
	}
	// SQL Server would silently fill up what is too short, and cut what is too long.
	if isBytes && kind == "BINARY" && len(bytes) != size {
		return nil, fmt.Errorf("%d bytes are not a %s", len(bytes), sqlType)
	}
	return converted, nil
}

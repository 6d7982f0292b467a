package archtest

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	repository = "../.."
	decisions  = "docs/decisions"
)

// readText gives a file of the repository.
func readText(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// walkFiles calls visit for each file of the repository, with its path in it. It skips what others have written or what was made.
func walkFiles(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(repository, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			name := entry.Name()
			if file != repository && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "out") {
				return filepath.SkipDir
			}
			return nil
		}
		relative, err := filepath.Rel(repository, file)
		if err == nil {
			visit(filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	recordName = regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.md$`)
	recordHead = regexp.MustCompile(`^# (\S.*)\n(\d{4}-\d\d-\d\d) · (accepted|superseded by .+|accepted, in part superseded by .+)\n\n`)
	reference  = regexp.MustCompile(`\[(\d{4})\]\((\d{4}-[a-z0-9-]+\.md)\)`)
)

// A reader who looks for a reason must find the record in the index, and see whether it still holds.
func TestDecisionsHaveStatusAndStandInTheIndex(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repository, decisions, "*.md"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d records were found: %v", len(files), err)
	}
	var want []string
	numbers := map[string]string{}
	for _, file := range files {
		base := filepath.Base(file)
		if base == "README.md" {
			continue
		}
		named := recordName.FindStringSubmatch(base)
		if named == nil {
			t.Errorf("%s: a record is called NNNN-some-words.md", base)
			continue
		}
		if other := numbers[named[1]]; other != "" {
			t.Errorf("%s and %s have the same number: take the next free one", other, base)
		}
		numbers[named[1]] = base
		head := recordHead.FindStringSubmatch(readText(t, path.Join(decisions, base)))
		if head == nil {
			t.Errorf("%s must begin with \"# the decision\", then a line such as \"2026-11-28 · accepted\", then an empty line; "+
				"other states are in %s/README.md", base, decisions)
			continue
		}
		title, date, status := head[1], head[2], head[3]
		if _, supersession, ok := strings.Cut(status, "superseded by "); ok {
			checkSupersession(t, base, supersession)
		}
		want = append(want, "| ["+named[1]+"]("+base+") | "+title+" | "+status+" | "+date+" |")
	}
	var got []string
	for line := range strings.Lines(readText(t, decisions+"/README.md")) {
		if strings.HasPrefix(line, "| [") {
			got = append(got, strings.TrimSuffix(line, "\n"))
		}
	}
	for _, row := range want {
		if !slices.Contains(got, row) {
			t.Errorf("%s/README.md lacks the row\n%s", decisions, row)
		}
	}
	for _, row := range got {
		if !slices.Contains(want, row) {
			t.Errorf("%s/README.md has a row that is no record's\n%s", decisions, row)
		}
	}
	if !slices.IsSorted(got) {
		t.Errorf("the rows of %s/README.md are not in the order of their numbers", decisions)
	}
}

// checkSupersession demands a newer record that exists.
func checkSupersession(t *testing.T, record, successor string) {
	t.Helper()
	found := reference.FindStringSubmatch(successor)
	if found == nil || found[0] != successor || !strings.HasPrefix(found[2], found[1]) {
		t.Errorf("%s is superseded by %q: name the record as [NNNN](NNNN-some-words.md)", record, successor)
		return
	}
	if _, err := os.Stat(filepath.Join(repository, decisions, found[2])); err != nil {
		t.Errorf("%s is superseded by a record that is not there: %v", record, err)
	}
	if found[2] <= record {
		t.Errorf("%s is superseded by %s, which is not newer", record, found[2])
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	documents := 0
	walkFiles(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		documents++
		for _, found := range link.FindAllStringSubmatch(readText(t, name), -1) {
			target, _, _ := strings.Cut(found[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(repository, filepath.FromSlash(path.Join(path.Dir(name), target)))); err != nil {
				t.Errorf("%s links to %s: %v", name, found[1], err)
			}
		}
	})
	if documents == 0 {
		t.Fatal("no documents were found")
	}
}

var (
	citedTests   = regexp.MustCompile("((?:`(?:Test|Fuzz|Benchmark)\\w+`(?:, )?)+) \\(([a-z/]+)\\)")
	citedTitle   = regexp.MustCompile(`\*([^*|]+)\* \(((?:src|e2e)/[\w/.-]+)\)`)
	citedTest    = regexp.MustCompile("`(\\w+)`")
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// A document that names a test must name one that exists.
func TestDocumentsCiteTestsThatAreThere(t *testing.T) {
	declared := map[string]bool{}
	var documents []string
	walkFiles(t, func(name string) {
		switch {
		case strings.HasSuffix(name, "_test.go"):
			for _, found := range testFunction.FindAllStringSubmatch(readText(t, name), -1) {
				declared[path.Dir(name)+"."+found[1]] = true
			}
		case path.Ext(name) == ".md":
			documents = append(documents, name)
		}
	})
	cited := 0
	for _, name := range documents {
		for _, group := range citedTests.FindAllStringSubmatch(readText(t, name), -1) {
			for _, test := range citedTest.FindAllStringSubmatch(group[1], -1) {
				cited++
				if !declared["internal/"+group[2]+"."+test[1]] && !declared[group[2]+"."+test[1]] {
					t.Errorf("%s cites %s, which %s does not have", name, test[1], group[2])
				}
			}
		}
		for _, title := range citedTitle.FindAllStringSubmatch(readText(t, name), -1) {
			file := "extension/" + title[2]
			if _, err := os.Stat(filepath.Join(repository, file)); err != nil || !strings.Contains(readText(t, file), `"`+title[1]+`"`) {
				t.Errorf("%s cites the test %q, which %s does not have", name, title[1], file)
			}
		}
	}
	if cited == 0 {
		t.Fatal("no document cites a test")
	}
}

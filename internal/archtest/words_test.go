package archtest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// The limits that CONTRIBUTING.md names.
const (
	maxSentenceWords = 25
	maxFunctionLines = 60
)

// vague are names that say nothing at the level of a package, where no context completes them.
var vague = []string{"class", "convert", "list", "once", "optional", "text"}

// finding is a place that breaks a rule.
type finding struct {
	at   token.Position
	what string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.at.Filename, f.at.Line, f.what) }

// source is a hand-written Go file.
type source struct {
	fset *token.FileSet
	file *ast.File
	code string
}

// read parses the code of a Go file. The name only says where findings are.
func read(name string, code string) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, code, parser.ParseComments|parser.SkipObjectResolution)
	return source{fset: fset, file: file, code: code}, err
}

func (s source) finding(at token.Pos, format string, args ...any) finding {
	return finding{at: s.fset.Position(at), what: fmt.Sprintf(format, args...)}
}

func (s source) line(at token.Pos) int { return s.fset.Position(at).Line }

// inTests says whether the file serves tests alone.
func (s source) inTests() bool {
	file := s.fset.Position(s.file.Package).Filename
	return strings.HasSuffix(file, "_test.go") || servesTests(path.Dir(file))
}

// findings applies every rule of this file.
func (s source) findings() []finding {
	return slices.Concat(s.longSentences(), s.longFunctions(), s.mixedConditions(), s.vagueNames(), s.shadows())
}

// A reader must not have to guess what a name or a sentence means. CONTRIBUTING.md has the rules.
func TestWords(t *testing.T) {
	walkFiles(t, func(name string) {
		if path.Ext(name) != ".go" {
			return
		}
		s, err := read(name, readText(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(s.file) {
			return
		}
		for _, f := range s.findings() {
			t.Error(f)
		}
	})
}

// TestBrokenRulesOfWordsAreNoticed makes sure that TestWords can fail, and that it accepts what is allowed.
func TestBrokenRulesOfWordsAreNoticed(t *testing.T) {
	words := strings.TrimSpace(strings.Repeat("word ", maxSentenceWords))
	lines := strings.Repeat("\n", maxFunctionLines-1)
	tests := map[string]struct {
		file string // a.go unless it says another name
		code string
		want []string // the beginning of each finding
	}{
		"sentences of 25 words":                         {code: "// " + words + ". " + words + ".\nvar x int"},
		"a sentence of 26":                              {code: "// " + words + " too. Short.\nvar x int", want: []string{"a.go:3: a sentence of 26 words"}},
		"a sentence that goes on in the next line":      {code: "var x int // " + words + "\n          // too", want: []string{"a.go:3: a sentence of 26 words"}},
		"comments of neighbouring lines":                {code: "var (\nx int // " + words + "\ny int // too\n)"},
		"the second sentence, behind brackets":          {code: "// (It is so.) It " + words + ".\nvar x int", want: []string{"a.go:3: a sentence of 26 words"}},
		"an abbreviation does not end a sentence":       {code: "// e.g. " + words + ".\nvar x int", want: []string{"a.go:3: a sentence of 26 words"}},
		"paragraphs and items of a list":                {code: "// " + words + "\n//\n// " + words + ":\n//   - " + words + "\n//     too\n//   - " + words + "\nvar x int", want: []string{"a.go:6: a sentence of 26 words"}},
		"directives, code, tables and URLs":             {code: "//go:generate " + words + " too\n\n//\t" + words + " too\n\n// | " + words + " | too |\n\n// `" + words + " too`\n\n// " + words + " https://example.org\nvar x int"},
		"a function of 60 lines":                        {code: "func f() {" + lines + "}"},
		"a function of 61 lines":                        {code: "func f() {" + lines + "\n}", want: []string{"a.go:3: f has 61 lines"}},
		"a method of 61 lines":                          {code: "type x int\nfunc (x) f() {" + lines + "\n}", want: []string{"a.go:4: f has 61 lines"}},
		"a test of 61 lines":                            {file: "a_test.go", code: "func f() {" + lines + "\n}"},
		"support of tests of 61 lines":                  {file: "x/atest/a.go", code: "func f() {" + lines + "\n}"},
		"conditions with parentheses":                   {code: "var x = a || (b && c) || d"},
		"conditions without, on the left":               {code: "var x = a && b || c", want: []string{"a.go:3: && beside ||"}},
		"conditions without, on the right":              {code: "var x = (a || b || c && d)", want: []string{"a.go:3: && beside ||"}},
		"vague names of a package":                      {code: "func text() {}\ntype list int\nvar a, class int\nconst once = 1", want: []string{"a.go:3: text says", "a.go:4: list says", "a.go:5: class says", "a.go:6: once says"}},
		"vague names elsewhere":                         {code: "type x struct { text string }\nfunc (x) list(class int) { once := 1 }"},
		"a variable that hides a package":               {code: "import \"time\"\nfunc f() { time := 1 }", want: []string{"a.go:4: time hides the package"}},
		"a parameter that hides a renamed package":      {code: "import clock \"time\"\nfunc f(time, clock int) {}", want: []string{"a.go:4: clock hides the package"}},
		"a receiver that hides a package with version":  {code: "import \"x.org/jose/v4\"\ntype x int\nfunc (jose x) f() {}", want: []string{"a.go:5: jose hides the package"}},
		"a range within a function that hides one":      {code: "import \"time\"\nvar f = func() { for time := range 3 {} }", want: []string{"a.go:4: time hides the package"}},
		"a declaration that hides one":                  {code: "import \"time\"\nfunc f() { var a, time int }", want: []string{"a.go:4: time hides the package"}},
		"a variable that hides its function":            {code: "func f() { f := 1 }", want: []string{"a.go:3: f hides the function"}},
		"a variable with the name of a method or field": {code: "type x struct { g int }\nfunc (x) f() { f, g := 1, 2 }"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := read(cmp.Or(test.file, "a.go"), "package a\n\n"+test.code+"\n")
			if err != nil {
				t.Fatal(err)
			}
			found := s.findings()
			if len(found) != len(test.want) {
				t.Fatalf("got %v, want %q", found, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(found[i].String(), want) {
					t.Errorf("got %v, want %q", found[i], want)
				}
			}
		})
	}
}

// longSentences finds sentences of // comments that have more words than a reader takes in at once.
func (s source) longSentences() (found []finding) {
	for _, comment := range s.comments() {
		for _, sentence := range sentences(comment) {
			if n := countWords(sentence.text); n > maxSentenceWords {
				found = append(found, s.finding(sentence.at, "a sentence of %d words, at most %d are allowed: %s", n, maxSentenceWords, sentence.text))
			}
		}
	}
	return found
}

// comments gives the file's // comments, each with its lines. A comment that begins after code and continues below it
// is one.
func (s source) comments() (found [][]*ast.Comment) {
	var before token.Position
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			at := s.fset.Position(c.Pos())
			goesOn := before.Line+1 == at.Line && before.Column == at.Column && s.alone(at)
			before = at
			switch {
			case !strings.HasPrefix(c.Text, "//"):
				before = token.Position{}
			case goesOn:
				found[len(found)-1] = append(found[len(found)-1], c)
			default:
				found = append(found, []*ast.Comment{c})
			}
		}
	}
	return found
}

// alone says whether only blanks precede a place in its line.
func (s source) alone(at token.Position) bool {
	return strings.TrimSpace(s.code[at.Offset-at.Column+1:at.Offset]) == ""
}

// sentence is a part of a comment, with the line on which it starts.
type sentence struct {
	at   token.Pos
	text string
}

var (
	listItem      = regexp.MustCompile(`^\s+(-|\*|\d+\.)\s+`)
	codeSpan      = regexp.MustCompile("`[^`]*`")
	endOfSentence = regexp.MustCompile(`[.!?][)"'”]*$`)
	abbreviation  = regexp.MustCompile(`^\(?(e\.g|i\.e|cf|vs|Art)\.$`)
)

// sentences splits a comment where a sentence, a paragraph or an item of a list ends. It leaves out what is not prose:
// directives, indented code and tables.
func sentences(comment []*ast.Comment) (found []sentence) {
	var current sentence
	end := func() {
		if current.text != "" {
			found = append(found, current)
		}
		current = sentence{}
	}
	for _, line := range comment {
		content := strings.TrimPrefix(line.Text, "//")
		if item := listItem.FindString(content); item != "" {
			end()
			content = " " + content[len(item):]
		}
		if !isProse(content) {
			end()
			continue
		}
		for _, word := range strings.Fields(codeSpan.ReplaceAllString(content, "code")) {
			if current.text == "" {
				current = sentence{at: line.Pos(), text: word}
			} else {
				current.text += " " + word
			}
			if endOfSentence.MatchString(word) && !abbreviation.MatchString(word) {
				end()
			}
		}
	}
	end()
	return found
}

// isProse says whether a comment's line, without its slashes, is English. It follows Go's own rules. A directive has no
// space before it, and code is indented. An item of a list continues with the indentation that gofmt gives it.
func isProse(line string) bool {
	blank := strings.TrimSpace(line) == ""
	directive := !strings.HasPrefix(line, " ")
	code := strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "     ")
	table := strings.Count(line, "|") > 1
	return !blank && !directive && !code && !table
}

// countWords counts the words that have a letter or a digit. A URL is no word.
func countWords(text string) (n int) {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(word, inWord) && !strings.Contains(word, "://") {
			n++
		}
	}
	return n
}

// longFunctions finds functions of the program that don't fit on a page. All lines count, from the one with "func" to
// the one with the closing brace. A function within another one counts for that one.
func (s source) longFunctions() (found []finding) {
	if s.inTests() {
		return nil
	}
	for _, decl := range s.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > maxFunctionLines {
			found = append(found, s.finding(f.Pos(), "%s has %d lines, at most %d are allowed", f.Name.Name, n, maxFunctionLines))
		}
	}
	return found
}

// mixedConditions finds && beside || without parentheses: few readers are sure which of them binds first.
func (s source) mixedConditions() (found []finding) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		or, ok := n.(*ast.BinaryExpr)
		if !ok || or.Op != token.LOR {
			return true
		}
		for _, side := range []ast.Expr{or.X, or.Y} {
			if and, ok := side.(*ast.BinaryExpr); ok && and.Op == token.LAND {
				found = append(found, s.finding(and.Pos(), "&& beside || needs parentheses"))
			}
		}
		return true
	})
	return found
}

// vagueNames finds functions, types, variables and constants of the package whose names need a context.
func (s source) vagueNames() (found []finding) {
	for _, decl := range s.file.Decls {
		names := declared(decl)
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
			names = append(names, f.Name)
		}
		for _, name := range names {
			if slices.Contains(vague, name.Name) {
				found = append(found, s.finding(name.Pos(), "%s says too little as a name of the package", name.Name))
			}
		}
	}
	return found
}

// shadows finds local names that hide a package that the file imports, or the function that contains them. They can't
// hide a method's name, which is only reached by its receiver.
func (s source) shadows() (found []finding) {
	imported := s.imported()
	for _, decl := range s.file.Decls {
		f, isFunc := decl.(*ast.FuncDecl)
		for _, name := range localNames(decl) {
			if imported[name.Name] {
				found = append(found, s.finding(name.Pos(), "%s hides the package of this name", name.Name))
			} else if isFunc && f.Recv == nil && f.Name.Name == name.Name {
				found = append(found, s.finding(name.Pos(), "%s hides the function that it stands in", name.Name))
			}
		}
	}
	return found
}

var majorVersion = regexp.MustCompile(`^v\d+$`)

// imported gives the names of the packages that the file imports.
func (s source) imported() map[string]bool {
	names := map[string]bool{}
	for _, spec := range s.file.Imports {
		if spec.Name != nil {
			names[spec.Name.Name] = spec.Name.Name != "_"
			continue
		}
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		base := path.Base(imported)
		if majorVersion.MatchString(base) {
			base = path.Base(path.Dir(imported))
		}
		names[base] = true
	}
	return names
}

// localNames gives the names that a declaration declares for its own body: receivers, parameters, results, variables,
// constants and types.
func localNames(decl ast.Decl) (names []*ast.Ident) {
	fields := func(lists ...*ast.FieldList) {
		for _, l := range lists {
			if l != nil {
				for _, field := range l.List {
					names = append(names, field.Names...)
				}
			}
		}
	}
	expressions := func(list ...ast.Expr) {
		for _, e := range list {
			if name, ok := e.(*ast.Ident); ok && name.Name != "_" {
				names = append(names, name)
			}
		}
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			fields(n.Recv, n.Type.TypeParams, n.Type.Params, n.Type.Results)
		case *ast.FuncLit:
			fields(n.Type.Params, n.Type.Results)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				expressions(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				expressions(n.Key, n.Value)
			}
		case *ast.DeclStmt:
			names = append(names, declared(n.Decl)...)
		}
		return true
	})
	return names
}

// declared gives the names that a declaration of types, variables or constants declares.
func declared(decl ast.Decl) (names []*ast.Ident) {
	d, ok := decl.(*ast.GenDecl)
	if !ok {
		return nil
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			names = append(names, spec.Name)
		case *ast.ValueSpec:
			names = append(names, spec.Names...)
		}
	}
	return names
}

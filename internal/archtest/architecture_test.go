package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const architecture = "docs/architecture.md"

// section gives the part of a document below a heading, up to the next heading of the same level.
func section(t *testing.T, document, heading string) string {
	t.Helper()
	_, after, found := strings.Cut(document, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", architecture, heading)
	}
	part, _, _ := strings.Cut(after, "\n## ")
	return part
}

var inBackticks = regexp.MustCompile("`([^`]+)`")

// A newcomer finds every package on the map, and no package that is gone.
func TestTheMapHasEveryPackage(t *testing.T) {
	found := packages(t)
	listed := map[string]int{}
	for line := range strings.Lines(section(t, readText(t, architecture), "The packages")) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, name := range inBackticks.FindAllStringSubmatch(cells[1], -1) {
				listed[name[1]]++
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		if listed[dir] != 1 {
			t.Errorf("%s is on the map of %s %d times, not once", dir, architecture, listed[dir])
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(listed)) {
		if found[dir] == nil {
			t.Errorf("%s is on the map of %s, but is not there", dir, architecture)
		}
	}
}

// declaration matches a name such as tenant.Service.SignIn: a package, and what it declares.
var declaration = regexp.MustCompile(`^[a-z]+\.\w+(\.\w+)?$`)

// The ways through the packages can be followed only if each function that they name exists.
func TestTheWaysNameWhatIsDeclared(t *testing.T) {
	declared := map[string]bool{}
	walkFiles(t, func(name string) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, readText(t, name), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, each := range declarations(file) {
			declared[file.Name.Name+"."+each] = true
		}
	})
	document := readText(t, architecture)
	for _, heading := range []string{"The way of a request", "The way of a contribution", "The way of a webhook event", "The way of a month's bill", "The words"} {
		cited := 0
		for _, name := range inBackticks.FindAllStringSubmatch(section(t, document, heading), -1) {
			if !declaration.MatchString(name[1]) {
				continue
			}
			cited++
			if !declared[name[1]] {
				t.Errorf("%s names %s, which is declared nowhere", architecture, name[1])
			}
		}
		if cited == 0 {
			t.Errorf("%s names nothing in %q", architecture, heading)
		}
	}
}

// declarations gives what a file declares: functions, methods with their type, and types with the methods of
// interfaces.
func declarations(file *ast.File) (names []string) {
	for _, declared := range file.Decls {
		switch declared := declared.(type) {
		case *ast.FuncDecl:
			if declared.Recv == nil {
				names = append(names, declared.Name.Name)
				continue
			}
			names = append(names, receiver(declared.Recv.List[0].Type)+"."+declared.Name.Name)
		case *ast.GenDecl:
			for _, spec := range declared.Specs {
				if kind, ok := spec.(*ast.TypeSpec); ok {
					names = append(names, kind.Name.Name)
					names = append(names, interfaceMethods(kind)...)
				}
			}
		}
	}
	return names
}

// receiver is the name of a method's type.
func receiver(kind ast.Expr) string {
	switch kind := kind.(type) {
	case *ast.StarExpr:
		return receiver(kind.X)
	case *ast.IndexExpr:
		return receiver(kind.X)
	case *ast.Ident:
		return kind.Name
	default:
		return ""
	}
}

func interfaceMethods(kind *ast.TypeSpec) (names []string) {
	methods, ok := kind.Type.(*ast.InterfaceType)
	if !ok {
		return nil
	}
	for _, method := range methods.Methods.List {
		for _, name := range method.Names {
			names = append(names, kind.Name.Name+"."+name.Name)
		}
	}
	return names
}

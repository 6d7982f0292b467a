package personal_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
)

func ada(t *testing.T) personal.Subject {
	t.Helper()
	user, err := ids.Parse[ids.User]("01890000-0000-7000-8000-00000000beef")
	if err != nil {
		t.Fatal(err)
	}
	object, err := ids.Parse[ids.Object]("a1b2c3d4-1111-4222-8333-0123456789ab")
	if err != nil {
		t.Fatal(err)
	}
	return personal.Subject{User: user, Object: object}.
		Named([]string{"Ada Lovelace", "Dr. Ada King Byron (Contoso)"}, []string{"ada.lovelace@contoso.example", "ada@contoso.example"})
}

const gone = "Erased person beef"

func TestTextsLoseThePerson(t *testing.T) {
	redactor := personal.NewRedactor(ada(t))
	for text, want := range map[string]string{
		"":                                 "",
		"Ada Lovelace":                     gone,
		"with ADA lovelace, at noon":       "with " + gone + ", at noon",
		"Lovelace, Ada":                    gone,
		"Ada\u00a0Lovelace":                gone,
		"Ada  \t Lovelace":                 gone,
		"Ada-Lovelace/ada_lovelace":        gone + "/" + gone,
		"Ada Lovelace's and Ada Lovelaces": gone + "'s and " + gone,
		"Adá Lovelace, A\u0301da Lovelace": gone + ", " + gone,
		"Adá Lovelacé":                     gone,
		"Byron, Ada King":                  gone,
		"Ada Byron":                        gone,
		"asked ada@contoso.example.":       "asked " + gone + ".",
		"<Ada.Lovelace@Contoso.Example>":   "<" + gone + ">",
		"@ada.lovelace":                    "@" + gone,
		"A1B2C3D4-1111-4222-8333-0123456789AB {a1b2c3d4111142228333" + "0123456789ab}": gone + " {" + gone + "}",
		`{"by":"Ada Lovelace"}`:                     `{"by":"` + gone + `"}`,
		`{"by":"\u0041d\u0061 Lovelac\u00e9\nx"}`:   `{"by":"` + gone + `\nx"}`,
		`{"by":"x\nAda Lovelace"}`:                  `{"by":"x\n` + gone + `"}`,
		`"{\"by\":\"\\u0041da Lovelace\"}"`:         `"{\"by\":\"` + gone + `\"}"`,
		`?q=Ada%20Lovelace&m=ada%40contoso.example`: `?q=` + gone + `&m=` + gone,
		`?q=Ada+Lovelac%C3%A9%20s`:                  `?q=` + gone + `%20s`,

		"Ada and Lovelace":                      "Ada and Lovelace",
		"Canada Lovelace":                       "Canada Lovelace",
		"Ada Lovelacement":                      "Ada Lovelacement",
		"hada@contoso.example":                  "hada@contoso.example",
		"x.ada@contoso.example":                 "x.ada@contoso.example",
		"ada@contoso.example.com":               "ada@contoso.example.com",
		"a1b2c3d4-1111-4222-8333-0123456789abc": "a1b2c3d4-1111-4222-8333-0123456789abc",
		`100% of \ and %zz`:                     `100% of \ and %zz`,
		"\xff\xfe broken":                       "\xff\xfe broken",
	} {
		got, changed := redactor.Redact(text)
		if got != want || changed != (text != want) {
			t.Errorf("%q became %q (%v), want %q", text, got, changed, want)
		}
		if again, changed := redactor.Redact(got); changed {
			t.Errorf("%q became %q when it was done again", got, again)
		}
	}
}

// Whoever has such a name must not be found in every text, nor be overlooked.
func TestUncommonNames(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"Al", "Al is al", "Al is al"},
		{"Madonna", "madonna, Madonnas", gone + ", Madonnas"},
		{"Al Li", "Al Li, Al Lin", gone + ", Al Lin"},
		{"Nora Smith", `C:\Nora Smith`, `C:\` + gone},
		{"山田 太郎", "昨日山田太郎さんと山田 太郎", "昨日山田太郎さんと" + gone},
		{"김철수", "김철수님과", gone + "님과"},
		{"Seán O’Brien", "sean o'brien", gone},
		{"Anna-Lena Groß", "ANNA-LENA GROẞ", gone},
		{"José García López", "Jose Lopez, Jose Garcia Lopez", gone + ", " + gone},
		{"Иван Петров", "с Иваном Петровым и Иван Петровым", "с Иваном Петровым и " + gone},
		{"Ada 😀 Lovelace", `"Ada \ud83d\ude00 Lovelace"`, `"` + gone + `"`},
		{"Smith & Sons", `{"name":"Smith \u0026 Sons"}`, `{"name":"` + gone + `"}`},
		{"Person", "Person, Erased person", "Person, Erased person"},
		{"", "anything", "anything"},
	} {
		subject := personal.Subject{User: ada(t).User}.Named([]string{test.name}, nil)
		if got, _ := personal.NewRedactor(subject).Redact(test.text); got != test.want {
			t.Errorf("%q without %q is %q, want %q", test.text, test.name, got, test.want)
		}
	}
}

func TestSubjectsKnowEachNameOnce(t *testing.T) {
	subject := personal.Subject{}.Named([]string{"Ada", "", "ADA "}, nil).Named([]string{"Augusta", "ada"}, []string{"a@b.example"})
	if diff := cmp.Diff([]string{"Ada", "Augusta"}, subject.Names); diff != "" {
		t.Error(diff)
	}
	if subject.Name() != "Ada" || (personal.Subject{}).Name() != "" {
		t.Errorf("called %q", subject.Name())
	}
}

// FuzzRedact holds that nothing of the spellings is left, whatever stands around them.
func FuzzRedact(f *testing.F) {
	for _, text := range []string{"", "x", `\`, `\u00`, "%", "%C3", "Ada", "@", "\xff", "Ada Lovelace Ada Lovelace", `\ud83d`} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		redactor := personal.NewRedactor(ada(t))
		encoded, err := json.Marshal("Ada Lovelace")
		if err != nil {
			t.Fatal(err)
		}
		for _, spelling := range []string{"Ada Lovelace", "ada@contoso.example", url.QueryEscape("Ada Lovelace"), string(encoded)} {
			got, changed := redactor.Redact(before + " " + spelling + " " + after)
			if left := strings.Contains(strings.ToLower(got), "ada lovelace"); !changed || (left && !strings.Contains(strings.ToLower(before+after), "ada")) {
				t.Errorf("%q between %q and %q became %q", spelling, before, after, got)
			}
			if _, changed := redactor.Redact(got); changed {
				t.Errorf("%q is changed again", got)
			}
		}
	})
}

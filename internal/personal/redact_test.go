package personal_test

import (
	"encoding/base64"
	"encoding/hex"
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

// TestTextsLoseWhoeverIsEncoded holds what programs make of a text.
func TestTextsLoseWhoeverIsEncoded(t *testing.T) {
	subject := personal.Subject{User: ada(t).User}.Named([]string{"Grace Grün"}, []string{"grace@contoso.example"})
	redactor := personal.NewRedactor(subject)
	for text, want := range map[string]string{
		"Grace Gr&uuml;n, grace&#64;contoso.example":                    gone + ", " + gone,
		"Grace&nbsp;Gr&#xFC;n":                                          gone,
		"Grace Gr&amp;uuml;n and &#38;amp;":                             gone + " and &#38;amp;",
		`{"html":"Grace Gr\u0026uuml;n"}`:                               `{"html":"` + gone + `"}`,
		"?m=grace%2540contoso.example&n=Grace%252520Gr%25C3%25BCn":      "?m=" + gone + "&n=" + gone,
		"?m=grace%26%2364%3Bcontoso.example":                            "?m=" + gone,
		`char s[] = "Grace Gr\xfcn";`:                                   `char s[] = "` + gone + `";`,
		"Authorization: Basic Z3JhY2VAY29udG9zby5leGFtcGxlOmh1bnRlcjI=": "Authorization: Basic " + gone,
		"/u/R3JhY2UgR3LDvG4/edit":                                       "/u/" + gone + "/edit",
		"R1JBQ0UgR1LDnE4=, R1JBQ0UgR1LDnE4":                             gone + ", " + gone,
		"eyJuIjoiR3JhY2UgR3JcdTAwZmNuIn0.c2ln":                          gone + ".c2ln",
		"c29tZSB0ZXh0Pz8_IGJ5IEdyYWNlIEdyw7xu":                          gone,
		"c29tZSB0ZXh0Pz8/IGJ5IEdyYWNlIEdyw7xu":                          gone,
		"6772616365406336 0x677261636540636f6e746f736f2e6578616d706c65": "6772616365406336 " + gone,
		`\x4772616365204772C3BC6E`:                                      `\` + gone,
		`contoso\grace, CONTOSO\Grace; contoso.example\grace`:           gone + ", " + gone + "; " + gone,
		`{"by":"contoso\\grace"}`:                                       `{"by":"` + gone + `"}`,
		`?by=contoso%5Cgrace`:                                           `?by=` + gone,
		"Grace Gr\u00ad\u00fcn":                                         gone,

		"&uuml; &nosuch; & &; &#64 &#; Gr&uuml;n":                     "&uuml; &nosuch; & &; &#64 &#; Gr&uuml;n",
		"%25 %2 %25%25 100%25":                                        "%25 %2 %25%25 100%25",
		`contoso\gracet contoso\grace-x xcontoso\grace contoso/grace`: `contoso\gracet contoso\grace-x xcontoso\grace contoso/grace`,
		"deadbeef decade facade QWRh R3JhY2U= 4772616365":             "deadbeef decade facade QWRh R3JhY2U= 4772616365",
		"c2VjcmV0IG9mIG5vYm9keQ==":                                    "c2VjcmV0IG9mIG5vYm9keQ==",
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

// TestInitials holds the short forms of a name, with a dot.
func TestInitials(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"Grace Hopper", "G. Hopper, G.Hopper, g.hopper", gone + ", " + gone + ", " + gone},
		{"Grace Hopper", "Hopper, G., and Hopper G.", gone + ", and " + gone},
		{"Hopper, Grace", "G. Hopper's, Grace H.", gone + "'s, " + gone},
		{"Grace Brewster Hopper", "G. B. Hopper; G.B. Hopper; Grace B. Hopper", gone + "; " + gone + "; " + gone},
		{"Grace Brewster Hopper", "Hopper, G. B.; G. Hopper", gone + "; " + gone},
		{"Åsa Groß", "A. Gross, Å. Groß", gone + ", " + gone},
		{"Anna-Lena Groß", "A.-L. Groß", gone},
		{"Grace Hopper", "G Hopper, GH, G. Hop, G. Hopperton, big. Hopper", "G Hopper, GH, G. Hop, G. Hopperton, big. Hopper"},
		{"Ada King", "a king, the king a day, A King. The king, a. s. o.", "a king, the king a day, A King. The king, a. s. o."},
		{"Al Li", "al l. A. Li", "al l. A. Li"},
		{"山田 太郎", "山. 太郎", "山. 太郎"},
	} {
		subject := personal.Subject{User: ada(t).User}.Named([]string{test.name}, nil)
		if got, _ := personal.NewRedactor(subject).Redact(test.text); got != test.want {
			t.Errorf("%q without %q is %q, want %q", test.text, test.name, got, test.want)
		}
	}
}

// TestTransliterations holds how a name is written without the keys for it, and with them where the directory has none.
func TestTransliterations(t *testing.T) {
	for _, test := range []struct {
		name string
		all  []string
		not  []string
	}{
		{"Linus Bergström", []string{"Linus Bergstroem", "Linus Bergstrom", "LINUS BERGSTRÖM", "L. Bergstroem", "Linus Bergstro\u0308m"}, []string{"Linus Bergstrem", "Linus Bergstroeem"}},
		{"Linus Bergstroem", []string{"Linus Bergström"}, []string{"Linus Bergstrom"}},
		{"Søren Kjær", []string{"Soren Kjaer", "Soeren Kjær", "Soeren Kjar"}, []string{"Sren Kjr"}},
		{"Åke Ångström", []string{"Ake Angstrom", "Aake Aangstroem", "Aake Angstroem"}, []string{"Ke Ngstrom"}},
		{"Jörg Weiß", []string{"Joerg Weiss", "Jorg Weiss", "JÖRG WEISS", "JÖRG WEIẞ"}, []string{"Jorg Weis"}},
		{"Jorg Weiss", []string{"Jörg Weiß"}, nil},
		{"Łukasz Đorđe", []string{"Lukasz Dorde", "Lukasz Djordje"}, nil},
		{"Müller Öz", []string{"Mueller Oez", "Oz, Muller"}, []string{"Möller Öz", "Mller Z"}},
	} {
		redactor := personal.NewRedactor(personal.Subject{User: ada(t).User}.Named([]string{test.name}, nil))
		for _, text := range test.all {
			if got, _ := redactor.Redact("by " + text + "."); got != "by "+gone+"." {
				t.Errorf("%q without %q is %q", text, test.name, got)
			}
		}
		for _, text := range test.not {
			if got, changed := redactor.Redact(text); changed {
				t.Errorf("%q without %q is %q", text, test.name, got)
			}
		}
	}
}

// TestWhatThePageSaysIsFound holds the examples of docs/privacy.md, and what it says of what stays.
func TestWhatThePageSaysIsFound(t *testing.T) {
	subject := personal.Subject{User: ada(t).User, Object: ada(t).Object}.
		Named([]string{"Dr. Grace Brewster Hopper (Contoso)", "Grace Grün", "Linus Bergström"}, []string{"grace@contoso.example"})
	redactor := personal.NewRedactor(subject)
	for _, text := range []string{
		"Hopper, Grace", "grace_hopper", "Grace Hoppers", "Brewster Hopper Grace", "G. Hopper", "g.hopper", "G. B. Hopper", "Hopper, G.", "Grace H.",
		"Grace B. Hopper", "Grace@Contoso.example", `contoso\grace`, subject.Object.String(), "Linus Bergstrom", "Linus Bergstroem",
		"LinusBergström", "linusbergstroem", "BergströmLinus", "graceGrün", "GraceHopper", "LinusBergstrom",
		"obLD1BERQiKDMwEjRWeJqw", "obLD1BERQiKDMwEjRWeJqw==", "1MOyoRERIkKDMwEjRWeJqw==",
		`Grace Gr\u00fcn`, `Grace Gr\xfcn`, "grace%2540contoso.example", "Grace Gr&amp;uuml;n", "R3JhY2UgSG9wcGVy", "477261636520486f70706572",
	} {
		if got, _ := redactor.Redact("(" + text + ")"); got != "("+gone+")" {
			t.Errorf("%q is %q", text, got)
		}
	}
	for _, text := range []string{
		"Grace", "Hopper", "GBH", "G Hopper", "hopper, g.", "Gracie Hopper", "Grace Hoper", "Грейс Хоппер", "grace", "Grace the great Hopper", "Grace Hop", "gracehopper",
		"Gracegrün", "LinusBergströmer", "xLinusBergström",
		"Grace Gr=C3=BCn", "R3Jh\nY2Ug\nSG9w\ncGVy", "UjNKaFkyVWdTRzl3Y0dWeQ==", "RwByAGEAYwBlACAASABvAHAAcABlAHIA", "47 72 61 63 65 20 48 6f 70 70 65 72",
	} {
		if got, changed := redactor.Redact("(" + text + ")"); changed {
			t.Errorf("%q is %q", text, got)
		}
	}
	alone := personal.NewRedactor(personal.Subject{User: ada(t).User}.Named([]string{"Linus Bergstroem"}, nil))
	if got, changed := alone.Redact("Linus Bergstrom"); changed {
		t.Errorf("%q was found", got)
	}
}

// TestOrdinaryTextsStay whoever is erased: people whose names are words.
func TestOrdinaryTextsStay(t *testing.T) {
	var people []personal.Subject
	for _, name := range []string{"Mark Young", "May Day", "Will Long", "Rose Green", "Ada King", "Jo Small", "Max Bauer", "Joel Weiß", "Åsa Öl", "Frank Reich", "Mark Stein", "Wein Berg"} {
		local := strings.ToLower(strings.Fields(name)[0])
		people = append(people, personal.Subject{User: ada(t).User}.Named([]string{name}, []string{local + "@contoso.example"}))
	}
	for _, text := range []string{
		"Mark a young entry. It will be a long text, may be for a day, in rose or green.",
		"A king, a. k. a. the king of small things; jo, so it goes. I will s. it.",
		"GET /api/v1/users/may?day=2026-05-01&green=%23rose&amp;young=1",
		`C:\Users\Public\young\will and \\server\share\max`,
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 id 01890000-0000-7000-8000-00000000beef",
		"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
		"Die Baür, das Öl, ein Baum: groß, weiß, gross. Voilà, naïve façade, smørrebrød, œuvre.",
		"Mayday in Frankreich, am Markstein, im Weinberg: frankreich, markyoung@, rosegreen.",
		"若い 王様 и король; 100 % \\o/ &c. R&D Q&A; AT&T;",
	} {
		for _, who := range people {
			if got, changed := personal.NewRedactor(who).Redact(text); changed {
				t.Errorf("%q without %s is %q", text, who.Name(), got)
			}
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

// TestLongTexts would not end if the time grew faster than a text: each is of many letters that nearly are something.
func TestLongTexts(t *testing.T) {
	names := []string{"Åååååååååååå Aaaaaaaaaaaab", "Ooooooooooooooooooooooooooooob", "Ada Lovelace"}
	subject := personal.Subject{User: ada(t).User}.Named(names, []string{"aaaa@contoso.example"})
	redactor := personal.NewRedactor(subject)
	for _, piece := range []string{
		`\`, `\u`, `\u004`, "%", "%25", "%C3", "&", "&amp;", "&uuml", "a", "å", "ö", "a/", "6", "Ada ", "Ada Lovelac ", "a.", "contoso\\", "=",
		"e\u0301", "\u0301", "\u00ad", "Å", "QWRh", "QWRhIExvdmVsYWN", "\xff",
	} {
		text := strings.Repeat(piece, 100_000/len(piece))
		got, changed := redactor.Redact(text + " Ada Lovelace")
		if !changed || !strings.HasSuffix(got, gone) {
			t.Errorf("a long text of %q ends with %q", piece, got[max(0, len(got)-40):])
		}
	}
}

// FuzzRedact holds that nothing of the spellings is left, whatever stands around them.
func FuzzRedact(f *testing.F) {
	for _, text := range []string{
		"", "x", `\`, `\u00`, "%", "%C3", "Ada", "@", "\xff", "Ada Lovelace Ada Lovelace", `\ud83d`, "&", "&#6", "=", "QWRh", "/", "41", "A.", "Å", "contoso\\",
	} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		redactor := personal.NewRedactor(ada(t))
		escaped, err := json.Marshal("Ada Lovelace")
		if err != nil {
			t.Fatal(err)
		}
		for _, spelling := range []string{
			"Ada Lovelace", "ada@contoso.example", "A. Lovelace", `contoso\ada`, string(escaped), url.QueryEscape("Ada Lovelace"),
			url.QueryEscape(url.QueryEscape("ada@contoso.example")), "Ada&#32;Lovelace", "ada&commat;contoso.example",
			base64.StdEncoding.EncodeToString([]byte("by Ada Lovelace")), hex.EncodeToString([]byte("ada@contoso.example")),
		} {
			text := before + " " + spelling + " " + after
			got, changed := redactor.Redact(text)
			if !changed || strings.Count(got, spelling) > strings.Count(before+"|"+after, spelling) {
				t.Errorf("%q became %q", text, got)
			}
			if again, changed := redactor.Redact(got); changed {
				t.Errorf("%q became %q, and that %q", text, got, again)
			}
		}
	})
}

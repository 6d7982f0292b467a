package entra

import (
	"net/http"

	g "maragu.dev/gomponents"
	"maragu.dev/gomponents/components"
	h "maragu.dev/gomponents/html"

	"timetracker/internal/sandbox"
)

// pageData is what the page says: a problem, that somebody has signed out, or the accounts to choose from.
type pageData struct {
	Problem   string
	SignedOut bool
	Client    string
	Confirm   bool
	Groups    []pageGroup
}

// pageGroup is the accounts of one directory.
type pageGroup struct {
	Directory string
	Accounts  []pageAccount
}

type pageAccount struct {
	sandbox.Person
	Hinted bool
}

func showPage(w http.ResponseWriter, status int, data pageData) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// The status has been sent, so a failure to write the rest can't be reported.
	_ = data.page().Render(w)
}

func (d pageData) page() g.Node {
	title, content := "Pick an account", d.picker()
	switch {
	case d.Problem != "":
		title = "Sign-in failed"
		content = g.Group{h.H1(g.Text("Sorry, we could not sign you in")), h.P(h.Class("problem"), g.Text(d.Problem))}
	case d.SignedOut:
		title = "Signed out"
		content = g.Group{h.H1(g.Text("You are signed out")), h.P(g.Text("You can close this window."))}
	}
	return components.HTML5(components.HTML5Props{
		Title: title + " – TimeTracker sandbox", Language: "en",
		Head: []g.Node{
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.Link(h.Rel("stylesheet"), h.Href("/_sandbox/page.css")),
		},
		Body: []g.Node{h.Main(
			h.P(h.Class("notice"), h.Strong(g.Text("TimeTracker sandbox: this is not Microsoft.")),
				g.Text(" Everybody here is made up, and there are no passwords.")),
			content,
		)},
	})
}

func (d pageData) picker() g.Group {
	return g.Group{
		h.H1(g.Text("Pick an account")),
		h.P(g.Text("to continue to " + d.Client)),
		g.If(d.Confirm, h.P(g.Text("Your organization asks for a second factor. Here, picking your account is one."))),
		h.Form(
			h.Method("post"),
			g.Map(d.Groups, func(of pageGroup) g.Node {
				return g.Group{h.H2(g.Text(of.Directory)), h.Ul(g.Map(of.Accounts, pageAccount.item))}
			}),
			h.Button(h.Name("cancel"), h.Value("1"), h.Class("cancel"), g.Text("Cancel")),
		),
	}
}

func (a pageAccount) item() g.Node {
	role := func(is bool, name string) g.Node {
		return g.If(is, g.Group{g.Text(" "), h.Span(h.Class("role"), g.Text(name))})
	}
	return h.Li(h.Button(
		h.Name("account"), h.Value(a.ObjectID), g.If(a.Hinted, g.Group{h.Class("hinted"), h.AutoFocus()}),
		h.Span(h.Class("name"), g.Text(a.Name), role(a.Admin, "admin"), role(a.Guest(), "guest")),
		g.Text(" "),
		h.Span(h.Class("upn"), g.Text(a.Email)),
	))
}

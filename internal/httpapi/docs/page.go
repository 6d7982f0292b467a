package docs

import (
	"strings"

	g "maragu.dev/gomponents"
	"maragu.dev/gomponents/components"
	h "maragu.dev/gomponents/html"
)

// page shows the document. Whatever it says is escaped where it becomes text or an attribute.
func page(d document) g.Node {
	return components.HTML5(components.HTML5Props{
		Title: d.Title, Language: "en", Head: []g.Node{h.StyleEl(g.Raw(pageCSS))}, // a file of ours
		Body: []g.Node{h.Div(h.Class("layout"), contents(d), h.Main(
			h.ID("content"), h.TabIndex("-1"),
			h.H1(g.Text(d.Title)),
			h.P(g.Text(d.Summary+" "), h.A(h.Href("/openapi.yaml"), g.Text("openapi.yaml"))),
			paragraphs(d.Description),
			g.Map(d.Groups, group.section),
			h.Section(
				h.Aria("labelledby", "schemas"),
				h.H2(h.ID("schemas"), g.Text("Schemas")),
				g.Map(d.Schemas, schema.article),
			),
		))},
	})
}

func contents(d document) g.Node {
	return h.Nav(
		h.Aria("label", "Contents"),
		h.A(h.Class("skip"), h.Href("#content"), g.Text("Skip to the content")),
		g.Map(d.Groups, func(of group) g.Node {
			return g.Group{
				h.P(h.Strong(g.Text(of.Name))),
				h.Ul(g.Map(of.Operations, func(o operation) g.Node {
					return h.Li(h.A(h.Href("#"+o.ID), g.Text(o.Summary)))
				})),
			}
		}),
		h.P(h.Strong(h.A(h.Href("#schemas"), g.Text("Schemas")))),
	)
}

func (of group) section() g.Node {
	return h.Section(
		h.Aria("labelledby", "group-"+of.Name),
		h.H2(h.ID("group-"+of.Name), g.Text(of.Name)),
		paragraphs(of.Description),
		g.Map(of.Operations, operation.article),
	)
}

func (o operation) article() g.Node {
	return h.Article(
		h.ID(o.ID), h.Aria("labelledby", o.ID+"-title"),
		h.H3(h.ID(o.ID+"-title"), g.Text(o.Summary)),
		h.P(h.Span(h.Class("method"), g.Text(o.Method)), g.Text(" "), code(o.Path)),
		paragraphs(o.Description),
		g.If(len(o.Parameters) > 0, g.Group{h.H4(g.Text("Parameters")), table("Parameters: "+o.Summary, o.Parameters)}),
		g.If(len(o.Bodies) > 0, g.Group{h.H4(g.Text("Body")), h.P(g.Map(o.Bodies, body.words))}),
		h.H4(g.Text("Answers")),
		h.Ul(g.Map(o.Responses, func(r response) g.Node {
			return h.Li(h.Strong(g.Text(r.Status)), g.Text(" "), inline(r.Description), g.Map(r.Bodies, body.words))
		})),
	)
}

func (s schema) article() g.Node {
	id := "schema-" + s.Name
	details := h.P(s.Type.words())
	if len(s.Fields) > 0 {
		details = table("Fields of "+s.Name, s.Fields)
	}
	return h.Article(
		h.ID(id), h.Aria("labelledby", id+"-title"),
		h.H3(h.ID(id+"-title"), code(s.Name)),
		paragraphs(s.Description),
		details,
	)
}

// table shows fields, with a name for screen readers. It can be scrolled by keyboard.
func table(label string, fields []field) g.Node {
	column := func(name string) g.Node { return h.Th(h.Scope("col"), g.Text(name)) }
	return h.Div(
		h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", label),
		h.Table(
			h.THead(h.Tr(column("Name"), column("Type"), column("Meaning"))),
			h.TBody(g.Map(fields, func(f field) g.Node {
				return h.Tr(
					h.Th(h.Scope("row"), code(f.Name), g.If(f.Required, dim("required")), g.If(f.In != "", dim(f.In))),
					h.Td(f.Type.words()),
					h.Td(inline(f.Description)),
				)
			})),
		),
	)
}

func dim(word string) g.Node {
	return g.Group{g.Text(" "), h.Span(h.Class("dim"), g.Text(word))}
}

func (b body) words() g.Node {
	return g.Group{code(b.MediaType), g.Text(": "), b.Type.words(), g.Text(" ")}
}

func (t valueType) words() g.Node {
	said := g.Text(t.Words)
	if t.Schema != "" {
		said = h.A(h.Href("#schema-"+t.Schema), code(t.Schema))
	}
	if t.List {
		return g.Group{g.Text("list of "), said}
	}
	return said
}

func code(text string) g.Node { return h.Code(g.Text(text)) }

// paragraphs reads the part of Markdown that the contract's descriptions use: blank lines and code in backquotes.
func paragraphs(description string) g.Node {
	return g.Map(split(description), func(paragraph string) g.Node { return h.P(coded(paragraph)) })
}

// inline is paragraphs within a sentence or a cell.
func inline(description string) g.Node {
	return g.Map(split(description), func(paragraph string) g.Node { return g.Group{coded(paragraph), g.Text(" ")} })
}

func split(description string) []string {
	description = strings.TrimSpace(description)
	if description == "" {
		return nil
	}
	return strings.Split(description, "\n\n")
}

func coded(paragraph string) g.Node {
	var parts g.Group
	for i, part := range strings.Split(paragraph, "`") {
		if i%2 == 1 {
			parts = append(parts, code(part))
		} else {
			parts = append(parts, g.Text(part))
		}
	}
	return parts
}

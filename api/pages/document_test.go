package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"creatorpay/templates"
)

// everyPage calls look with each page in both languages, over full books, over those of a creator who sells, and over
// those of one of whom nothing counted yet.
func everyPage(t *testing.T, look func(t *testing.T, p *pagesOf, address string, document *html.Node)) {
	t.Helper()
	empty := newBooks(t, 0)
	empty.statements.Statements, empty.history.Lines = nil, nil
	empty.explanation = explainedNothing(empty.explanation)
	for name, b := range map[string]*books{"full": newBooks(t, 120), "selling": newSellingBooks(t, templates.English), "empty": empty} {
		p := newPages(t, b)
		for _, address := range append(append(addresses, problems...), "/sign-in", "/link/forged") {
			for _, language := range []string{templates.Korean, templates.English} {
				in := address + "?lang=" + language
				if strings.Contains(address, "?") {
					in = address + "&lang=" + language
				}
				t.Run(name+in, func(t *testing.T) {
					p.t = t
					answer := p.get(in)
					require.Equal(t, "text/html; charset=utf-8", answer.Header().Get("Content-Type"))
					document, err := html.Parse(answer.Body)
					require.NoError(t, err)
					look(t, p, in, document)
				})
			}
		}
	}
}

func attribute(node *html.Node, name string) (value string, found bool) {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// text is all text of a node.
func text(node *html.Node) string {
	var all strings.Builder
	for n := range node.Descendants() {
		switch {
		case n.Type == html.TextNode:
			all.WriteString(n.Data)
		case n.DataAtom == atom.Br:
			all.WriteString(" ")
		}
	}
	return strings.Join(strings.Fields(all.String()), " ")
}

// elements are all elements of the kinds, in the order of the page.
func elements(document *html.Node, kinds ...atom.Atom) (found []*html.Node) {
	for node := range document.Descendants() {
		for _, kind := range kinds {
			if node.Type == html.ElementNode && node.DataAtom == kind {
				found = append(found, node)
			}
		}
	}
	return found
}

func TestEveryLinkLeadsToAPage(t *testing.T) {
	followed := make(map[string]bool)
	everyPage(t, func(t *testing.T, p *pagesOf, address string, document *html.Node) {
		base, err := url.Parse(address)
		require.NoError(t, err)
		for _, link := range elements(document, atom.A) {
			href, _ := attribute(link, "href")
			target, err := base.Parse(href)
			require.NoError(t, err)
			require.NotEmpty(t, text(link), "a link without words")
			ofTheAPI := strings.HasPrefix(target.Path, "/v1/")
			if ofTheAPI || target.Path == base.Path || followed[href] {
				continue
			}
			followed[href] = true
			require.Equal(t, http.StatusOK, p.get(target.String()).Code, href)
		}
	})
	for _, path := range []string{"/?lang=ko", "/statements/2024-W19?lang=en", "/videos/1001?week=2024-W19&lang=ko", "/videos/1001/2024-05-09?lang=en"} {
		require.True(t, followed[path], path)
	}
}

// inside tells whether the address is one of this site, or the icon.
func inside(address string) bool {
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.HasPrefix(address, "/\\") ||
		strings.HasPrefix(address, "?") || strings.HasPrefix(address, "#") || strings.HasPrefix(address, "data:image/svg+xml,")
}

// requireNothingFromElsewhere requires a page without scripts, forms and frames, whose addresses are all inside.
func requireNothingFromElsewhere(t *testing.T, document *html.Node) {
	t.Helper()
	for node := range document.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		require.NotContains(t, []atom.Atom{atom.Script, atom.Iframe, atom.Object, atom.Embed, atom.Form, atom.Base, atom.Style}, node.DataAtom)
		for _, a := range node.Attr {
			require.False(t, strings.HasPrefix(a.Key, "on"), "%s of %s", a.Key, node.Data)
			require.NotEqual(t, "style", a.Key, "the policy refuses it")
			if a.Key == "href" || a.Key == "src" {
				require.True(t, inside(a.Val), a.Val)
			}
		}
	}
}

func TestPagesAskNobodyElseForAnything(t *testing.T) {
	everyPage(t, func(t *testing.T, _ *pagesOf, _ string, document *html.Node) {
		requireNothingFromElsewhere(t, document)
	})
	require.NotContains(t, string(style), "url(")
	require.NotContains(t, string(style), "@import")
}

func TestHeadingsTellTheOrderOfAPage(t *testing.T) {
	everyPage(t, func(t *testing.T, _ *pagesOf, _ string, document *html.Node) {
		before := 0
		headings := elements(document, atom.H1, atom.H2, atom.H3, atom.H4)
		require.NotEmpty(t, headings)
		for i, heading := range headings {
			level := int(heading.Data[1] - '0')
			require.Equal(t, i == 0, level == 1, "one heading is of the page, the first")
			require.LessOrEqual(t, level, before+1, text(heading))
			require.NotEmpty(t, text(heading))
			before = level
		}
	})
}

func TestTablesSayWhatTheirCellsAre(t *testing.T) {
	tables := 0
	everyPage(t, func(t *testing.T, _ *pagesOf, _ string, document *html.Node) {
		for _, table := range elements(document, atom.Table) {
			tables++
			captions := elements(table, atom.Caption)
			require.Len(t, captions, 1)
			require.NotEmpty(t, text(captions[0]))
			for _, head := range elements(table, atom.Th) {
				scope, _ := attribute(head, "scope")
				inHead := head.Parent.Parent.DataAtom == atom.Thead
				require.Equal(t, map[bool]string{true: "col", false: "row"}[inHead], scope)
				require.NotEmpty(t, text(head))
			}
			columns := len(elements(elements(table, atom.Thead)[0], atom.Th))
			for _, row := range elements(table, atom.Tr) {
				cells := 0
				for _, cell := range elements(row, atom.Th, atom.Td) {
					span := 1
					if value, found := attribute(cell, "colspan"); found {
						_, err := fmt.Sscan(value, &span)
						require.NoError(t, err)
					}
					cells += span
				}
				require.Equal(t, columns, cells, text(row))
			}
		}
	})
	require.Positive(t, tables)
}

func TestDrawingsAreToldInWords(t *testing.T) {
	drawings := 0
	everyPage(t, func(t *testing.T, _ *pagesOf, _ string, document *html.Node) {
		ids := make(map[string]*html.Node)
		for node := range document.Descendants() {
			if id, found := attribute(node, "id"); found {
				require.NotContains(t, ids, id)
				ids[id] = node
			}
		}
		for _, svg := range elements(document, atom.Svg) {
			if _, hidden := attribute(svg, "aria-hidden"); hidden { // its row has the figure
				continue
			}
			drawings++
			role, _ := attribute(svg, "role")
			require.Equal(t, "img", role)
			words, _ := attribute(svg, "aria-label")
			named, _ := attribute(svg, "aria-labelledby")
			for id := range strings.FieldsSeq(named) {
				require.Contains(t, ids, id)
				words += text(ids[id])
			}
			require.NotEmpty(t, words)
		}
	})
	require.Positive(t, drawings)
}

func TestDrawingsStayWithinTheirWidth(t *testing.T) {
	everyPage(t, func(t *testing.T, _ *pagesOf, _ string, document *html.Node) {
		for _, rect := range elements(document, 0) {
			if rect.Data != "rect" {
				continue
			}
			var x, width float64
			if value, found := attribute(rect, "x"); found {
				_, err := fmt.Sscanf(value, "%f%%", &x)
				require.NoError(t, err)
			}
			value, _ := attribute(rect, "width")
			_, err := fmt.Sscanf(value, "%f%%", &width)
			require.NoError(t, err)
			require.GreaterOrEqual(t, x, 0.0)
			require.GreaterOrEqual(t, width, 0.0)
			require.LessOrEqual(t, x+width, 100.001)
		}
	})
}

func TestPagesCanBeReadWithoutEyesAndWithoutAMouse(t *testing.T) {
	everyPage(t, func(t *testing.T, _ *pagesOf, address string, document *html.Node) {
		language, _ := attribute(elements(document, atom.Html)[0], "lang")
		require.Contains(t, address, "lang="+language)
		for _, landmark := range []atom.Atom{atom.Header, atom.Main, atom.Footer} {
			require.Len(t, elements(document, landmark), 1)
		}
		require.NotEmpty(t, text(elements(elements(document, atom.Head)[0], atom.Title)[0]))
		for _, nav := range elements(document, atom.Nav) {
			label, _ := attribute(nav, "aria-label")
			require.NotEmpty(t, label)
		}
		first := elements(document, atom.A)[0]
		skip, _ := attribute(first, "href")
		main, _ := attribute(elements(document, atom.Main)[0], "id")
		require.Equal(t, "#"+main, skip, "the first link leads to the content")
	})
}

func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	words := func(language string) (names []string) {
		file, err := files.ReadFile("html/words." + language + ".html")
		require.NoError(t, err)
		for line := range strings.Lines(string(file)) {
			if rest, found := strings.CutPrefix(line, `{{define "`); found {
				name, _, _ := strings.Cut(rest, `"`)
				names = append(names, name)
			}
		}
		return names
	}
	require.NotEmpty(t, words(templates.Korean))
	require.Equal(t, words(templates.Korean), words(templates.English), "in the same order")
}

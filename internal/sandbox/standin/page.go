package standin

import (
	_ "embed"
	"net/http"
)

//go:embed page.css
var pageCSS []byte

// ServePageStyle serves the style that the sandbox's pages share.
func ServePageStyle(w http.ResponseWriter, r *http.Request) {
	ServeContent("text/css; charset=utf-8", pageCSS)(w, r)
}

// ServeContent returns a handler that answers with fixed content.
func ServeContent(contentType string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(content)
	}
}

package docs

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// servedText is a text that never changes while the program runs. It is packed once, since strangers may ask for it as often as
// they like.
type servedText struct {
	contentType string
	policy      string // empty: that of all answers
	plain       form
	packed      form
}

// form is the text in one coding, and the tag by which caches tell it from the other.
type form struct {
	content []byte
	etag    string
}

func newForm(content []byte) form { return form{content, `"` + digest(content) + `"`} }

func newServed(contentType, policy string, text []byte) (servedText, error) {
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	_, err := packer.Write(text)
	if err == nil {
		err = packer.Close()
	}
	if err != nil {
		return servedText{}, fmt.Errorf("docs: %w", err)
	}
	return servedText{contentType: contentType, policy: policy, plain: newForm(text), packed: newForm(packed.Bytes())}, nil
}

// ServeHTTP implements http.Handler.
func (d servedText) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", d.contentType)
	header.Set("Cache-Control", "no-cache")
	header.Set("Vary", "Accept-Encoding")
	if d.policy != "" {
		header.Set("Content-Security-Policy", d.policy)
	}
	sent := d.plain
	if takesGzip(r.Header.Values("Accept-Encoding")) {
		sent = d.packed
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("ETag", sent.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(sent.content))
}

// takesGzip tells whether a client's Accept-Encoding names gzip (RFC 9110 section 12.5.3).
func takesGzip(accepted []string) bool {
	for part := range strings.SplitSeq(strings.Join(accepted, ","), ",") {
		name, parameter, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		_, quality, weighted := strings.Cut(parameter, "=")
		weight, err := strconv.ParseFloat(strings.TrimSpace(quality), 64)
		return !weighted || (err == nil && weight > 0)
	}
	return false
}

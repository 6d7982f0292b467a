package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// file is one file as browsers get it: as it is, and compressed by the build.
type file struct {
	contentType string
	plain       encoded
	compressed  []encoded // the smallest first
}

// encoded is a file's content in one content coding, and the tag by which caches tell it from others.
type encoded struct {
	coding  string // of RFC 9110 section 8.4.1; empty: none
	content []byte
	etag    string
}

// codings are the endings that the build gives to compressed files. The one that browsers should get first is first.
var codings = []struct{ name, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

func newEncoded(coding string, content []byte) encoded {
	sum := sha256.Sum256(content)
	return encoded{coding: coding, content: content, etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

// newFile makes a file of content that the build has not compressed.
func newFile(name string, content []byte) *file {
	return &file{contentType: mime.TypeByExtension(path.Ext(name)), plain: newEncoded("", content)}
}

// readFiles reads all files. The compressed forms have no address of their own.
func readFiles(files fs.FS) (map[string]*file, error) {
	found := map[string]*file{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || codingOf(name) != "" {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		found[name] = newFile(name, content)
		for _, coding := range codings {
			smaller, err := fs.ReadFile(files, name+coding.ending)
			if err == nil && len(smaller) < len(content) {
				found[name].compressed = append(found[name].compressed, newEncoded(coding.name, smaller))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the built pages: %w", err)
	}
	return found, nil
}

// codingOf gives the content coding of a compressed form by its name.
func codingOf(name string) string {
	for _, coding := range codings {
		if strings.HasSuffix(name, coding.ending) {
			return coding.name
		}
	}
	return ""
}

// ServeHTTP sends the file in the best coding that the browser takes, or 304 when the browser has it.
func (f *file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	sent := f.plain
	if len(f.compressed) > 0 {
		header.Add("Vary", "Accept-Encoding")
		for _, each := range f.compressed {
			if takes(r.Header.Values("Accept-Encoding"), each.coding) {
				sent = each
				header.Set("Content-Encoding", each.coding)
				break
			}
		}
	}
	header.Set("ETag", sent.etag)
	if f.contentType != "" {
		header.Set("Content-Type", f.contentType)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(sent.content))
}

// takes tells whether a browser's Accept-Encoding names a coding (RFC 9110 section 12.5.3).
func takes(accepted []string, coding string) bool {
	for part := range strings.SplitSeq(strings.Join(accepted, ","), ",") {
		name, parameter, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		_, quality, weighted := strings.Cut(parameter, "=")
		weight, err := strconv.ParseFloat(strings.TrimSpace(quality), 64)
		return !weighted || (err == nil && weight > 0)
	}
	return false
}

// Package web serves the extension's built pages to browsers, with the headers that say what a page may load and who may
// embed it.
//
// It must not answer the API, nor read who calls: a page is the same for everybody.
package web

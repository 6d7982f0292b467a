// Command release has the parts of a release that are worth a test: its version and its notes, and how an extension is packed.
package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

const usage = `usage: release version DESCRIPTION | notes CHANGELOG VERSION | repack VSIX`

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "version":
		version, err := versionOf(args[1])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, version)
		return err
	case len(args) == 3 && args[0] == "notes":
		changelog, err := os.ReadFile(args[1]) //nolint:gosec // whoever runs this names the file
		if err != nil {
			return err
		}
		notes, err := notesOf(string(changelog), args[2])
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, notes)
		return err
	case len(args) == 2 && args[0] == "repack":
		packed, err := os.ReadFile(args[1]) //nolint:gosec // whoever runs this names the file
		if err != nil {
			return err
		}
		again, err := repack(packed)
		if err != nil {
			return err
		}
		return os.WriteFile(args[1], again, 0o644) //nolint:gosec // everybody may read it
	}
	return errors.New(usage)
}

// repack packs a ZIP anew, with its files in order and all of the same age.
func repack(packed []byte) ([]byte, error) {
	source, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	files := slices.Clone(source.File)
	slices.SortFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	writer := zip.NewWriter(&out)
	for _, file := range files {
		if file.FileInfo().IsDir() {
			continue
		}
		content, err := file.Open()
		if err != nil {
			return nil, err
		}
		header := &zip.FileHeader{Name: file.Name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		copied, err := writer.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(copied, content); err != nil { //nolint:gosec // it is what was just packed
			return nil, err
		}
	}
	err = writer.Close()
	return out.Bytes(), err
}

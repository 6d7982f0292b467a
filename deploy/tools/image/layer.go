package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is a file or a directory of the image, by its path without a slash at the beginning.
type entry struct {
	path     string
	uid, gid int
	mode     int64
	content  []byte // nil: a directory
}

// tree gives what the image has, in order. stages are directories that stand for the other stages of the Dockerfile.
func (i image) tree(stages map[string]string) ([]entry, error) {
	found := map[string]entry{}
	for _, one := range i.copies {
		stage, ok := stages[one.from]
		if !ok {
			return nil, fmt.Errorf("nothing stands for the stage %s", one.from)
		}
		name := strings.TrimPrefix(one.destination, "/")
		made := entry{path: name, uid: one.uid, gid: one.gid, mode: one.mode}
		source := filepath.Join(stage, filepath.FromSlash(one.source))
		switch inside, err := os.ReadDir(source); {
		case err == nil && len(inside) > 0:
			return nil, fmt.Errorf("%s isn't empty; only files are copied, and empty directories", source)
		case err != nil:
			content, err := os.ReadFile(source) //nolint:gosec // whoever runs this names the directory
			if err != nil {
				return nil, err
			}
			made.content = content
		}
		found[name] = made
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if _, ok := found[parent]; !ok {
				found[parent] = entry{path: parent, mode: 0o755}
			}
		}
	}
	entries := make([]entry, 0, len(found))
	for _, one := range found {
		entries = append(entries, one)
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	return entries, nil
}

// pack makes a tar of the entries. It says nothing of the machine, and everything is as old as the source.
func pack(entries []entry, at time.Time) ([]byte, error) {
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	for _, one := range entries {
		header := &tar.Header{
			Name: one.path, Uid: one.uid, Gid: one.gid, Mode: one.mode, Size: int64(len(one.content)), ModTime: at, Typeflag: tar.TypeReg,
		}
		if one.content == nil {
			header.Name, header.Typeflag = one.path+"/", tar.TypeDir
		}
		if err := writer.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := writer.Write(one.content); err != nil {
			return nil, err
		}
	}
	err := writer.Close()
	return packed.Bytes(), err
}

// layOut writes the entries below a directory, as whoever runs a container does.
func layOut(entries []entry, directory string) error {
	for _, one := range entries {
		target := filepath.Join(directory, filepath.FromSlash(one.path))
		var err error
		if one.content == nil {
			if err = os.Mkdir(target, 0o700); errors.Is(err, fs.ErrExist) {
				err = nil
			}
		} else {
			err = os.WriteFile(target, one.content, 0o600)
		}
		if err = errors.Join(err, os.Chmod(target, fs.FileMode(one.mode)), os.Lchown(target, one.uid, one.gid)); err != nil {
			return err
		}
	}
	return nil
}

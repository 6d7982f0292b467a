package standin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// CreateOnce writes data to path unless the file exists, and returns what path holds afterwards. The file appears
// whole or not at all. When several processes create it at once, one wins and all read its data.
func CreateOnce(path string, perm fs.FileMode, data []byte) ([]byte, error) {
	temp, err := writeTemp(path, perm, data)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(temp) }()
	// Unlike a rename, a link never replaces a file that another process has just made.
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create %s: %w", filepath.Base(path), err)
	}
	return os.ReadFile(path)
}

// ReplaceFile replaces path's content in one step.
func ReplaceFile(path string, perm fs.FileMode, data []byte) error {
	temp, err := writeTemp(path, perm, data)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// writeTemp writes data to a new file beside path and returns the new file's name.
func writeTemp(path string, perm fs.FileMode, data []byte) (name string, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(perm), file.Sync(), file.Close())
	if err != nil {
		return "", errors.Join(fmt.Errorf("write %s: %w", filepath.Base(path), err), os.Remove(file.Name()))
	}
	return file.Name(), nil
}

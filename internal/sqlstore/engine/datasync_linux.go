package engine

import (
	"os"
	"path/filepath"
	"syscall"
)

// syncData makes a file's content durable, and not the time of its last change, which would cost as much again.
func syncData(file *os.File) error {
	for {
		if err := syscall.Fdatasync(int(file.Fd())); err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

// syncDirectory makes it durable that the files of a directory are there.
func syncDirectory(ofFile string) error {
	directory, err := os.Open(filepath.Dir(ofFile))
	if err != nil {
		return err
	}
	defer func() { _ = directory.Close() }()
	return directory.Sync()
}

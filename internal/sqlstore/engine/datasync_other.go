//go:build !linux

package engine

import "os"

// syncData makes a file's content durable.
func syncData(file *os.File) error { return file.Sync() }

// syncDirectory does nothing: not every system can.
func syncDirectory(string) error { return nil }

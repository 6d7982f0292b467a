package engine

import (
	"io"
	"os"
	"syscall"
)

const (
	// setLock is F_OFD_SETLK, which sets a lock of the open file description and never waits:
	// https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html
	setLock = 37
	// turnByte is in the page of the file that SQLite uses for its locks alone, and behind them:
	// https://www.sqlite.org/fileformat.html#the_lock_byte_page
	turnByte = 0x40000000 + 512
)

// lockTurn says whether the turn was free.
func lockTurn(file *os.File) bool { return setTurn(file, syscall.F_WRLCK) == nil }

func unlockTurn(file *os.File) { _ = setTurn(file, syscall.F_UNLCK) }

func setTurn(file *os.File, kind int16) error {
	lock := syscall.Flock_t{Type: kind, Whence: io.SeekStart, Start: turnByte, Len: 1}
	return syscall.FcntlFlock(file.Fd(), setLock, &lock)
}

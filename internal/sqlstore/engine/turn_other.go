//go:build !linux

package engine

import "os"

// Other systems have no locks of open file descriptions, and so no turns.

func lockTurn(*os.File) bool { return true }

func unlockTurn(*os.File) {}

package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// stateDir is where the viewer CA lives: what --state says, or the user's own.
func (s *settings) stateDir() (string, error) {
	if s.state != "" {
		return s.state, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "edgesim"), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "edgesim"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "edgesim"), err
}

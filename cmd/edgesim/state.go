package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// stateDir returns the folder with the viewer CA: that of --state, or the user's default.
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

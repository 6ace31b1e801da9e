package main

import "testing"

// TestGoRunPath: a go run binary is distinguished from an installed program and a test.
func TestGoRunPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/tmp/go-build2484638414/b001/exe/edgesim":                       true,
		"C:/Users/x/AppData/Local/Temp/go-build123/b001/exe/edgesim.exe": true,
		"/root/go/bin/edgesim":                                           false,
		"/tmp/go-build2484638414/b001/edgesim.test":                      false,
		"/home/go-builder/edgesim":                                       false,
	} {
		if got := goRunPath.MatchString(path); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}

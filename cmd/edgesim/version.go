package main

import (
	"runtime/debug"
)

// buildVersion is what the program knows about its own build.
type buildVersion struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
}

// version reads the build info that the Go toolchain leaves in the binary.
func version() buildVersion {
	v := buildVersion{Version: "devel"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

// String returns the version on one line, with the revision if it is known.
func (v buildVersion) String() string {
	s := v.Version
	if len(v.Revision) >= 12 {
		s += " (" + v.Revision[:12] + ")"
	}
	return s
}

package main

import (
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/edgesim/edgesim/internal/standin"
)

// openFolders serves the folders that --connect names as buckets. The caller must close
// them.
func (s *settings) openFolders() (*standin.Folders, error) {
	at := s.at
	if at.IsZero() {
		at = s.now()
	}
	folders, err := standin.Open(s.connect, at)
	if err != nil {
		return nil, usage{err: fmt.Errorf("--%w", err), hint: "--connect BUCKET-DOMAIN=dir:PATH serves the folder PATH as that bucket would"}
	}
	s.folders = folders
	return folders, nil
}

// reached returns where origins are reached, with folders at their loopback addresses.
func (s *settings) reached() map[string]string {
	if s.folders != nil {
		return s.folders.Connect
	}
	return s.connect
}

// trusted returns the CAs in addition to the Mozilla list.
func (s *settings) trusted() []*x509.Certificate {
	if s.folders == nil {
		return s.trust
	}
	return slices.Concat(s.trust, s.folders.Trust)
}

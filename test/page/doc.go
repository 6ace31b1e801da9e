// Package page has the tests of the inspector's page, in a real Chromium, on a
// running edge before the lab: one for each thing that a person does.
//
// # What to read first
//
// browser_test.go opens tabs and waits for conditions; edge_test.go runs the edges.
// Each other file is about one part of the page. A test that fails leaves a
// picture of the page in the directory that EDGESIM_PAGE_SHOTS names, by default
// edgesim-page-shots in the temporary directory.
package page

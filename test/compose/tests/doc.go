// Package tests holds the integration tests of the compose network: every cause of the lab
// through an edge that finds the origins by their names, HTTPS with the viewer CA of a
// shared volume, the API and faults on demand.
//
// It is compiled into its own image and run by "docker compose run --rm tests". Outside
// that network it has nothing to test and says so; package compose starts the network and
// fails if one of these tests does.
package tests

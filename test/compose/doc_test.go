// Package compose_test tests the images and docker-compose.yml on a real Docker
// engine: what they are made of, that the tests of compose/tests pass in the
// network, and that an edge in a container survives what happens to containers.
//
// # What to read first
//
// engine_test.go builds the images from prebuilt binaries, as no base image is
// pulled, and makes networks with names of their own, which are gone when a test
// ends. Without an engine the tests are skipped, and fail under CI=true.
package compose_test

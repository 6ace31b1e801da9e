// Package lambda runs Lambda@Edge handlers: in node or python3 processes on this machine,
// or through the Invoke API at any endpoint that supports it. It takes an event as JSON and
// returns JSON; it does not interpret either.
package lambda

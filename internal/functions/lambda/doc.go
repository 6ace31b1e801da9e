// Package lambda runs the handlers of Lambda@Edge: in processes of node or
// python3 on this machine, or by the Invoke API of whatever speaks it at an
// endpoint. It takes an event as JSON and gives back JSON; what both mean is
// for others to know.
package lambda

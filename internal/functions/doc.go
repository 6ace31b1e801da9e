// Package functions runs the edge functions of a distribution: this code on
// this event, events in, changes out. CloudFront Functions run in package js,
// Lambda@Edge handlers in package lambda, key-value stores are read by package
// kvs; what a function may see and change, and what a wrong result becomes, is
// decided in package policy.
//
// # What to read first
//
// [Load] makes a [Set] of what is configured and where the code is; [Set.At]
// finds the function of a behavior and a trigger; [Function.OnRequest] and
// [Function.OnResponse] run one.
package functions

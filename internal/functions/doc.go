// Package functions runs the edge functions of a distribution: code and an event in,
// changes out. CloudFront Functions run in package js, Lambda@Edge handlers in package
// lambda; key-value stores are read by package kvs. Package policy decides what a function
// may see and change, and what happens to an invalid result.
//
// # What to read first
//
// [Load] makes a [Set] from the configuration and the location of the code; [Set.At] finds
// the function of a behavior and a trigger; [Function.OnRequest] and [Function.OnResponse]
// run one.
package functions

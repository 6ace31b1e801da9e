// Package js runs CloudFront Functions: it refuses what CloudFront's engine
// refuses, gives the code the globals and modules of its runtime, bounds its
// time and memory, and turns events into objects and results into values.
//
// # The engine
//
// CloudFront's engine is not named; its messages are those of njs (CF-FN-111).
// goja, which runs the code here, knows more of the language than njs. So a
// program is parsed by goja's parser and walked, and what njs refuses is
// refused with njs's words and line. What njs has and goja lacks is added, and
// what goja has besides is taken away ([lacking]).
//
// # Clean runs
//
// A program is compiled once. Each run has an engine of its own, so that
// nothing a function does to globals or prototypes reaches the next run
// (CF-FN-132). An engine costs little, because it gets only those globals and
// guards whose names the program mentions.
package js

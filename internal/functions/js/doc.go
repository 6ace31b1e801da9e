// Package js runs CloudFront Functions: it refuses what CloudFront's engine refuses, gives
// the code the globals and modules of its runtime, limits its time and memory, and converts
// events to objects and results to values.
//
// # The engine
//
// CloudFront's engine is not named; its messages are those of njs (CF-FN-111). goja, which
// runs the code here, supports more of the language than njs. So a program is parsed by
// goja's parser and walked, and what njs refuses is refused with njs's message and line.
// What njs has and goja lacks is added, and what only goja has is removed ([lacking]).
//
// # Clean runs
//
// A program is compiled once. Each run has its own engine, so that nothing a function does
// to globals or prototypes reaches the next run (CF-FN-132). An engine is cheap, because it
// gets only those globals and guards whose names the program mentions.
package js

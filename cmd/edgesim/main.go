// Command edgesim stands where CloudFront stands: it connects to an origin as
// CloudFront connects, answers as CloudFront answers, and says which documented
// rule decided. See the README.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go obey(signals, cancel)
	os.Exit(run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// exitInterrupted is the code of a program that a signal ended: 128 and SIGINT.
const exitInterrupted = 130

// obey ends the program in order at the first signal, and at once at the second:
// press Ctrl-C twice to quit at once.
func obey(signals <-chan os.Signal, cancel func()) {
	<-signals
	cancel()
	<-signals
	os.Exit(exitInterrupted)
}

// Command edgesim takes the place of CloudFront: it connects to an origin as CloudFront
// does, answers as CloudFront does, and says which documented rule decided. See the README.
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

// exitInterrupted is the exit code of a program ended by a signal: 128 and SIGINT.
const exitInterrupted = 130

// obey ends the program gracefully at the first signal, and immediately at the second:
// press Ctrl-C twice to quit at once.
func obey(signals <-chan os.Signal, cancel func()) {
	<-signals
	cancel()
	<-signals
	os.Exit(exitInterrupted)
}

// Command missing lists the peers that are not installed on this machine, whose tests were
// skipped. It prints nothing if all are installed.
package main

import (
	"fmt"

	"github.com/edgesim/edgesim/internal/peers"
)

func main() {
	missing := peers.Missing()
	if len(missing) == 0 {
		return
	}
	fmt.Println("Not installed here, so what they prove was skipped:")
	install := "  apt-get install"
	for _, p := range missing {
		fmt.Printf("  %-12s %s\n", p.Command, p.Proves)
		install += " " + p.Package
	}
	fmt.Println(install)
}

package main

import (
	"fmt"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/faults"
)

// readFaults reads the faults from --fault and the overlay.
func readFaults(d *distribution.Distribution, wanted []string) (*faults.Set, error) {
	set := faults.For(d)
	for _, text := range wanted {
		f, err := faults.Parse(text)
		if err == nil {
			err = set.Add(f)
		}
		if err != nil {
			return nil, usage{err: fmt.Errorf("--fault %q: %w", text, err),
				hint: "for example --fault 'connect-timeout path=/api/* next=2 latency=1s'"}
		}
	}
	return set, nil
}

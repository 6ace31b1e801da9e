package lab_test

import (
	"context"
	"fmt"

	"github.com/edgesim/edgesim/internal/lab"
)

// Two origins of the lab, and what a viewer gets.
func Example() {
	l, err := lab.Start(context.Background(), lab.Config{Only: []string{"expired", "healthy-ecdsa"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = l.Close() }()
	for _, o := range l.Origins() {
		fmt.Println(o.Status, o.Host(), o.Title)
	}
	// Output:
	// 200 healthy-ecdsa.lab.edgesim.example Nothing is wrong: a complete chain for an ECDSA P-256 key.
	// 502 expired.lab.edgesim.example The certificate of the origin expired yesterday.
}

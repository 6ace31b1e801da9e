package tlslegacy_test

import (
	"errors"
	"fmt"
	"net"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
)

// An origin that speaks plain HTTP on its TLS port, and what is known of it
// afterwards.
func Example() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.Read(make([]byte, 1024))
		fmt.Fprint(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
	}()

	raw, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	conn := tlslegacy.Client(raw, &tlslegacy.Config{
		Versions:   []uint16{tlslegacy.VersionTLS10, tlslegacy.VersionTLS12}, // not TLS 1.1
		Suites:     tlslegacy.Suites(),
		Groups:     tlslegacy.Groups(),
		Signatures: tlslegacy.Signatures(),
		ServerName: "origin.example.com",
	})
	defer conn.Close()

	err = conn.Handshake()
	var fault *tlslegacy.ProtocolError
	var alert *tlslegacy.AlertError
	switch {
	case err == nil:
		state := conn.ConnectionState()
		fmt.Println("reached with", tlswire.SuiteName(state.Suite))
	case errors.As(err, &fault):
		fmt.Printf("%v: %q\n", fault.Reason, fault.Evidence)
	case errors.As(err, &alert):
		fmt.Println("refused with", alert.Description)
	}
	// Output: not TLS: "HTTP/1.1 400 Bad Request\r\n\r\n"
}

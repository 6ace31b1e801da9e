package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// A server whose edge says hello.
func Example() {
	s, err := proxy.New(proxy.Config{
		Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response { // edge.Edge.Serve in earnest
			return &edge.Response{
				Status: 200, Header: http.Header{"X-Cache": {"Miss from cloudfront"}},
				Body: io.NopCloser(strings.NewReader("hello " + v.URI)), ContentLength: -1,
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	served := make(chan error)
	go func() { served <- s.Serve(ln, nil) }()

	resp, err := http.Get("http://" + ln.Addr().String() + "/world")
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Println(resp.Header.Get("X-Cache")+":", string(body))

	fmt.Println(s.Shutdown(context.Background()), <-served)
	// Output:
	// Miss from cloudfront: hello /world
	// <nil> <nil>
}

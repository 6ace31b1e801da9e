package grpc_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"syscall"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/interop"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
)

// origin starts gRPC's own interop server, with the health service.
func origin(t *testing.T, ca *authority) (string, *health.Server) {
	t.Helper()
	ln := listen(t)
	server := grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&ca.leaf)))
	grpc_testing.RegisterTestServiceServer(server, interop.NewTestServer())
	healthy := health.NewServer()
	grpc_health_v1.RegisterHealthServer(server, healthy)
	go server.Serve(ln)
	t.Cleanup(server.Stop)
	return ln.Addr().String(), healthy
}

// dial makes a client that goes through the edge.
func (e *edge) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	creds := credentials.NewTLS(&tls.Config{RootCAs: e.roots, ServerName: "localhost"})
	conn, err := grpc.NewClient("passthrough:///"+e.HTTPS, grpc.WithTransportCredentials(creds))
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestInterop runs gRPC's interop tests with the edge in between: calls of all
// four kinds, metadata, statuses, deadlines and cancellation (CF-GRPC-01). A
// failing one ends the process with its reason.
func TestInterop(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	address, _ := origin(t, ca)
	conn := serve(t, ca, address, true).dial(t)
	client := grpc_testing.NewTestServiceClient(conn)
	for name, do := range map[string]func(context.Context, grpc_testing.TestServiceClient, ...grpc.CallOption){
		"empty_unary":                 interop.DoEmptyUnaryCall,
		"large_unary":                 interop.DoLargeUnaryCall,
		"client_streaming":            interop.DoClientStreaming,
		"server_streaming":            interop.DoServerStreaming,
		"ping_pong":                   interop.DoPingPong,
		"empty_stream":                interop.DoEmptyStream,
		"timeout_on_sleeping_server":  interop.DoTimeoutOnSleepingServer,
		"cancel_after_begin":          interop.DoCancelAfterBegin,
		"cancel_after_first_response": interop.DoCancelAfterFirstResponse,
		"custom_metadata":             interop.DoCustomMetadata,
		"status_code_and_message":     interop.DoStatusCodeAndMessage,
		"special_status_message":      interop.DoSpecialStatusMessage,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			do(ctx, client)
		})
	}
	t.Run("unimplemented_method", func(t *testing.T) {
		t.Parallel()
		interop.DoUnimplementedMethod(t.Context(), conn)
	})
	t.Run("unimplemented_service", func(t *testing.T) {
		t.Parallel()
		interop.DoUnimplementedService(t.Context(), grpc_testing.NewUnimplementedServiceClient(conn))
	})
}

// TestHealth asks the health service once, then watches it over a stream that
// the server writes to now and then, and looks at the records.
func TestHealth(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	address, server := origin(t, ca)
	e := serve(t, ca, address, true)
	client := grpc_health_v1.NewHealthClient(e.dial(t))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	answer, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	if err != nil || answer.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("Check: %v, %v", answer, err)
	}
	x := e.recorded(t, "/grpc.health.v1.Health/Check")
	if x.GRPC.Status != "0" || len(x.Attempts) != 1 || x.Attempts[0].Handshake.ALPN.Agreed != "h2" {
		t.Errorf("CF-TLS-24: recorded as %+v", x)
	}
	if _, err = client.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: "nobody"}); status.Code(err) != codes.NotFound {
		t.Errorf("Check of an unknown service: %v", err)
	}
	await(t, "the record of a call that was not found", func() bool {
		return e.recorded(t, "/grpc.health.v1.Health/Check").GRPC.Status == "5"
	})

	watching, stop := context.WithCancel(ctx)
	defer stop()
	stream, err := client.Watch(watching, &grpc_health_v1.HealthCheckRequest{Service: "watched"})
	must(t, err)
	for _, want := range []grpc_health_v1.HealthCheckResponse_ServingStatus{
		grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN, grpc_health_v1.HealthCheckResponse_SERVING, grpc_health_v1.HealthCheckResponse_NOT_SERVING,
	} {
		if want != grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN {
			server.SetServingStatus("watched", want)
		}
		got, err := stream.Recv()
		if err != nil || got.Status != want {
			t.Fatalf("Watch: %v, %v, want %v", got, err, want)
		}
	}
	stop()
	if x := e.recorded(t, "/grpc.health.v1.Health/Watch"); x.Cause.Name != "viewer-aborted" {
		t.Errorf("a call that the viewer ends is recorded as %+v", x)
	}
}

// TestFailing: what a client sees for an unreachable origin, one that does not speak
// HTTP/2, and a behavior without gRPC.
func TestFailing(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	address, _ := origin(t, ca)
	for _, row := range []struct {
		name, address string
		enabled       bool
		cause         string
		rule          string
	}{
		{"nothing listens", refusing(t), true, "connect-refused", ""},
		{"CF-TLS-24 no HTTP/2", withoutHTTP2(t, ca), true, "tls-handshake-failure", ""},
		{"CF-GRPC-01 not enabled", address, false, "", "CF-GRPC-01"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e := serve(t, ca, row.address, row.enabled)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			_, err := grpc_health_v1.NewHealthClient(e.dial(t)).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
			if err == nil || status.Code(err) == codes.DeadlineExceeded {
				t.Errorf("the client sees %v", err)
			}
			if row.cause != "" && status.Code(err) != codes.Unavailable { // what gRPC makes of a 502
				t.Errorf("the client sees %v, want code Unavailable", err)
			}
			x := e.recorded(t, "/grpc.health.v1.Health/Check")
			if row.cause != "" && x.Cause.Name != row.cause {
				t.Errorf("recorded as %+v, want %s", x, row.cause)
			}
			if row.rule != "" && (len(x.Findings) == 0 || x.Findings[0].Rule != row.rule) {
				t.Errorf("recorded with %+v, want %s", x.Findings, row.rule)
			}
		})
	}
}

// withoutHTTP2 is a TLS server that knows HTTP/1.1 alone.
func withoutHTTP2(t *testing.T, ca *authority) string {
	t.Helper()
	ln := listen(t)
	t.Cleanup(func() { ln.Close() })
	config := &tls.Config{Certificates: []tls.Certificate{ca.leaf}, NextProtos: []string{"http/1.1"}}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func(conn net.Conn) {
				defer conn.Close()
				tls.Server(conn, config).Handshake()
			}(conn)
		}
	}()
	return ln.Addr().String()
}

// refusing is an address at which nothing listens, and nothing will: it is taken
// by a socket that does not.
func refusing(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	must(t, err)
	t.Cleanup(func() { syscall.Close(fd) })
	must(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(fd)
	must(t, err)
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
}

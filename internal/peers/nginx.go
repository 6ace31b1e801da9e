package peers

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
)

// Server is an nginx that a test runs.
type Server struct {
	// Dir is its prefix: relative paths of the configuration start here.
	Dir       string
	addresses map[string]string
}

// Address returns where the server listens, by the name that the configuration gave the
// address.
func (s *Server) Address(name string) string { return s.addresses[name] }

// nginxFrame is the configuration around the test's own: one process in the foreground, as
// the user running the test, writing only below its prefix.
const nginxFrame = `daemon off;
master_process off;
pid nginx.pid;
error_log error.log notice;
events { worker_connections 512; }
http {
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  default_type text/plain;
  server_names_hash_bucket_size 128;
%s
}
`

// Nginx starts an nginx with the content of its http block. The configuration is a template
// in which {{address "tls"}} stands for a free address named "tls"; [Server.Address]
// returns it.
func Nginx(t testing.TB, conf string) *Server {
	t.Helper()
	Need(t, "nginx")
	// A port that is free now can be taken by the time nginx wants it: try again.
	const tries = 5
	for try := 1; ; try++ {
		s, said := startNginx(t, conf)
		if s != nil {
			return s
		}
		if try == tries || !strings.Contains(said, "Address already in use") {
			t.Fatalf("nginx did not start:\n%s", said)
		}
	}
}

// startNginx returns a listening server, or nginx's output.
func startNginx(t testing.TB, conf string) (*Server, string) {
	t.Helper()
	s := &Server{Dir: t.TempDir(), addresses: map[string]string{}}
	parsed, err := template.New("nginx.conf").Funcs(template.FuncMap{"address": s.address}).Parse(conf)
	if err != nil {
		t.Fatal(err)
	}
	var http strings.Builder
	if err := parsed.Execute(&http, nil); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.Dir, "nginx.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, nginxFrame, http.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(find("nginx"), "-p", s.Dir+"/", "-c", file)
	command.Env = environment()
	p := Start(t, command)
	Await(t, "nginx to listen or to give up", func() bool { return p.Ended() || s.listens() })
	if p.Ended() {
		return nil, p.Output()
	}
	return s, ""
}

// address returns the address with this name, a free one on the first call.
func (s *Server) address(name string) (string, error) {
	if known, ok := s.addresses[name]; ok {
		return known, nil
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	s.addresses[name] = ln.Addr().String()
	return s.addresses[name], nil
}

// listens reports whether nginx has bound its ports: it writes its process id only after
// that.
func (s *Server) listens() bool {
	info, err := os.Stat(filepath.Join(s.Dir, "nginx.pid"))
	return err == nil && info.Size() > 0
}

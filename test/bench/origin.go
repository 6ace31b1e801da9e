package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
)

// startOrigin starts the origin shared by all sections.
func (s *site) startOrigin(ctx context.Context) error {
	var err error
	s.origin, s.originAddress, err = s.originWith(ctx, "origin", s.certFile, s.keyFile)
	return err
}

// originWith starts an origin with a certificate: nginx, or a Go server instead. The caller
// stops the child, which may be set even with an error.
func (s *site) originWith(ctx context.Context, name, certFile, keyFile string) (*child, string, error) {
	if nginx, ok := installed("nginx"); ok {
		s.originKind = "nginx"
		return s.startNginxOrigin(ctx, nginx, name, certFile, keyFile)
	}
	s.originKind = "a Go server, as nginx is not installed"
	return s.startRole(ctx, role{Name: roleOrigin, CertFile: certFile, KeyFile: keyFile, Bodies: s.bodies})
}

// nginxOrigin is the origin's configuration: unlimited keep-alive, so that no subject pays
// for handshakes, and no log.
const nginxOrigin = `%[1]s
http {
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16 inactive=1h;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  server {
    listen %[2]s ssl backlog=1024;
    server_name %[3]s;
    ssl_certificate %[4]s;
    ssl_certificate_key %[5]s;
    ssl_protocols TLSv1.2 TLSv1.3;
    root %[6]s;
  }
}
`

func (s *site) startNginxOrigin(ctx context.Context, nginx, name, certFile, keyFile string) (*child, string, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	config := fmt.Sprintf(nginxOrigin, s.nginxHead(name), address, originHost, certFile, keyFile, s.bodies)
	child, err := s.startNginx(ctx, nginx, name, config)
	if err != nil {
		return nil, "", err
	}
	return child, address, child.waitFor(ctx, address)
}

// startNginx writes a configuration and starts nginx with it.
func (s *site) startNginx(ctx context.Context, nginx, name, config string) (*child, error) {
	file := s.path(name + ".nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	return s.start(ctx, name, exec.Command(nginx, "-p", s.dir, "-c", file, "-e", s.path(name+".error.log")))
}

// nginxHead is the beginning of both nginx configurations. Its temporary files stay in the
// site's folder; as root it must stay root to read it.
func (s *site) nginxHead(name string) string { return s.nginxHeadFor(name, 4096) }

// nginxHeadFor is nginxHead with a number of connections per worker.
func (s *site) nginxHeadFor(name string, connections int) string {
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;\n"
	}
	return fmt.Sprintf("%sdaemon off;\nworker_processes auto;\nworker_rlimit_nofile %[4]d;\npid %[2]s;\nerror_log %[3]s error;\nevents { worker_connections %[5]d; }\n",
		user, s.path(name+".pid"), s.path(name+".error.log"), connections*2, connections)
}

// serveOrigin is the stand-in for nginx, in a separate process.
func serveOrigin(r role) error {
	files := http.FileServer(http.Dir(r.Bodies))
	server := &http.Server{Handler: files, TLSNextProto: noHTTP2}
	ln, err := r.listen()
	if err != nil {
		return err
	}
	return server.ServeTLS(ln, r.CertFile, r.KeyFile)
}

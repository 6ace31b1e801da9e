package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// nginxProxy is nginx as a reverse proxy that verifies the origin and keeps its
// connections, without a log: only the work itself.
const nginxProxy = `%[1]s
http {
  access_log off;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  upstream origin {
    server %[2]s;
    keepalive 512;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
  }
  server {
    listen %[3]s backlog=1024;
    location / {
      proxy_pass https://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host %[4]s;
      proxy_ssl_server_name on;
      proxy_ssl_name %[4]s;
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate %[5]s;
      proxy_ssl_protocols TLSv1.2 TLSv1.3;
      proxy_max_temp_file_size 0;
    }
  }
}
`

func startNginxProxy(ctx context.Context, s *site) (*running, error) {
	nginx, _ := installed("nginx")
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(nginxProxy, s.nginxHead("proxy"), s.originAddress, address, originHost, s.caFile)
	child, err := s.startNginx(ctx, nginx, "proxy", config)
	if err != nil {
		return nil, err
	}
	if err := child.waitFor(ctx, address); err != nil {
		return nil, err
	}
	return &running{name: nameNginx, url: "http://" + address, child: child}, nil
}

// haproxyProxy is HAProxy in the same role.
const haproxyProxy = `global
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s
  http-reuse always
frontend viewers
  bind %[1]s backlog 1024
  default_backend origin
backend origin
  http-request set-header Host %[2]s
  server one %[3]s ssl verify required ca-file %[4]s sni str(%[2]s) verifyhost %[2]s pool-max-conn -1
`

func startHAProxy(ctx context.Context, s *site) (*running, error) {
	program, _ := installed("haproxy")
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	file := s.path("haproxy.cfg")
	config := fmt.Sprintf(haproxyProxy, address, originHost, s.originAddress, s.caFile)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	child, err := s.start(ctx, nameHAProxy, exec.Command(program, "-db", "-f", file))
	if err != nil {
		return nil, err
	}
	if err := child.waitFor(ctx, address); err != nil {
		return nil, err
	}
	return &running{name: nameHAProxy, url: "http://" + address, child: child}, nil
}

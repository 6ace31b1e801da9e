package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
)

// edgesimCached is a distribution that caches, with the query in the key.
const edgesimCached = `distribution:
  Origins: {Quantity: 1, Items: [{Id: origin, DomainName: %[1]s, CustomOriginConfig: {HTTPPort: 80, HTTPSPort: %[2]s, OriginProtocolPolicy: https-only}}]}
  DefaultCacheBehavior: {TargetOriginId: origin, ViewerProtocolPolicy: allow-all, CachePolicyId: bench}
  Comment: ''
  Enabled: true
policies:
  - CachePolicy:
      Id: bench
      CachePolicyConfig:
        Name: bench
        DefaultTTL: 86400
        MaxTTL: 86400
        MinTTL: 1
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: false
          EnableAcceptEncodingBrotli: false
          HeadersConfig: {HeaderBehavior: none}
          CookiesConfig: {CookieBehavior: none}
          QueryStringsConfig: {QueryStringBehavior: all}
`

// startEdgesimCache starts the program under test with a cache, recording as in
// startEdgesim.
func startEdgesimCache(ctx context.Context, s *site) (*running, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(s.originAddress)
	file := s.path("cached.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, edgesimCached, originHost, port), 0o600); err != nil {
		return nil, err
	}
	child, err := s.start(ctx, nameEdgesim, exec.Command(s.edgesim, "serve", file,
		"--connect", net.JoinHostPort(originHost, port)+"="+s.originAddress, "--origin-ca", s.caFile, "--listen", address, "--listen-tls", "off",
		"--inspect", "127.0.0.1:0", "--state", s.path("state"), "--record", "memory", "--cache", "on", "--cache-size", fmt.Sprint(cacheSize)))
	if err != nil {
		return nil, err
	}
	if err := child.waitFor(ctx, address); err != nil {
		return nil, err
	}
	return &running{name: nameEdgesim, url: "http://" + address, child: child}, nil
}

// nginxCache is nginx with a cache in files, which the system keeps in memory, and no log.
const nginxCache = `%[1]s
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  proxy_cache_path %[6]s keys_zone=bench:64m max_size=256m;
  upstream origin { server %[2]s; keepalive 512; }
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
      proxy_cache bench;
      proxy_cache_valid 200 1d;
      proxy_cache_lock on;
    }
  }
}
`

func startNginxCache(ctx context.Context, s *site) (*running, error) {
	nginx, _ := installed("nginx")
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(nginxCache, s.nginxHead("cache"), s.originAddress, address, originHost, s.caFile, s.path("nginx-cache"))
	child, err := s.startNginx(ctx, nginx, "cache", config)
	if err != nil {
		return nil, err
	}
	if err := child.waitFor(ctx, address); err != nil {
		return nil, err
	}
	return &running{name: nameNginxCache, url: "http://" + address, child: child}, nil
}

// varnishVCL sends misses to the bare reverse proxy, as Varnish does not support TLS.
const varnishVCL = `vcl 4.1;
backend default { .host = "%s"; .port = "%s"; }
sub vcl_backend_response { set beresp.ttl = 1d; }
`

func startVarnish(ctx context.Context, s *site) (*running, error) {
	varnish, _ := installed("varnishd")
	_, behind, err := s.startSelf(ctx, roleStd) // it ends with this program
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(behind)
	file := s.path("varnish.vcl")
	if err := os.WriteFile(file, fmt.Appendf(nil, varnishVCL, host, port), 0o644); err != nil {
		return nil, err
	}
	if err := os.Chmod(s.dir, 0o755); err != nil { // its workers run as another user
		return nil, err
	}
	child, err := s.start(ctx, nameVarnish, exec.Command(varnish, "-F", "-n", s.path("varnish"), "-a", address, "-f", file, "-s", "malloc,256m"))
	if err != nil {
		return nil, err
	}
	if err := child.waitFor(ctx, address); err != nil {
		return nil, err
	}
	return &running{name: nameVarnish, url: "http://" + address, child: child}, nil
}

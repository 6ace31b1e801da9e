variable "zone" { default = "example.com" }
locals { ids = ["assets", "app"] }

resource "aws_cloudfront_distribution" "cdn" {
  comment             = "one in every format"
  enabled             = true
  price_class         = "PriceClass_100"
  http_version        = "http2"
  is_ipv6_enabled     = true
  default_root_object = "index.html"
  aliases             = ["www.${var.zone}"]
  web_acl_id          = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/x/y"

  origin {
    origin_id           = "app"
    domain_name         = format("app.%s", var.zone)
    origin_path         = "/v1"
    connection_attempts = 2
    connection_timeout  = 5
    custom_header {
      name  = "X-Key"
      value = "k"
    }
    custom_origin_config {
      http_port                = 80
      https_port               = 8443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_read_timeout      = 40
      origin_keepalive_timeout = 10
    }
  }
  origin {
    origin_id   = "assets"
    domain_name = "assets.s3.eu-central-1.amazonaws.com"
  }
  origin_group {
    origin_id = "group"
    failover_criteria { status_codes = [502, 503] }
    dynamic "member" {
      for_each = local.ids
      content { origin_id = member.value }
    }
  }
  default_cache_behavior {
    target_origin_id       = "group"
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    compress               = true
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    lambda_function_association {
      event_type   = "origin-request"
      lambda_arn   = "arn:aws:lambda:us-east-1:111122223333:function:f:1"
      include_body = true
    }
  }
  ordered_cache_behavior {
    path_pattern           = "/api/*"
    target_origin_id       = "app"
    viewer_protocol_policy = "https-only"
    allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods         = ["GET", "HEAD"]
    min_ttl                = 0
    default_ttl            = 60
    max_ttl                = 120
    forwarded_values {
      query_string = true
      headers      = ["Origin"]
      cookies {
        forward           = "whitelist"
        whitelisted_names = ["session"]
      }
    }
  }
  custom_error_response {
    error_code            = 404
    response_code         = 200
    response_page_path    = "/index.html"
    error_caching_min_ttl = 5
  }
  restrictions {
    geo_restriction {
      restriction_type = "whitelist"
      locations        = ["DE", "FR"]
    }
  }
  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/x"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

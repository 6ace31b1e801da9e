package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// TestSamples reads configurations of others, where they are. What they prove,
// the fixtures of this package prove as well.
func TestSamples(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"*.tf", "*.tf.json", "iac/*.tf", "iac/*.tf.json", "fugue*.json", "iac/*tfplan.json"} {
		found, _ := filepath.Glob(filepath.Join("../../../../shared/samples", pattern))
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Skip("no samples beside this working copy")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var set *tree.Set
		if strings.HasSuffix(file, ".json") {
			var root *tree.Node
			if root, err = tree.ParseJSON(file, data); err == nil {
				set, err = ReadJSON(file, root, "", Options{})
			}
		} else {
			set, err = ReadConfiguration(file, data, "", Options{})
		}
		var named *tree.Error
		switch {
		case errors.As(err, &named) && strings.Contains(named.Message, "module."):
		case err != nil:
			t.Errorf("%s: %v", filepath.Base(file), err)
		case len(set.Of(tree.Distribution)) == 0 && (len(set.Remarks) == 0 || len(set.Remarks[0].Missing) == 0):
			t.Errorf("%s: no distribution, and nothing said", filepath.Base(file))
		}
	}
}

// TestSizeOfABigDistribution reads 75 behaviors and 41 origins in each form. The
// aim is 0.1 s; a machine under load gets more.
func TestSizeOfABigDistribution(t *testing.T) {
	t.Parallel()
	native := cdn(`
  dynamic "origin" {
    for_each = range(41)
    content {
      origin_id   = "o${origin.value}"
      domain_name = "o${origin.value}.example.com"
      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
      }
    }
  }
  dynamic "ordered_cache_behavior" {
    for_each = range(75)
    content {
      path_pattern           = "/p${ordered_cache_behavior.value}/*"
      target_origin_id       = "o${ordered_cache_behavior.value % 41}"
      viewer_protocol_policy = "allow-all"
      allowed_methods        = ["GET", "HEAD"]
      cached_methods         = ["GET", "HEAD"]
    }
  }
  default_cache_behavior {
    target_origin_id = "o0"
  }`)
	type object = map[string]any
	var origins, behaviors []any
	for i := range 41 {
		origins = append(origins, object{"origin_id": fmt.Sprint("o", i), "domain_name": fmt.Sprintf("o%d.example.com", i), "custom_origin_config": []any{object{"http_port": 80, "https_port": 443}}})
	}
	for i := range 75 {
		behaviors = append(behaviors, object{"path_pattern": fmt.Sprintf("/p%d/*", i), "target_origin_id": fmt.Sprint("o", i%41), "allowed_methods": []string{"GET", "HEAD"}})
	}
	plan, err := json.Marshal(object{"format_version": "1.2", "planned_values": object{"root_module": object{"resources": []any{
		object{"address": "aws_cloudfront_distribution.d", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "values": object{"origin": origins, "ordered_cache_behavior": behaviors}},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() (*tree.Set, error){
		"native": func() (*tree.Set, error) { return ReadConfiguration("main.tf", []byte(native), "", Options{}) },
		"plan": func() (*tree.Set, error) {
			root, err := tree.ParseJSON("plan.json", plan)
			if err != nil {
				return nil, err
			}
			return ReadJSON("plan.json", root, "", Options{})
		},
	} {
		begin := time.Now()
		set, err := read()
		took := time.Since(begin)
		if err != nil {
			t.Fatal(err)
		}
		config := only(t, set, tree.Distribution).Config
		if len(config.Get("Origins").Items) != 41 || len(config.Get("CacheBehaviors").Items) != 75 {
			t.Errorf("%s: %d origins, %d behaviors", name, len(config.Get("Origins").Items), len(config.Get("CacheBehaviors").Items))
		}
		t.Logf("%s: %s", name, took)
		if took > 3*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

package terraform

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"go.yaml.in/yaml/v3"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// textFunc is a function from a text to a text.
func textFunc(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}}, Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			out, err := f(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgError(0, err)
			}
			return cty.StringVal(out), nil
		},
	})
}

func same(s string) (string, error)        { return s, nil }
func queryEscape(s string) (string, error) { return url.QueryEscape(s), nil }
func baseName(s string) (string, error)    { return path.Base(s), nil }
func dirName(s string) (string, error)     { return path.Dir(s), nil }

func base64Encode(s string) (string, error) {
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}

func base64Decode(s string) (string, error) {
	out, err := base64.StdEncoding.DecodeString(s)
	return string(out), err
}

func base64Gzip(s string) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		return "", err
	}
	err := w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

func md5Hex(s string) (string, error) {
	h := md5.Sum([]byte(s))
	return hex.EncodeToString(h[:]), nil
}

func sha1Hex(s string) (string, error) {
	h := sha1.Sum([]byte(s))
	return hex.EncodeToString(h[:]), nil
}

func sha256Hex(s string) (string, error) {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:]), nil
}

func sha512Hex(s string) (string, error) {
	h := sha512.Sum512([]byte(s))
	return hex.EncodeToString(h[:]), nil
}

func base64SHA256(s string) (string, error) {
	h := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(h[:]), nil
}

func base64SHA512(s string) (string, error) {
	h := sha512.Sum512([]byte(s))
	return base64.StdEncoding.EncodeToString(h[:]), nil
}

// twoTexts is a function of two texts that returns a bool.
func twoTexts(f func(a, b string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}}, Type: function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

var (
	startsWithFunc   = twoTexts(strings.HasPrefix)
	endsWithFunc     = twoTexts(strings.HasSuffix)
	containsTextFunc = twoTexts(strings.Contains)
)

// replaceFunc is replace(): a search between slashes is a regular expression.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "search", Type: cty.String}, {Name: "by", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		text, search, by := args[0].AsString(), args[1].AsString(), args[2].AsString()
		if len(search) > 1 && strings.HasPrefix(search, "/") && strings.HasSuffix(search, "/") {
			re, err := regexp.Compile(search[1 : len(search)-1])
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgError(1, err)
			}
			return cty.StringVal(re.ReplaceAllString(text, by)), nil
		}
		if search == "" || strings.Count(text, search)*len(by) > maxText {
			return cty.StringVal(text), nil
		}
		return cty.StringVal(strings.ReplaceAll(text, search, by)), nil
	},
})

// joinFunc is join(). A list of one, which a splat of a resource with count often is,
// becomes its element and keeps its name.
var joinFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("separator")}, VarParam: &function.Parameter{Name: "lists", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if len(args) == 2 && oneElement(args[1]) {
			list, _ := args[1].Unmark()
			it := list.ElementIterator()
			it.Next()
			_, element := it.Element()
			if !element.IsKnown() {
				return convert.Convert(element, cty.String)
			}
		}
		lists := make([]cty.Value, len(args))
		lists[0] = args[0]
		for i, l := range args[1:] {
			converted, err := convert.Convert(l, cty.List(cty.String))
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgErrorf(i+1, "is not a list of strings")
			}
			lists[i+1] = converted
		}
		return stdlib.JoinFunc.Call(lists)
	},
})

// oneElement reports whether a value is a list with one element.
func oneElement(v cty.Value) bool {
	v, _ = v.Unmark()
	return v.IsKnown() && !v.IsNull() && (v.Type().IsTupleType() || v.Type().IsListType()) && v.LengthInt() == 1
}

var wide = regexp.MustCompile(`%[^a-zA-Z%]*[0-9]{4}`)

// narrow rejects widths that would exhaust memory.
func narrow(f function.Function) function.Function {
	format, values := anything("format"), anything("values")
	return function.New(&function.Spec{
		Params: []function.Parameter{format}, VarParam: &values,
		Type: func(args []cty.Value) (cty.Type, error) {
			if bare, _ := args[0].Unmark(); bare.IsKnown() && !bare.IsNull() && bare.Type() == cty.String && wide.MatchString(bare.AsString()) {
				return cty.NilType, function.NewArgErrorf(0, "has a width of more than 999")
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}

// yamlDecodeFunc is yamldecode().
var yamlDecodeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.String}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if !args[0].IsKnown() {
			return cty.DynamicPseudoType, nil
		}
		v, err := yamlValue(args[0].AsString())
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return yamlValue(args[0].AsString()) },
})

func yamlValue(text string) (cty.Value, error) {
	n, err := tree.ParseYAML("", []byte(text))
	if err != nil {
		return cty.DynamicVal, function.NewArgError(0, err)
	}
	return valueOfNode(n), nil
}

// yamlEncodeFunc is yamlencode(), using JSON, which is valid YAML.
var yamlEncodeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true}}, Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(cty.String), nil
		}
		text, err := stdlib.JSONEncode(args[0])
		if err != nil {
			return cty.UnknownVal(cty.String), err
		}
		var any any
		if err := yaml.Unmarshal([]byte(text.AsString()), &any); err != nil {
			return cty.UnknownVal(cty.String), errors.New("cannot be written as YAML")
		}
		out, err := yaml.Marshal(any)
		return cty.StringVal(string(out)), err
	},
})

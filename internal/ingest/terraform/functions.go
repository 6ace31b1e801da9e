package terraform

import (
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// shared are the functions that do not depend on the module.
var shared = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": stdlib.LogFunc, "max": stdlib.MaxFunc,
	"min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,
	"chomp": stdlib.ChompFunc, "indent": stdlib.IndentFunc, "join": joinFunc, "lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc,
	"title": stdlib.TitleFunc, "split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
	"trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimsuffix": stdlib.TrimSuffixFunc, "trimspace": stdlib.TrimSpaceFunc,
	"regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc, "replace": replaceFunc, "startswith": startsWithFunc, "endswith": endsWithFunc,
	"strcontains": containsTextFunc, "format": narrow(stdlib.FormatFunc), "formatlist": narrow(stdlib.FormatListFunc), "formatdate": stdlib.FormatDateFunc,
	"timeadd": stdlib.TimeAddFunc, "timestamp": unknownFunc("timestamp"), "plantimestamp": unknownFunc("plantimestamp"), "uuid": unknownFunc("uuid"),
	"bcrypt":    unknownFunc("bcrypt"),
	"chunklist": stdlib.ChunklistFunc, "coalesce": coalesceFunc, "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc,
	"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "index": indexFunc, "keys": stdlib.KeysFunc, "length": lengthFunc, "lookup": lookupFunc, "map": mapFunc, "list": listFunc,
	"merge": stdlib.MergeFunc, "range": stdlib.RangeFunc, "reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc,
	"setproduct": productFunc, "setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "slice": stdlib.SliceFunc,
	"sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc, "one": oneFunc, "sum": sumFunc,
	"alltrue": allTrueFunc, "anytrue": anyTrueFunc, "matchkeys": matchKeysFunc, "transpose": transposeFunc,
	"csvdecode": stdlib.CSVDecodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc,
	"yamldecode": yamlDecodeFunc, "yamlencode": yamlEncodeFunc, "urlencode": textFunc(queryEscape), "base64encode": textFunc(base64Encode),
	"base64decode": textFunc(base64Decode), "base64gzip": textFunc(base64Gzip), "textencodebase64": unknownFunc("textencodebase64"),
	"md5": textFunc(md5Hex), "sha1": textFunc(sha1Hex), "sha256": textFunc(sha256Hex), "sha512": textFunc(sha512Hex),
	"base64sha256": textFunc(base64SHA256), "base64sha512": textFunc(base64SHA512), "uuidv5": unknownFunc("uuidv5"), "rsadecrypt": unknownFunc("rsadecrypt"),
	"basename": textFunc(baseName), "dirname": textFunc(dirName), "pathexpand": textFunc(same),
	"cidrhost": cidrHostFunc, "cidrnetmask": cidrNetmaskFunc, "cidrsubnet": cidrSubnetFunc, "cidrsubnets": cidrSubnetsFunc,
	"tostring": convertTo(cty.String), "tonumber": convertTo(cty.Number), "tobool": convertTo(cty.Bool), "toset": convertTo(cty.Set(cty.DynamicPseudoType)),
	"tolist": convertTo(cty.List(cty.DynamicPseudoType)), "tomap": convertTo(cty.Map(cty.DynamicPseudoType)),
	"sensitive": sameFunc, "nonsensitive": sameFunc, "ephemeralasnull": sameFunc, "issensitive": falseFunc,
	"try": tryFunc, "can": canFunc,
}

// functionsOf returns the functions that a module's expressions may call, each also under
// the name core::NAME.
func functionsOf(m *moduleInstance) map[string]function.Function {
	if m.ev.functions == nil {
		all := map[string]function.Function{}
		for name, f := range shared {
			all[name] = f
		}
		for name, f := range m.ev.fileFunctions() {
			all[name] = f
		}
		for _, name := range sortedKeys(all) {
			all["core::"+name] = all[name]
		}
		m.ev.functions = all
	}
	return m.ev.functions
}

// anything is a parameter that accepts every value.
func anything(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}
}

// unknownFunc is a function whose result is unknown before it runs.
func unknownFunc(string) function.Function {
	p := anything("values")
	return function.New(&function.Spec{
		VarParam: &p, Type: function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.UnknownVal(cty.String), nil },
	})
}

// sameFunc returns its argument.
var sameFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("value")},
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
})

var falseFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("value")}, Type: function.StaticReturnType(cty.Bool),
	Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.False, nil },
})

// closures is a parameter whose arguments the function evaluates itself.
var closures = function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType}

// tryFunc is try(): the first argument that can be evaluated, unknown or not.
var tryFunc = function.New(&function.Spec{
	VarParam: &closures,
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := try(args)
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return try(args) },
})

func try(args []cty.Value) (cty.Value, error) {
	if len(args) == 0 {
		return cty.DynamicVal, function.NewArgErrorf(0, "try takes at least one expression")
	}
	var last error
	for _, arg := range args {
		v, diags := customdecode.ExpressionClosureFromVal(arg).Value()
		if !diags.HasErrors() {
			return v, nil
		}
		last = diagnostic(diags)
	}
	return cty.DynamicVal, last
}

// canFunc is can(): whether the argument can be evaluated.
var canFunc = function.New(&function.Spec{
	Params: []function.Parameter{closures}, Type: function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, diags := customdecode.ExpressionClosureFromVal(args[0]).Value()
		switch {
		case diags.HasErrors():
			return cty.False, nil
		case !v.IsKnown():
			return cty.UnknownVal(cty.Bool).WithSameMarks(v), nil
		}
		return cty.True, nil
	},
})

// convertTo is tostring and similar functions.
func convertTo(want cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{anything("value")},
		Type: func(args []cty.Value) (cty.Type, error) {
			got := args[0].Type()
			if got.Equals(want) {
				return want, nil
			}
			v, err := convert.Convert(args[0], want)
			if err != nil {
				return cty.NilType, function.NewArgErrorf(0, "cannot be converted: %s", convert.MismatchMessage(got, want))
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) { return convert.Convert(args[0], t) },
	})
}

// coalesceFunc is Terraform's coalesce(), which also skips empty strings.
var coalesceFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true, AllowMarked: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, 0, len(args))
		for _, a := range args {
			if !(a.IsKnown() && a.IsNull() && a.Type() == cty.DynamicPseudoType) {
				types = append(types, a.Type())
			}
		}
		t, _ := convert.UnifyUnsafe(types)
		if t == cty.NilType {
			t = cty.DynamicPseudoType
		}
		return t, nil
	},
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		for _, a := range args {
			bare, _ := a.Unmark()
			if !bare.IsKnown() {
				if bare.Range().CouldBeNull() || bare.Type() == cty.DynamicPseudoType {
					return cty.UnknownVal(t).WithSameMarks(a), nil
				}
				return convert.Convert(a, t)
			}
			if bare.IsNull() || bare.Type() == cty.String && bare.AsString() == "" {
				continue
			}
			return convert.Convert(a, t)
		}
		return cty.NilVal, function.NewArgErrorf(0, "no value is there that is neither null nor empty")
	},
})

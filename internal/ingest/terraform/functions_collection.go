package terraform

import (
	"math/big"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// lengthFunc is length(), also for texts and objects.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, marks := args[0].Unmark()
		t := v.Type()
		switch {
		case t.IsTupleType():
			return cty.NumberIntVal(int64(len(t.TupleElementTypes()))), nil
		case t.IsObjectType():
			return cty.NumberIntVal(int64(len(t.AttributeTypes()))), nil
		case !v.IsKnown():
			return cty.UnknownVal(cty.Number).WithMarks(marks), nil
		case t == cty.String:
			return stdlib.Strlen(v)
		case t.IsSetType() && !v.IsWhollyKnown():
			return cty.UnknownVal(cty.Number).WithMarks(marks), nil
		case v.CanIterateElements():
			return cty.NumberIntVal(int64(v.LengthInt())), nil
		}
		return cty.UnknownVal(cty.Number), function.NewArgErrorf(0, "length is of a text, a list, a set or a map")
	},
})

// lookupFunc is lookup(map, key, default).
var lookupFunc = function.New(&function.Spec{
	Params:   []function.Parameter{anything("map"), {Name: "key", Type: cty.String, AllowMarked: true, AllowUnknown: true}},
	VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := lookup(args)
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return lookup(args) },
})

func lookup(args []cty.Value) (cty.Value, error) {
	m, marks := args[0].Unmark()
	key, keyMarks := args[1].Unmark()
	if !m.IsKnown() || !key.IsKnown() {
		return cty.DynamicVal.WithMarks(marks, keyMarks), nil
	}
	if !m.IsNull() {
		name := key.AsString()
		switch {
		case m.Type().IsObjectType() && m.Type().HasAttribute(name):
			return m.GetAttr(name), nil
		case m.Type().IsMapType() && m.HasIndex(key).True():
			return m.Index(key), nil
		case !m.Type().IsObjectType() && !m.Type().IsMapType():
			return cty.DynamicVal, function.NewArgErrorf(0, "lookup is in a map")
		}
	}
	if len(args) > 2 {
		return args[2], nil
	}
	return cty.DynamicVal, function.NewArgErrorf(1, "the map has no element %q", key.AsString())
}

// oneFunc is one(): the only element, or null for an empty list.
var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("list")},
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := onlyElement(args[0])
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return onlyElement(args[0]) },
})

func onlyElement(v cty.Value) (cty.Value, error) {
	bare, marks := v.Unmark()
	switch {
	case !bare.IsKnown():
		return cty.DynamicVal.WithMarks(marks), nil
	case bare.IsNull() || !(bare.Type().IsTupleType() || bare.Type().IsListType() || bare.Type().IsSetType()):
		return cty.DynamicVal, function.NewArgErrorf(0, "one is of a list, a set or a tuple")
	}
	switch bare.LengthInt() {
	case 0:
		return cty.NullVal(cty.DynamicPseudoType), nil
	case 1:
		it := bare.ElementIterator()
		it.Next()
		_, element := it.Element()
		return element, nil
	}
	return cty.DynamicVal, function.NewArgErrorf(0, "one is of a list with no or one element")
}

// elementsOf returns the elements of a known list, set or tuple.
func elementsOf(v cty.Value) ([]cty.Value, bool) {
	v, _ = v.UnmarkDeep()
	if !v.IsWhollyKnown() || v.IsNull() || !v.CanIterateElements() {
		return nil, false
	}
	return v.AsValueSlice(), true
}

// fold is a function of one list that is wholly known.
func fold(t cty.Type, f func(elements []cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}}, Type: function.StaticReturnType(t),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			elements, ok := elementsOf(args[0])
			if !ok {
				return cty.UnknownVal(t), nil
			}
			return f(elements)
		},
	})
}

var sumFunc = fold(cty.Number, func(elements []cty.Value) (cty.Value, error) {
	total := new(big.Float)
	for _, e := range elements {
		n, err := convert.Convert(e, cty.Number)
		if err != nil || n.IsNull() {
			return cty.UnknownVal(cty.Number), function.NewArgErrorf(0, "sum is of numbers")
		}
		total.Add(total, n.AsBigFloat())
	}
	return cty.NumberVal(total), nil
})

func truth(all bool) function.Function {
	return fold(cty.Bool, func(elements []cty.Value) (cty.Value, error) {
		for _, e := range elements {
			b, err := convert.Convert(e, cty.Bool)
			if err != nil {
				return cty.UnknownVal(cty.Bool), function.NewArgErrorf(0, "is not a list of booleans")
			}
			if yes := !b.IsNull() && b.True(); yes != all {
				return cty.BoolVal(!all), nil
			}
		}
		return cty.BoolVal(all), nil
	})
}

var allTrueFunc, anyTrueFunc = truth(true), truth(false)

// indexFunc is index(list, value).
var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}}, Type: function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		elements, ok := elementsOf(args[0])
		if !ok {
			return cty.UnknownVal(cty.Number), nil
		}
		for i, e := range elements {
			if same, err := stdlib.Equal(e, args[1]); err == nil && same.IsKnown() && same.True() {
				return cty.NumberIntVal(int64(i)), nil
			}
		}
		return cty.UnknownVal(cty.Number), function.NewArgErrorf(1, "is not in the list")
	},
})

// productFunc is setproduct(), with a limit.
var productFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "sets", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowMarked: true, AllowDynamicType: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		total := 1
		for _, a := range args {
			if bare, _ := a.Unmark(); bare.IsKnown() && !bare.IsNull() && bare.CanIterateElements() {
				if total *= max(1, bare.LengthInt()); total > maxElements {
					return cty.NilType, function.NewArgErrorf(0, "the product has more than %d elements", maxElements)
				}
			}
		}
		return stdlib.SetProductFunc.ReturnTypeForValues(args)
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return stdlib.SetProductFunc.Call(args) },
})

// listFunc and mapFunc are the constructors of Terraform before 0.12.
var listFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowMarked: true, AllowDynamicType: true, AllowNull: true},
	Type:     func(args []cty.Value) (cty.Type, error) { return cty.TupleVal(args).Type(), nil },
	Impl:     func(args []cty.Value, _ cty.Type) (cty.Value, error) { return cty.TupleVal(args), nil },
})

var mapFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowMarked: true, AllowDynamicType: true, AllowNull: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := mapOf(args)
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return mapOf(args) },
})

func mapOf(args []cty.Value) (cty.Value, error) {
	fields := map[string]cty.Value{}
	for i := 0; i+1 < len(args); i += 2 {
		key, _ := args[i].Unmark()
		if !key.IsKnown() || key.IsNull() || key.Type() != cty.String {
			return cty.DynamicVal, nil
		}
		fields[key.AsString()] = args[i+1]
	}
	return cty.ObjectVal(fields), nil
}

// matchKeysFunc is matchkeys(values, keys, searched).
var matchKeysFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "values", Type: cty.DynamicPseudoType}, {Name: "keys", Type: cty.DynamicPseudoType}, {Name: "searched", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		values, ok1 := elementsOf(args[0])
		keys, ok2 := elementsOf(args[1])
		searched, ok3 := elementsOf(args[2])
		if !ok1 || !ok2 || !ok3 || len(values) != len(keys) {
			return cty.DynamicVal, nil
		}
		out := []cty.Value{}
		for i, k := range keys {
			for _, s := range searched {
				if same, err := stdlib.Equal(k, s); err == nil && same.True() {
					out = append(out, values[i])
					break
				}
			}
		}
		return cty.TupleVal(out), nil
	},
})

// transposeFunc is transpose() of a map of lists.
var transposeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "map", Type: cty.Map(cty.List(cty.String))}}, Type: function.StaticReturnType(cty.Map(cty.List(cty.String))),
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(t), nil
		}
		turned := map[string][]cty.Value{}
		for it := args[0].ElementIterator(); it.Next(); {
			key, list := it.Element()
			for _, v := range list.AsValueSlice() {
				turned[v.AsString()] = append(turned[v.AsString()], key)
			}
		}
		out := map[string]cty.Value{}
		for k, list := range turned {
			out[k] = cty.ListVal(list)
		}
		if len(out) == 0 {
			return cty.MapValEmpty(cty.List(cty.String)), nil
		}
		return cty.MapVal(out), nil
	},
})

package terraform

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// fileFunctions are the functions that read files: only below the folder. A file that is
// outside or missing is an error where it is needed, as in Terraform.
func (e *evaluator) fileFunctions() map[string]function.Function {
	hash := func(f func([]byte) string) function.Function {
		return e.fileFunc(func(data []byte) (string, error) { return f(data), nil })
	}
	return map[string]function.Function{
		"file":             e.fileFunc(func(data []byte) (string, error) { return string(data), nil }),
		"filebase64":       hash(base64.StdEncoding.EncodeToString),
		"filemd5":          hash(func(b []byte) string { h := md5.Sum(b); return hex.EncodeToString(h[:]) }),
		"filesha1":         hash(func(b []byte) string { h := sha1.Sum(b); return hex.EncodeToString(h[:]) }),
		"filesha256":       hash(func(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }),
		"filesha512":       hash(func(b []byte) string { h := sha512.Sum512(b); return hex.EncodeToString(h[:]) }),
		"filebase64sha256": hash(func(b []byte) string { h := sha256.Sum256(b); return base64.StdEncoding.EncodeToString(h[:]) }),
		"filebase64sha512": hash(func(b []byte) string { h := sha512.Sum512(b); return base64.StdEncoding.EncodeToString(h[:]) }),
		"fileexists":       e.fileExists(),
		"fileset":          e.fileSet(),
		"abspath":          textFunc(e.absolutePath),
		"templatefile":     e.templateFile(),
		"templatestring":   e.templateString(),
	}
}

// content reads a file named by an expression.
func (e *evaluator) content(name string) ([]byte, error) {
	local, err := e.local(name)
	if err != nil {
		return nil, err
	}
	data, err := e.folder.file(local)
	if err != nil {
		return nil, function.NewArgError(0, err)
	}
	return data, nil
}

// local returns the path below the folder of a file named by an expression.
func (e *evaluator) local(name string) (string, error) {
	if e.folder == nil {
		return "", function.NewArgErrorf(0, "%q is not read: the configuration came without its folder", name)
	}
	if dir, ok := e.absolute(); ok && path.IsAbs(name) {
		if rest, below := strings.CutPrefix(path.Clean(name), dir+"/"); below {
			name = rest
		}
	}
	local, in := inside(e.folder.at, name)
	if !in || path.IsAbs(name) {
		return "", function.NewArgErrorf(0, "%q is outside the folder that was given, %s", name, e.folder.shown)
	}
	return local, nil
}

func (e *evaluator) fileFunc(f func([]byte) (string, error)) function.Function {
	return textFunc(func(name string) (string, error) {
		data, err := e.content(name)
		if err != nil {
			return "", err
		}
		return f(data)
	})
}

func (e *evaluator) fileExists() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}}, Type: function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			local, err := e.local(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(cty.Bool), err
			}
			info, err := e.folder.root.Stat(local)
			return cty.BoolVal(err == nil && info.Mode().IsRegular()), nil
		},
	})
}

// fileSet is fileset(folder, pattern), with ** for any number of folders.
func (e *evaluator) fileSet() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}}, Type: function.StaticReturnType(cty.Set(cty.String)),
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			dir, err := e.local(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(t), err
			}
			pattern := strings.Split(args[1].AsString(), "/")
			var found []cty.Value
			seen := 0
			walkErr := fs.WalkDir(e.folder.root.FS(), dir, func(name string, d fs.DirEntry, err error) error {
				if seen++; err != nil || seen > maxFiles*4 {
					return fs.SkipAll
				}
				rest := strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
				if dir == "." {
					rest = name
				}
				if !d.IsDir() && matches(pattern, strings.Split(rest, "/")) {
					found = append(found, cty.StringVal(rest))
				}
				return nil
			})
			if walkErr != nil || len(found) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(found), nil
		},
	})
}

// matches compares a path with a pattern, part by part.
func matches(pattern, parts []string) bool {
	if len(pattern) == 0 {
		return len(parts) == 0
	}
	if pattern[0] == "**" {
		for i := 0; i <= len(parts); i++ {
			if matches(pattern[1:], parts[i:]) {
				return true
			}
		}
		return false
	}
	if len(parts) == 0 {
		return false
	}
	for _, p := range alternatives(pattern[0]) {
		if ok, err := path.Match(p, parts[0]); err == nil && ok && matches(pattern[1:], parts[1:]) {
			return true
		}
	}
	return false
}

// alternatives expands {a,b} in a part of a pattern.
func alternatives(p string) []string {
	open := strings.IndexByte(p, '{')
	end := strings.IndexByte(p, '}')
	if open < 0 || end < open {
		return []string{p}
	}
	var list []string
	for alternative := range strings.SplitSeq(p[open+1:end], ",") {
		list = append(list, p[:open]+alternative+p[end+1:])
	}
	return list
}

func (e *evaluator) absolutePath(name string) (string, error) {
	dir, ok := e.absolute()
	if path.IsAbs(name) || !ok {
		return path.Clean(name), nil
	}
	return path.Join(dir, name), nil
}

// templateFile is templatefile(path, variables).
func (e *evaluator) templateFile() function.Function {
	return e.templateFunc(func(arg cty.Value) (string, string, error) {
		data, err := e.content(arg.AsString())
		return string(data), arg.AsString(), err
	})
}

// templateString is templatestring(template, variables).
func (e *evaluator) templateString() function.Function {
	return e.templateFunc(func(arg cty.Value) (string, string, error) { return arg.AsString(), "templatestring", nil })
}

func (e *evaluator) templateFunc(text func(cty.Value) (content, name string, err error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "template", Type: cty.String}, {Name: "variables", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			content, name, err := text(args[0])
			if err != nil {
				return cty.UnknownVal(cty.String), err
			}
			if !args[1].IsKnown() {
				return cty.UnknownVal(cty.String), nil
			}
			return e.render(content, name, args[1])
		},
	})
}

// render evaluates a template with its own variables.
func (e *evaluator) render(content, name string, variables cty.Value) (cty.Value, error) {
	if err := templateNesting(name, []byte(content)); err != nil {
		return cty.UnknownVal(cty.String), err
	}
	if t := variables.Type(); variables.IsNull() || !t.IsObjectType() && !t.IsMapType() {
		return cty.UnknownVal(cty.String), function.NewArgErrorf(1, "the variables are not a map")
	}
	x, diags := hclsyntax.ParseTemplate([]byte(content), name, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.UnknownVal(cty.String), diagnostic(diags)
	}
	functions := map[string]function.Function{}
	for name, f := range e.functions {
		if name != "templatefile" && name != "core::templatefile" { // Terraform has no recursion here either
			functions[name] = f
		}
	}
	// A module without content counts the steps, and has no names.
	m := e.newInstance(newModule("."), nil, "template", "")
	ctx := m.ctx.NewChild()
	ctx.Variables, ctx.Functions = map[string]cty.Value{}, functions
	for it := variables.ElementIterator(); it.Next(); {
		key, v := it.Element()
		ctx.Variables[key.AsString()] = v
	}
	v, diags := watch(x).Value(ctx)
	if diags.HasErrors() {
		return cty.UnknownVal(cty.String), diagnostic(diags)
	}
	if !v.IsWhollyKnown() || v.IsNull() || v.Type() != cty.String {
		return cty.UnknownVal(cty.String), nil
	}
	return v, nil
}

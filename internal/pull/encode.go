package pull

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// encode writes a type of the SDK as the aws command prints it: the API's
// names, which are those of the SDK, and nothing for what is absent.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := value(&b, reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "    "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

var timeType = reflect.TypeFor[time.Time]()

func value(b *bytes.Buffer, v reflect.Value) error {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch {
	case v.Type() == timeType:
		return plain(b, v.Interface().(time.Time).UTC().Format(time.RFC3339Nano))
	case v.Kind() == reflect.Struct:
		return object(b, v)
	case v.Kind() == reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := value(b, v.Index(i)); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case v.Kind() == reflect.Map, v.Kind() == reflect.Func, v.Kind() == reflect.Chan:
		return fmt.Errorf("the SDK has a %s where a value was expected", v.Kind())
	}
	return plain(b, v.Interface())
}

func object(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('{')
	first := true
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || f.Name == "ResultMetadata" || absent(v.Field(i)) {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		if err := plain(b, f.Name); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := value(b, v.Field(i)); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// absent reports whether a field was not in the answer. An enum is a plain
// string in the SDK, and empty then.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}

func plain(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder's line break
	return nil
}

package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// explain rewords the decoder's errors in terms of JSON instead of Go.
func explain(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return explainKind(kind)
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON at byte %d: %w", syntax.Offset, err)
	case errors.Is(err, io.EOF):
		return errors.New("the body is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early")
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("there is no field %s: beside \"faults\" there is nothing, and a fault has %s", field, fieldNames())
	}
	return err
}

// explainKind says which field got a value of the wrong kind.
func explainKind(e *json.UnmarshalTypeError) error {
	got := "a " + e.Value
	switch {
	case e.Value == "array" || e.Value == "object":
		got = "an " + e.Value
	case e.Value == "bool":
		got = "true or false"
	case strings.HasPrefix(e.Value, "number "): // with its digits
		got = "the " + e.Value
	}
	field := e.Field[strings.LastIndex(e.Field, ".")+1:]
	switch {
	case field == "":
		return fmt.Errorf(`a JSON object with "faults" was expected, got %s`, got)
	case field == "faults" && e.Type.Kind() == reflect.Slice:
		return fmt.Errorf(`"faults" must be an array of objects, got %s`, got)
	case field == "faults":
		return fmt.Errorf(`each of "faults" must be an object, got %s`, got)
	}
	return fmt.Errorf("%q must be %s, got %s", field, wanted(e.Type), got)
}

// wanted describes the JSON value that a field accepts.
func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[Duration]():
		return `a duration like "5s" or "300ms", in quotes`
	case t.Kind() == reflect.String:
		return "a text in quotes"
	case t.Kind() == reflect.Float64:
		return "a number"
	}
	return "a whole number from 0 on"
}

// fieldNames are the JSON names of a fault's fields.
func fieldNames() string {
	t := reflect.TypeFor[Fault]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return strings.Join(names, ", ")
}

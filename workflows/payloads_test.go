package workflows

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
)

// A type of the database in a history would make each change of a table a change
// of workflows that are going on.
func TestPayloadsAreOfThePackagesWhoseContractTheyAre(t *testing.T) {
	packages := []string{"", "time", "creatorpay/settlement", "creatorpay/activities", "creatorpay/workflows"}
	for _, payload := range payloads(t) {
		require.Contains(t, packages, payload.PkgPath(), "%s is in a history", payload)
	}
}

func TestPayloadsCanBeReadOnAPage(t *testing.T) {
	pages := map[string]map[string]bool{
		"creatorpay/activities": typesIn(t, "../activities/payloads.go"),
		"creatorpay/workflows":  typesIn(t, "payloads.go"),
	}
	for _, payload := range payloads(t) {
		if page, declared := pages[payload.PkgPath()]; declared {
			require.True(t, page[payload.Name()], "%s is not in payloads.go", payload)
		}
	}
}

func TestFieldsOfPayloadsAreNamedInHistories(t *testing.T) {
	for _, payload := range payloads(t) {
		if payload.Kind() != reflect.Struct || !strings.HasPrefix(payload.PkgPath(), "creatorpay/") {
			continue
		}
		for field := range payload.Fields() {
			if field.IsExported() && !field.Anonymous {
				require.NotEmpty(t, field.Tag.Get("json"), "%s.%s", payload, field.Name)
			}
		}
	}
}

// payloads are the types of all that enters a history, with those of which they
// are made.
func payloads(t *testing.T) (all []reflect.Type) {
	t.Helper()
	noPayloads := []reflect.Type{
		reflect.TypeFor[context.Context](), reflect.TypeFor[workflow.Context](), reflect.TypeFor[error](),
		reflect.TypeOf(a), reflect.TypeOf(m), // the receivers of activities
	}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(one reflect.Type) {
		if seen[one] {
			return
		}
		seen[one] = true
		switch one.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			walk(one.Elem())
		case reflect.Struct:
			for field := range one.Fields() {
				if field.IsExported() {
					walk(field.Type)
				}
			}
		default:
		}
		all = append(all, one)
	}
	walkFunction := func(function reflect.Type) {
		for _, types := range []iter.Seq[reflect.Type]{function.Ins(), function.Outs()} {
			for one := range types {
				if !slices.Contains(noPayloads, one) {
					walk(one)
				}
			}
		}
	}
	var workflows functions
	Register(&workflows)
	for _, function := range workflows {
		walkFunction(function)
	}
	for _, activities := range []any{a, m} {
		for method := range reflect.TypeOf(activities).Methods() {
			walkFunction(method.Type)
		}
	}
	walk(reflect.TypeFor[FailedChunk]()) // the details of a failure
	walk(reflect.TypeFor[Progress]())
	walk(reflect.TypeFor[LaunchProgress]())
	require.Contains(t, all, reflect.TypeFor[DailyInput]())
	require.Contains(t, all, reflect.TypeFor[activities.Waiting]())
	return all
}

// functions are the types of the workflows that [Register] makes known.
type functions []reflect.Type

func (f *functions) RegisterWorkflow(w any) { *f = append(*f, reflect.TypeOf(w)) }

func (f *functions) RegisterWorkflowWithOptions(w any, _ workflow.RegisterOptions) {
	f.RegisterWorkflow(w)
}

func (*functions) RegisterDynamicWorkflow(any, workflow.DynamicRegisterOptions) {}

// typesIn are the types that a file declares.
func typesIn(t *testing.T, file string) map[string]bool {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	types := map[string]bool{}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if declared, is := node.(*ast.TypeSpec); is {
			types[declared.Name.Name] = true
		}
		return true
	})
	require.NotEmpty(t, types)
	return types
}

package command_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What lies below the programs says what is wrong; what to type next is added
// here, so that no text outlives a change of the command line.
func TestNoCommandIsNamedBelowThePrograms(t *testing.T) {
	for _, room := range []string{"settlement", "db", "engine", "templates", "activities", "workflows"} {
		files := 0
		require.NoError(t, filepath.WalkDir(filepath.Join("..", "..", room), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			set := token.NewFileSet()
			parsed, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(parsed, func(node ast.Node) bool {
				if text, is := node.(*ast.BasicLit); is && text.Kind == token.STRING {
					require.NotContains(t, text.Value, "starter ", set.Position(text.Pos()))
				}
				return true
			})
			return nil
		}))
		require.NotZero(t, files, room)
	}
}

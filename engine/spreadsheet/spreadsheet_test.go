package spreadsheet

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoTextIsTakenForAFormula(t *testing.T) {
	for text, want := range map[string]string{
		`=HYPERLINK("https://example.com","free")`: `'=HYPERLINK("https://example.com","free")`,
		"+1":           "'+1",
		"-1":           "'-1",
		"@SUM(A1)":     "'@SUM(A1)",
		"＝1":           "'＝1",
		"\t=1":         "'\t=1",
		"\r\n=1":       "'\r\n=1",
		" \ufeff=1":    "' \ufeff=1",
		"":             "",
		" ":            " ",
		"1=1":          "1=1",
		"'=1":          "'=1",
		"고양이 = 최고 -1":  "고양이 = 최고 -1",
		"\xff\xfe=odd": "\xff\xfe=odd",
	} {
		require.Equal(t, want, Text(text), "%q", text)
	}
}

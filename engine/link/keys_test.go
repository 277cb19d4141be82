package link

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseKeys_TakesPaddingAndSpacesAndBothAlphabets(t *testing.T) {
	plain := strings.Repeat("A", 43)
	keys, err := ParseKeys("new:" + plain + "=, old_1-2:" + plain)
	require.NoError(t, err)
	require.Len(t, keys.keys, 2)
	require.Equal(t, "old_1-2", keys.keys[1].id)
	require.Equal(t, make([]byte, keyBytes), keys.keys[1].secret)
	keys, err = ParseKeys("url:_-" + plain[2:] + ",plain:/+" + plain[2:])
	require.NoError(t, err)
	require.Equal(t, keys.keys[0].secret, keys.keys[1].secret)
}

func TestParseKeys_RefusesWhatIsNoKeyAndDoesNotQuoteIt(t *testing.T) {
	const secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I"
	for text, says := range map[string]string{
		"":                                    "key 1 is not of the form name:key",
		secret:                                "key 1 is not of the form name:key",
		"a:" + secret + ",":                   "key 2 is not of the form name:key",
		":" + secret:                          "the name of key 1 is not",
		"a.b:" + secret:                       "the name of key 1 is not",
		"a:" + secret + ",a:" + secret:        "key 2 has the name of an earlier one",
		"a:" + secret + ",b:" + secret + "!!": "key 2 is not base64",
		"a:" + secret[:20]:                    "key 1 has 15 bytes; it must have 32",
		"a:" + secret + "AAAA":                "it must have 32",
		"name-that-is-too-long:" + secret:     "the name of key 1 is not",
	} {
		_, err := ParseKeys(text)
		require.ErrorContains(t, err, says, text)
		require.NotContains(t, err.Error(), secret[:10])
	}
}

func TestNewKey_IsRandomAndCanBeParsed(t *testing.T) {
	first, err := NewKey("2026-05")
	require.NoError(t, err)
	second, err := NewKey("2026-05")
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	_, err = ParseKeys(first)
	require.NoError(t, err)
	_, err = NewKey("a.b")
	require.Error(t, err)
}

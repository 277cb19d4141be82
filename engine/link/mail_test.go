package link

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLinks_AreGoodForTheirDaysFromTheClose(t *testing.T) {
	keys := testKeys(t, "a")
	links, err := NewLinks(keys, "https://pages.example.com/", 90)
	require.NoError(t, err)

	text, found := strings.CutPrefix(links.To(42, now), "https://pages.example.com/link/")
	require.True(t, found)
	grant, err := keys.Verify(Mail, text, now)
	require.NoError(t, err)
	require.EqualValues(t, 42, grant.CreatorID)
	require.True(t, now.AddDate(0, 0, 90).Equal(grant.Expires))
}

func TestLinks_TheZeroValueMakesNone(t *testing.T) {
	require.Empty(t, Links{}.To(42, now))
}

func TestLinks_RefuseAnAddressThatIsNotThePagesRoot(t *testing.T) {
	for _, address := range []string{
		"", "pages.example.com", "/", "https://", "ftp://pages.example.com", "mailto:a@b.example", "https://a b",
		"https://user@pages.example.com", "https://pages.example.com?", "https://pages.example.com/?a=b", "https://pages.example.com/#a", "https://pages.example.com/pages",
	} {
		_, err := NewLinks(testKeys(t, "a"), address, 90)
		require.Error(t, err, address)
	}
	for _, address := range []string{"http://127.0.0.1:8088", "https://pages.example.com", "https://pages.example.com/"} {
		_, err := NewLinks(testKeys(t, "a"), address, 90)
		require.NoError(t, err, address)
	}
}

func TestLinks_RefuseDaysThatCannotBeMeant(t *testing.T) {
	for _, days := range []int{-1, 0, mostDays + 1} {
		_, err := NewLinks(testKeys(t, "a"), "https://pages.example.com", days)
		require.ErrorContains(t, err, "choose 1 to 3660")
	}
}

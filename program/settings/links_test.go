package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/link"
)

var linkKeys = LinkKeys{Keys: "a:" + strings.Repeat("A", 43)}

func TestLinks_WithoutKeysAndAddressThereAreNone(t *testing.T) {
	links, err := Links{Days: 90}.Parse()
	require.NoError(t, err)
	require.Empty(t, links.To(42, time.Now()))
	keys, err := LinkKeys{}.Parse()
	require.NoError(t, err)
	require.Equal(t, link.Keys{}, keys)
}

func TestLinks_NeedBothKeysAndAddress(t *testing.T) {
	for _, half := range []Links{{LinkKeys: linkKeys, Days: 90}, {PagesURL: "https://pages.example.com", Days: 90}} {
		_, err := half.Parse()
		require.ErrorContains(t, err, "set both or none")
	}
	links, err := Links{LinkKeys: linkKeys, PagesURL: "https://pages.example.com", Days: 90}.Parse()
	require.NoError(t, err)
	require.NotEmpty(t, links.To(42, time.Now()))
}

func TestLinks_ErrorsNameTheSettingAndNotTheKey(t *testing.T) {
	for setting, wrong := range map[string]Links{
		"LINK_KEYS": {LinkKeys: LinkKeys{Keys: "a:secret"}, PagesURL: "https://pages.example.com", Days: 90},
		"PAGES_URL": {LinkKeys: linkKeys, PagesURL: "pages.example.com", Days: 90},
		"LINK_DAYS": {LinkKeys: linkKeys, PagesURL: "https://pages.example.com"},
	} {
		_, err := wrong.Parse()
		require.ErrorContains(t, err, setting)
		require.NotContains(t, err.Error(), "secret")
		require.NotContains(t, err.Error(), "AAAA")
	}
}

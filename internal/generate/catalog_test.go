package generate

import (
	"net/mail"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
)

func allVideos(t *testing.T) []db.Video {
	options := usual(t)
	options.Videos = 2000
	w := newWorld(options, seoul(t))
	videos := make([]db.Video, options.Videos)
	for number := range videos {
		videos[number] = w.video(number)
	}
	return videos
}

func TestTitlesHoldWhatTitlesHold(t *testing.T) {
	var all strings.Builder
	longest := 0
	for _, video := range allVideos(t) {
		longest = max(longest, utf8.RuneCountInString(video.Title))
		all.WriteString(video.Title)
	}
	for _, script := range []*unicode.RangeTable{unicode.Hangul, unicode.Han, unicode.Latin, unicode.So} {
		require.True(t, strings.ContainsFunc(all.String(), func(r rune) bool { return unicode.Is(script, r) }))
	}
	require.Contains(t, all.String(), `"`)
	require.Contains(t, all.String(), `,`)
	require.Equal(t, longTitle, longest)
}

func TestSomeVideosStandJustBelowATier(t *testing.T) {
	seen := map[int64]bool{}
	for _, video := range allVideos(t) {
		seen[video.OpeningViews] = true
	}
	require.Subset(t, seen, map[int64]bool{0: true, 99_998: true, 499_998: true, 999_998: true})
}

func TestVideosBelongToCreators(t *testing.T) {
	for _, video := range allVideos(t) {
		require.Positive(t, video.CreatorID)
		require.LessOrEqual(t, video.CreatorID, int64(usual(t).Creators))
	}
}

func TestCreatorsSpeakKoreanOrEnglishAndHaveMail(t *testing.T) {
	w := newWorld(usual(t), seoul(t))
	locales := map[string]bool{}
	for number := range w.options.Creators {
		creator := w.creator(number)
		locales[creator.Locale] = true
		address, err := mail.ParseAddress(creator.Email)
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(address.Address, "@creators.example"))
		require.Equal(t, creator.Locale == "ko", strings.ContainsFunc(creator.Name, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }))
	}
	require.Equal(t, map[string]bool{"ko": true, "en": true}, locales)
}

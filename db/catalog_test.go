package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func videoInCatalog(t *testing.T, db *DB, id int64) Video {
	t.Helper()
	return read[Video](t, db, `SELECT video_id, creator_id, title, duration_seconds, opening_views, opening_ad_views FROM videos WHERE video_id = ?`, id)
}

func TestPutCreators_ReplacesThoseWithTheSameID(t *testing.T) {
	db := openMigrated(t)
	lee := Creator{ID: 2, Name: "이", Email: "lee@example.com", Locale: "ko"}
	moved := Creator{ID: creator, Name: "Kim", Email: "new@example.com", Locale: "en"}

	require.NoError(t, db.PutCreators(t.Context(), []Creator{lee, moved}))
	require.NoError(t, db.PutCreators(t.Context(), nil))

	require.Equal(t, lee, read[Creator](t, db, `SELECT * FROM creators WHERE creator_id = 2`))
	require.Equal(t, moved, read[Creator](t, db, `SELECT * FROM creators WHERE creator_id = ?`, creator))
}

func TestPutVideos_ReplacesThoseWithTheSameID(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	renamed := Video{ID: 1, CreatorID: creator, Title: "제목 😀", DurationSeconds: 7, OpeningViews: 8, OpeningAdViews: 9}

	refused, err := db.PutVideos(t.Context(), []Video{renamed})

	require.NoError(t, err)
	require.Empty(t, refused)
	require.Equal(t, renamed, videoInCatalog(t, db, 1))
}

func TestPutVideos_AVideoOfAnUnknownCreatorIsRefused(t *testing.T) {
	db := openMigrated(t)

	refused, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: 404}, {ID: 2, CreatorID: creator}, {ID: 3, CreatorID: 405}})

	require.NoError(t, err)
	require.Equal(t, []Refusal{
		{0, "creator_id", "creator 404 is unknown: import creators first"},
		{2, "creator_id", "creator 405 is unknown: import creators first"},
	}, refused)
	require.Equal(t, 1, read[int](t, db, `SELECT COUNT(*) FROM videos`))
}

func TestPutVideos_WhatCountedDaysRestOnStays(t *testing.T) {
	stored := Video{ID: 1, CreatorID: creator, Title: "a video", DurationSeconds: 60, OpeningViews: 5, OpeningAdViews: 6}
	const other = 2
	tests := []struct {
		column  string
		change  func(*Video)
		refused string // "" if it is not
	}{
		{"creator_id", func(v *Video) { v.CreatorID = other }, "creator_id 1"},
		{"opening_views", func(v *Video) { v.OpeningViews++ }, "opening_views 5"},
		{"opening_ad_views", func(v *Video) { v.OpeningAdViews++ }, "opening_ad_views 6"},
		{"not the title and the duration", func(v *Video) { v.Title, v.DurationSeconds = "new", 1 }, ""},
	}
	for _, test := range tests {
		t.Run(test.column, func(t *testing.T) {
			db := openWithRoom(t)
			require.NoError(t, db.PutCreators(t.Context(), []Creator{{ID: other, Locale: "en"}}))
			_, err := db.PutVideos(t.Context(), []Video{stored})
			require.NoError(t, err)
			counted(t, db, monday, line(monday, 1, 1)) // and not settled yet
			changed := stored
			test.change(&changed)

			refused, err := db.PutVideos(t.Context(), []Video{changed})

			require.NoError(t, err)
			if test.refused == "" {
				require.Empty(t, refused)
				require.Equal(t, changed, videoInCatalog(t, db, 1))
				return
			}
			require.Len(t, refused, 1)
			require.Equal(t, test.column, refused[0].Column)
			require.Contains(t, refused[0].Reason, "video 1 has been counted since 2024-05-06 with "+test.refused)
			require.Equal(t, stored, videoInCatalog(t, db, 1))
		})
	}
}

func TestPutVideos_NoVideosAreNoWork(t *testing.T) {
	refused, err := openMigrated(t).PutVideos(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, refused)
}

func TestOwners_AreThoseOfTheRangeByID(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 4, 2, 3, 1)

	owners, err := db.Owners(t.Context(), settlement.Range{From: new(int64(2)), Before: new(int64(4))})

	require.NoError(t, err)
	require.Equal(t, []Owner{{2, creator}, {3, creator}}, owners)
}

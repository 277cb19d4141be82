package rig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/e2e/oracle"
)

// Migrate makes the tables, with the platform's zone.
func (s *System) Migrate(p *oracle.Platform) {
	s.T.Helper()
	s.Starter("migrate", "--time-zone", p.Zone.String()).RequireSuccess()
}

// Load stores the platform's catalogue, its prices and fees, and its views and
// payments that do not come late.
func (s *System) Load(p *oracle.Platform) {
	s.T.Helper()
	s.LoadCatalogue(p)
	for _, rule := range p.Prices[1:] { // a migration brings the first
		s.addPrices(rule)
	}
	s.AddFees(p)
	for views := range slices.Chunk(p.OnTime(), 5000) {
		s.Append(p, views...)
	}
	s.AppendPayments(p, p.OnTimePayments()...)
}

// LoadCatalogue stores the platform's creators and videos.
func (s *System) LoadCatalogue(p *oracle.Platform) {
	s.T.Helper()
	creators := make([]db.Creator, len(p.Creators))
	for i, c := range p.Creators {
		creators[i] = db.Creator{ID: c.ID, Name: c.Name, Email: c.Email, Locale: c.Locale}
	}
	require.NoError(s.T, s.DB.PutCreators(s.T.Context(), creators))
	s.PutVideos(p.Videos...)
}

// PutVideos stores videos, none of which may be refused.
func (s *System) PutVideos(videos ...oracle.Video) {
	s.T.Helper()
	stored := make([]db.Video, len(videos))
	for i, v := range videos {
		stored[i] = VideoRow(v)
	}
	refused, err := s.DB.PutVideos(s.T.Context(), stored)
	require.NoError(s.T, err)
	require.Empty(s.T, refused)
}

// videoSeconds is how long every video is.
const videoSeconds = 60

// VideoRow is the video as the catalogue has it.
func VideoRow(v oracle.Video) db.Video {
	return db.Video{
		ID: v.ID, CreatorID: v.Creator, Title: v.Title, DurationSeconds: videoSeconds,
		OpeningViews: v.OpeningViews, OpeningAdViews: v.OpeningAdViews,
	}
}

func (s *System) addPrices(rule oracle.Prices) {
	s.T.Helper()
	s.Starter("prices", "add", "--from", rule.From, "--views", TierFlag(rule.Views), "--ad-views", TierFlag(rule.Ads)).RequireSuccess()
}

// TierFlag writes tiers as the command takes them.
func TierFlag(tiers []oracle.Tier) string {
	parts := make([]string, len(tiers))
	for i, one := range tiers {
		parts[i] = fmt.Sprintf("%d:%s", one.From, one.Won)
	}
	return strings.Join(parts, ",")
}

// Append stores views and makes room for them.
func (s *System) Append(p *oracle.Platform, views ...oracle.View) {
	s.T.Helper()
	batch := make([]daylog.View, len(views))
	for i, v := range views {
		batch[i] = daylog.View{
			Day: ToDay(p.DayOf(v.At)), VideoID: v.Video, ViewerID: v.Viewer, WatchedAt: v.At.UnixMilli(), ViewID: v.ID,
			PlayedSeconds: v.Seconds, AdViews: v.Ads,
		}
	}
	byDay := func(a, b daylog.View) int { return int(a.Day - b.Day) }
	s.AddDays(slices.MinFunc(batch, byDay).Day.String(), slices.MaxFunc(batch, byDay).Day.String())
	added, refused, err := s.DB.AppendViews(s.T.Context(), batch)
	require.NoError(s.T, err)
	require.Empty(s.T, refused)
	require.EqualValues(s.T, len(views), added.Rows)
}

// AddDays makes room in the watch log.
func (s *System) AddDays(first, last string) {
	s.T.Helper()
	_, err := s.DB.AddPartitions(s.T.Context(), ToDay(first), ToDay(last))
	require.NoError(s.T, err)
}

// CreatorsFile is an import file of the creators.
func CreatorsFile(creators []oracle.Creator) *oracle.Table {
	file := oracle.NewTable("creator_id", "name", "email", "locale")
	for _, c := range creators {
		file.Add(c.ID, c.Name, c.Email, c.Locale)
	}
	return file
}

// VideosFile is an import file of the videos.
func VideosFile(videos []oracle.Video) *oracle.Table {
	file := oracle.NewTable("video_id", "creator_id", "title", "duration_seconds", "opening_views", "opening_ad_views")
	for _, v := range videos {
		file.Add(v.ID, v.Creator, v.Title, videoSeconds, v.OpeningViews, v.OpeningAdViews)
	}
	return file
}

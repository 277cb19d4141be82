package e2e

import "creatorpay/internal/e2e/oracle"

// creatorsFile is an import file of the creators.
func creatorsFile(creators []oracle.Creator) *oracle.Table {
	file := oracle.NewTable("creator_id", "name", "email", "locale")
	for _, c := range creators {
		file.Add(c.ID, c.Name, c.Email, c.Locale)
	}
	return file
}

// videosFile is an import file of the videos.
func videosFile(videos []oracle.Video) *oracle.Table {
	file := oracle.NewTable("video_id", "creator_id", "title", "duration_seconds", "opening_views", "opening_ad_views")
	for _, v := range videos {
		file.Add(v.ID, v.Creator, v.Title, videoSeconds, v.OpeningViews, v.OpeningAdViews)
	}
	return file
}

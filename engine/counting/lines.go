package counting

import "creatorpay/db"

// lines are those of the videos that one scan has reached.
type lines[Line any] struct {
	all    []Line                    // by video
	video  int64                     // of the last one
	owners []db.Owner                // of known videos by id, those not yet passed by the scan
	begin  func(owner db.Owner) Line // the line of a video without any row
}

// of is the video's line, a new one where the scan reaches a new video, or nil if the
// video is unknown.
func (l *lines[Line]) of(video int64) *Line {
	if last := len(l.all) - 1; last >= 0 && l.video == video {
		return &l.all[last]
	}
	for len(l.owners) > 0 && l.owners[0].VideoID < video {
		l.owners = l.owners[1:]
	}
	if len(l.owners) == 0 || l.owners[0].VideoID != video {
		return nil
	}
	l.all, l.video = append(l.all, l.begin(l.owners[0])), video
	return &l.all[len(l.all)-1]
}

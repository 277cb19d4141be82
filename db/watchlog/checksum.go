package watchlog

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"creatorpay/settlement"
)

// Checksum hashes all that is stored of a play. The sum over a chunk's rows is
// the same in any order.
func Checksum(play settlement.Play) uint64 {
	var row [48]byte
	binary.LittleEndian.PutUint64(row[0:], uint64(play.VideoID))
	binary.LittleEndian.PutUint64(row[8:], uint64(play.ViewerID))
	binary.LittleEndian.PutUint64(row[16:], uint64(play.StartedAt))
	binary.LittleEndian.PutUint64(row[24:], uint64(play.ViewID))
	binary.LittleEndian.PutUint64(row[32:], uint64(play.PlayedSeconds))
	binary.LittleEndian.PutUint64(row[40:], uint64(play.AdViews))
	return xxhash.Sum64(row[:])
}

package chaos

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"creatorpay/db"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
)

// ImportCatalogue imports files that change some videos and creators, and add a
// video of which at times views have come.
func (c *Rig) ImportCatalogue(in Injection) (faultproxy.Fault, bool) {
	if !c.importing.TryLock() {
		return faultproxy.None, false
	}
	defer c.importing.Unlock()
	added := c.newVideo(in.random)
	videos, creators := append(c.changedVideos(in.random), added), c.changedCreators(in.random)
	refused, err := c.importFiles(creators, videos)
	if err != nil {
		c.report("import into %s: %v", in.period, err)
		return faultproxy.None, true
	}
	for i, v := range videos {
		c.takeVideo(in.period, v, !refused[i])
	}
	c.takeCreators(creators)
	if in.random.IntN(2) == 0 {
		c.arrive(in, in.period.Start, added.ID)
	}
	return faultproxy.None, true
}

// importBehindLock moves a video that the day has rows of to another creator. The
// import waits for a lock, until the day is closed if it gets so far.
func (c *Rig) importBehindLock(in Injection) (faultproxy.Fault, bool) {
	if !c.importing.TryLock() {
		return faultproxy.None, false
	}
	moved := c.newVideo(in.random)
	if refused, err := c.putVideo(moved); err != nil || refused {
		c.report("video %d was not added: %v", moved.ID, err)
	}
	c.takeVideo(in.period, moved, true)
	c.arrive(in, in.period.Start, moved.ID)
	moved.Creator = moved.Creator%creatorCount + 1
	session, err := c.lock(`SELECT * FROM creators WHERE creator_id = ? FOR UPDATE`, moved.Creator)
	if err != nil {
		c.importing.Unlock()
		return faultproxy.None, true // the video is there
	}
	c.pending.Go(func() {
		c.hold(2*heldUpFor, func() bool { return c.isClosed(in.period.Period) })
		_ = session.Rollback() // a server that was killed has done it already
	})
	c.pending.Go(func() {
		defer c.importing.Unlock()
		// It must not keep the servers from being killed while it waits.
		answers, err := c.DB.PutVideos(context.WithoutCancel(c.T.Context()), []db.Video{rig.VideoRow(moved)})
		refused := len(answers) > 0
		if err != nil {
			refused, err = c.putVideo(moved)
		}
		c.reportError(err)
		c.takeVideo(in.period, moved, !refused)
	})
	return faultproxy.None, true
}

// putVideo stores the video. The same one may be stored again.
func (c *Rig) putVideo(v oracle.Video) (refused bool, err error) {
	err = c.ask(func(ctx context.Context) error {
		answers, err := c.DB.PutVideos(ctx, []db.Video{rig.VideoRow(v)})
		refused = len(answers) > 0
		return err
	})
	return refused, err
}

// importFiles imports the creators and videos with the real command, and tells
// which videos it refuses, by their index.
func (c *Rig) importFiles(creators []oracle.Creator, videos []oracle.Video) (refused map[int]bool, err error) {
	dir := c.T.TempDir()
	files := map[string]*oracle.Table{"creators": rig.CreatorsFile(creators), "videos": rig.VideosFile(videos)}
	rejects := filepath.Join(dir, "rejects.csv")
	args := []string{"import", "--rejects", rejects}
	for name, file := range files {
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte(file.CSV()), 0o600); err != nil {
			return nil, err
		}
		args = append(args, "--"+name, path)
	}
	c.servers.RLock()
	defer c.servers.RUnlock()
	imported := c.command(args...)
	if refused, err = readRejects(rejects, filepath.Join(dir, "videos.csv")); err != nil {
		return nil, err
	}
	if (imported.Code == 0) != (len(refused) == 0) {
		return nil, fmt.Errorf("it ended with %d and rejected %d videos: %s%s", imported.Code, len(refused), imported.Stdout, imported.Stderr)
	}
	return refused, nil
}

// readRejects are the indexes of the lines of the file that were rejected. Lines
// of any other file must not be.
func readRejects(path, of string) (indexes map[int]bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	indexes = map[int]bool{}
	for _, line := range lines[1:] {
		number, err := strconv.Atoi(line[1])
		if err != nil || line[0] != of {
			return nil, errors.Join(err, fmt.Errorf("rejected: %q", line))
		}
		indexes[number-2] = true // the header is the first line
	}
	return indexes, nil
}

// newVideo is one with the next free id.
func (c *Rig) newVideo(random *rand.Rand) oracle.Video {
	videos, _ := c.catalogue()
	return randomVideo(random, videos[len(videos)-1].ID+1)
}

// changedVideos are a few videos, most of them new ones, with changes of all kinds.
func (c *Rig) changedVideos(random *rand.Rand) (changed []oracle.Video) {
	videos, _ := c.catalogue()
	for range 4 {
		i := len(videos) - 1 - min(random.IntN(len(videos)), random.IntN(len(videos)))
		v := videos[i]
		videos = slices.Delete(videos, i, i+1)
		if random.IntN(2) == 0 {
			v.Creator = 1 + random.Int64N(creatorCount)
		}
		if random.IntN(2) == 0 {
			v.OpeningViews, v.OpeningAdViews = random.Int64N(1_000_000), random.Int64N(1_000_000)
		}
		if random.IntN(2) == 0 {
			v.Title = fmt.Sprintf("영상 %d, \"%d\"", v.ID, random.IntN(1000))
		}
		changed = append(changed, v)
	}
	return changed
}

// changedCreators are a few creators with other names, locales and addresses.
func (c *Rig) changedCreators(random *rand.Rand) (changed []oracle.Creator) {
	_, creators := c.catalogue()
	random.Shuffle(len(creators), func(i, j int) { creators[i], creators[j] = creators[j], creators[i] })
	for _, one := range creators[:3] {
		edition := random.IntN(1000)
		one.Name, one.Locale = fmt.Sprintf("창작자 %d, %d", one.ID, edition), rig.Pick(random, "ko", "en")
		one.Email = fmt.Sprintf("creator.%d.%d@example.com", one.ID, edition)
		changed = append(changed, one)
	}
	return changed
}

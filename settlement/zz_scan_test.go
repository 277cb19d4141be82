package settlement

import (
	"archive/zip"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestZZScan(t *testing.T) {
	z, err := zip.OpenReader(runtime.GOROOT() + "/lib/time/zoneinfo.zip")
	if err != nil { t.Fatal(err) }
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") { continue }
		c, err := NewCalendar(f.Name)
		if err != nil { fmt.Println("x", f.Name, err); continue }
		at := time.Date(1990, 1, 1, 0, 0, 0, 0, c.location)
		n := 0
		for {
			_, end := at.ZoneBounds()
			if end.IsZero() || end.Year() > 2040 { break }
			for d := c.Day(end) - 2; d <= c.Day(end)+2; d++ {
				// oracle
				var want time.Time
				for want = d.midnight().Add(-15 * time.Hour); dayOf(want.In(c.location)) < d; want = want.Add(time.Minute) {}
				if got := c.Start(d); !got.Equal(want) { n++; fmt.Println("START", f.Name, d, got, want.In(c.location)) }
				for x := want.Add(-2*time.Hour); x.Before(want.Add(2*time.Hour)); x = x.Add(time.Minute) {
					dd := c.Day(x)
					if x.Before(c.Start(dd)) || !x.Before(c.End(dd)) { n++; fmt.Println("DAY", f.Name, x.In(c.location), dd, c.Start(dd), c.End(dd)); break }
				}
			}
			at = end
		}
		_ = n
	}
}

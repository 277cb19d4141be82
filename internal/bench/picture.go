package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The picture's size and margins in pixels.
const (
	pictureWidth, pictureHeight = 720, 360
	marginLeft, marginBottom    = 60, 40
	marginRight, marginTop      = 190, 20
)

// growth draws seconds per million rows by rows, for the product and the floor
// on each database: a line that stays level grows in proportion.
func growth(measurements []measurement) string {
	series := map[string][][2]float64{} // name: rows and seconds per million
	var names []string
	most := 0.0
	for _, m := range measurements {
		if m.Videos != 10_000 || m.Skew != "natural" || m.Layout != "" {
			continue
		}
		for _, contestant := range []string{product, floor} {
			name := m.Machine.Database + ", " + contestant
			if _, known := series[name]; !known {
				names = append(names, name)
			}
			for _, s := range m.Sizes {
				perMillion := s.median(contestant).Seconds() / (float64(s.Rows) / million)
				series[name] = append(series[name], [2]float64{float64(s.Rows), perMillion})
				most = max(most, perMillion)
			}
		}
	}
	most = max(most, 0.1) * 1.1
	x := func(rows float64) float64 {
		return marginLeft + math.Log10(rows/million)/2*(pictureWidth-marginLeft-marginRight)
	}
	y := func(seconds float64) float64 {
		return pictureHeight - marginBottom - seconds/most*(pictureHeight-marginTop-marginBottom)
	}
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", pictureWidth, pictureHeight)
	fmt.Fprintf(&svg, `<rect width="%d" height="%d" fill="white"/>`+"\n", pictureWidth, pictureHeight)
	for _, rows := range []float64{1, 3, 10, 30, 100} {
		fmt.Fprintf(&svg, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#eee"/><text x="%.1f" y="%d" text-anchor="middle">%g M</text>`+"\n",
			x(rows*million), marginTop, x(rows*million), pictureHeight-marginBottom, x(rows*million), pictureHeight-marginBottom+18, rows)
	}
	for seconds := 0.0; seconds <= most; seconds += 0.25 {
		fmt.Fprintf(&svg, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#eee"/><text x="%d" y="%.1f" text-anchor="end">%.2f s</text>`+"\n",
			marginLeft, y(seconds), pictureWidth-marginRight, y(seconds), marginLeft-6, y(seconds)+4, seconds)
	}
	colours := []string{"#2350d9", "#9db2f0", "#c2410c", "#f0b79d"}
	for i, name := range names {
		colour := colours[i%len(colours)]
		points := sortedPoints(series[name])
		var line strings.Builder
		for _, point := range points {
			fmt.Fprintf(&line, "%.1f,%.1f ", x(point[0]), y(point[1]))
			fmt.Fprintf(&svg, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x(point[0]), y(point[1]), colour)
		}
		fmt.Fprintf(&svg, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", line.String(), colour)
		fmt.Fprintf(&svg, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n", pictureWidth-marginRight+12, marginTop+16+18*i, colour, shortName(name))
	}
	svg.WriteString("</svg>\n")
	return svg.String()
}

func sortedPoints(points [][2]float64) [][2]float64 {
	slices.SortFunc(points, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	return points
}

// shortName drops a distribution's suffix from a database's version.
func shortName(name string) string {
	database, contestant, _ := strings.Cut(name, ", ")
	version, _, _ := strings.Cut(database, "-")
	if strings.Contains(database, "MariaDB") {
		version = "MariaDB " + version
	}
	return version + ", " + contestant
}

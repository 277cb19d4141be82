package daylog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

const (
	// layoutAttempts bounds how often [Log.Add] looks again when others
	// add days at the same time. Each attempt that was lost to them means that
	// another one added some.
	layoutAttempts = 20
	// busyAttempts bounds how often it waits for those who use the log: all that
	// writes to the log waits behind it.
	busyAttempts = 5
)

// Add makes room for the days from first to last, and for those between them and
// the days that are there, since an empty day is settled too. It returns the days
// that it added, in order. Running it again, or more than once at the same time, adds
// nothing twice. Before each try, of which the last adds nothing, check is given the days that are there; what it
// returns ends the call.
func (l *Log) Add(ctx context.Context, first, last settlement.Day, check func(present []Partition) error) (added []settlement.Day, err error) {
	defer func() {
		slices.Sort(added)
		added = slices.Compact(added)
	}()
	for attempt := 1; attempt <= layoutAttempts; attempt++ {
		var more []settlement.Day
		more, err = l.addMissing(ctx, first, last, check)
		added = append(added, more...)
		switch {
		case err == nil && len(more) == 0:
			return added, nil
		case err == nil: // what others removed meanwhile is missing now
		case errors.Is(err, settlement.ErrBusy) && attempt < busyAttempts || layoutChanged(err):
		default:
			return added, err
		}
	}
	return added, err
}

// layoutChanged tells whether partitions could not be added because others came
// or went after their layout was read.
func layoutChanged(err error) bool {
	number := server.ErrorNumber(err)
	return number == server.RangeNotIncreasing || number == server.SameNamePartition || number == server.ReorganizeOutOfRange
}

// addMissing adds what is missing in the layout that it finds. No lock holds
// across DDL, so the layout may change meanwhile: the server then refuses the
// borders, which no longer fit, or adds days above a gap.
func (l *Log) addMissing(ctx context.Context, first, last settlement.Day, check func([]Partition) error) ([]settlement.Day, error) {
	present, err := l.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	if err := check(present); err != nil {
		return nil, err
	}
	from, to := first, last
	if len(present) > 0 {
		from, to = min(from, present[0].Day), max(to, present[len(present)-1].Day)
	}
	if to-from >= maxPartitions {
		return nil, settlement.Errorf(settlement.ErrTooManyDays, settlement.Period{}, "the %s would span %s, from %s to %s: at most %d are kept; is a date wrong?",
			l.name, settlement.Count(int(to-from)+1, "day"), from, to, maxPartitions)
	}
	if len(present) == 0 {
		return l.reorganizeFloor(ctx, from, to)
	}
	added, err := l.reorganizeFloor(ctx, from, present[0].Day-1)
	if err != nil {
		return nil, err
	}
	filled, err := l.fillGaps(ctx, present)
	added = append(added, filled...)
	if err != nil {
		return added, err
	}
	above, err := l.addAbove(ctx, present[len(present)-1].Day+1, to)
	return append(added, above...), err
}

// fillGaps cuts the days of gaps out of the days above them, which have their rows.
func (l *Log) fillGaps(ctx context.Context, present []Partition) (filled []settlement.Day, err error) {
	for i, above := range present[1:] {
		from := present[i].Day + 1
		if from == above.Day {
			continue
		}
		_, definitions := definePartitions(from, above.Day)
		if err := l.alter(ctx, fmt.Sprintf(`
		REORGANIZE PARTITION %s INTO (
			%s
		)`, above.Name(), definitions)); err != nil {
			return filled, fmt.Errorf("add partitions %s to %s: %w", from, above.Day-1, err)
		}
		for day := from; day < above.Day; day++ {
			filled = append(filled, day)
		}
	}
	return filled, nil
}

// reorganizeFloor cuts the days out of the empty floor below the first day.
func (l *Log) reorganizeFloor(ctx context.Context, from, to settlement.Day) ([]settlement.Day, error) {
	if from > to {
		return nil, nil
	}
	days, definitions := definePartitions(from, to)
	if err := l.alter(ctx, fmt.Sprintf(`
		REORGANIZE PARTITION %s INTO (
			PARTITION %s VALUES LESS THAN ('%s'),
			%s
		)`, floorPartition, floorPartition, from, definitions)); err != nil {
		return nil, fmt.Errorf("add partitions %s to %s: %w", from, to, err)
	}
	return days, nil
}

func (l *Log) addAbove(ctx context.Context, from, to settlement.Day) ([]settlement.Day, error) {
	if from > to {
		return nil, nil
	}
	days, definitions := definePartitions(from, to)
	if err := l.alter(ctx, fmt.Sprintf(`
		ADD PARTITION (
			%s
		)`, definitions)); err != nil {
		return nil, fmt.Errorf("add partitions %s to %s: %w", from, to, err)
	}
	return days, nil
}

func definePartitions(from, to settlement.Day) (days []settlement.Day, definitions string) {
	var lines []string
	for day := from; day <= to; day++ {
		days = append(days, day)
		lines = append(lines, fmt.Sprintf("PARTITION %s VALUES LESS THAN ('%s')", partitionName(day), day+1))
	}
	return days, strings.Join(lines, ",\n\t\t\t")
}

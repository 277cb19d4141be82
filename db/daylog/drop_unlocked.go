package daylog

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// dropUnlocked drops the day on a server that has no table locks, in steps of which
// none loses a row that comes meanwhile:
//
//  1. The epoch is raised. Transactions that wrote to the log have ended then, and
//     rows that come from now on can be told from those that were seen.
//  2. The rows are counted. The day stays if they are not those that were seen.
//  3. Its partition gets another name. From here on the day is dropped: who reads it
//     by its name is told so, and what comes for it is as late as what comes
//     afterwards. The server copies the day's rows for it.
//  4. What is under the other name is deleted, but for what came since: see
//     [Log.finishDrop].
//
// The server may take a step after whoever asked for it has left. A drop that
// breaks off after the third step is finished by the next one.
func (l *Log) dropUnlocked(ctx context.Context, day Droppable) error {
	since, err := l.RaiseEpoch(ctx) // also behind each change that an earlier drop has asked for
	if err != nil {
		return err
	}
	if err := l.finishDrops(ctx); err != nil {
		return err
	}
	if there, err := l.Has(ctx, day.Day); err != nil || !there { // it was one of them
		return err
	}
	if err := l.checkSeen(ctx, l.pool, day); err != nil {
		return err
	}
	dropping := OnTime{Day: day.Day, LateFrom: since}
	// No insert waits behind this: it may take as long as it takes. Other changes of the
	// log do, such as those of a close, which are tried again.
	if err := l.alterOn(ctx, l.pool, fmt.Sprintf(`
			REORGANIZE PARTITION %s INTO (
				PARTITION %s VALUES LESS THAN ('%s')
			)`, partitionName(day.Day), droppingName(dropping), day.Day+1)); err != nil {
		return err
	}
	return l.finishDrop(ctx, dropping)
}

// droppingName is the name of the partition, and the end of that of the table, with
// the rows of a day that is being dropped. Rows that are late by it have come since.
func droppingName(day OnTime) string {
	return fmt.Sprintf("d%s_%d", partitionName(day.Day), day.LateFrom)
}

var droppingPattern = regexp.MustCompile(`dp(\d{4})(\d{2})(\d{2})_(\d+)$`)

// aside is the table to which the rows of a day go that is being dropped.
func (l *Log) aside(day OnTime) string { return l.table + "_" + droppingName(day) }

// finishDrops finishes the drops of days that broke off.
func (l *Log) finishDrops(ctx context.Context) error {
	var names []string
	if err := l.pool.SelectContext(ctx, &names, `
		SELECT PARTITION_NAME
		FROM information_schema.PARTITIONS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND PARTITION_NAME LIKE 'dp%'
		UNION
		SELECT TABLE_NAME
		FROM information_schema.TABLES
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE ?`, l.table, l.table+`\_dp%`); err != nil {
		return fmt.Errorf("look for days that are being dropped: %w", err)
	}
	for _, name := range names {
		parts := droppingPattern.FindStringSubmatch(name)
		if parts == nil {
			continue
		}
		day, err := settlement.ParseDay(strings.Join(parts[1:4], "-"))
		if err != nil {
			return fmt.Errorf("partition or table %s: %w", name, err)
		}
		since, err := strconv.ParseInt(parts[4], 10, 64)
		if err != nil {
			return fmt.Errorf("partition or table %s: %w", name, err)
		}
		if err := l.finishDrop(ctx, OnTime{day, since}); err != nil {
			return fmt.Errorf("finish the drop of %s: %w", day, err)
		}
	}
	return nil
}

// finishDrop deletes the rows of a day whose partition has got its other name,
// wherever an earlier one broke off. They change places with an empty table, the
// floor takes the place of the partition, as it has rows then that came since at
// most, and what came before goes there, too, before the table is dropped.
func (l *Log) finishDrop(ctx context.Context, day OnTime) error {
	err := l.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		// One at a time: a second exchange would undo the first.
		if _, err := l.newestEpoch(ctx, tx, "FOR UPDATE"); err != nil {
			return err
		}
		if err := l.setAside(ctx, day); err != nil {
			return err
		}
		columns := l.columns().List()
		if _, err := l.pool.ExecContext(ctx, `
			INSERT INTO `+l.table+` (`+columns+`, epoch)
			SELECT `+columns+`, epoch
			FROM `+l.aside(day)+`
			WHERE epoch >= ?
			ON DUPLICATE KEY UPDATE `+l.table+`.`+l.id+` = VALUES(`+l.id+`)`, day.LateFrom); err != nil {
			return err
		}
		_, err := l.pool.ExecContext(ctx, `DROP TABLE `+l.aside(day))
		return err
	})
	if server.ErrorNumber(err) == server.NoSuchTable { // another one has finished it
		return nil
	}
	return err
}

// setAside takes the partition of a day that is being dropped out of the log, and
// its rows to a table. What was done already stays.
func (l *Log) setAside(ctx context.Context, day OnTime) error {
	name, aside := droppingName(day), l.aside(day)
	var rows bool
	err := l.pool.GetContext(ctx, &rows, `SELECT EXISTS (SELECT 1 FROM `+l.table+` PARTITION (`+name+`))`)
	if server.ErrorNumber(err) == server.UnknownPartition {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := l.pool.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+aside+` LIKE `+l.table); err != nil {
		return err
	}
	if _, err := l.pool.ExecContext(ctx, `ALTER TABLE `+aside+` REMOVE PARTITIONING`); err != nil && server.ErrorNumber(err) != server.NotPartitioned {
		return err
	}
	if err := l.pool.GetContext(ctx, &rows, `SELECT EXISTS (SELECT 1 FROM `+aside+`)`); err != nil {
		return err
	}
	if !rows { // else they have changed places before
		if err := l.alterOn(ctx, l.pool, `EXCHANGE PARTITION `+name+` WITH TABLE `+aside); err != nil {
			return err
		}
	}
	return l.alterOn(ctx, l.pool, floorUpTo(day.Day+1, name))
}

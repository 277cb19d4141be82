package daylog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
)

// Insert adds the rows that the indexes name, in the caller's transaction; their
// partitions must exist. Those that are there already are left alone; those that
// are there with other figures are returned as conflicts, by index. Rows that are
// sorted as the log is, by its key, are stored fastest.
func (r *rows[Row, Fact, Late]) Insert(ctx context.Context, tx *sqlx.Tx, rows []Row, indexes []int) (added int64, conflicts []int, err error) {
	for part := range slices.Chunk(indexes, server.RowsPerInsert) {
		statement, err := r.insert(rows, part)
		if err != nil {
			return 0, nil, err
		}
		result, err := tx.ExecContext(ctx, statement)
		if err != nil {
			return 0, nil, err
		}
		fresh, err := result.RowsAffected()
		if err != nil {
			return 0, nil, err
		}
		added += fresh
		if fresh == int64(len(part)) {
			continue
		}
		if err := r.eachStored(ctx, tx, rows, part, func(i int, stored *Row) {
			if rows[i] != *stored {
				conflicts = append(conflicts, i)
			}
		}); err != nil {
			return 0, nil, err
		}
	}
	return added, conflicts, nil
}

// Stored are those of the indexes whose rows are there already, with whatever figures.
func (r *rows[Row, Fact, Late]) Stored(ctx context.Context, tx *sqlx.Tx, rows []Row, indexes []int) (stored []int, err error) {
	for part := range slices.Chunk(indexes, server.RowsPerInsert) {
		if err := r.eachStored(ctx, tx, rows, part, func(i int, _ *Row) { stored = append(stored, i) }); err != nil {
			return nil, err
		}
	}
	return stored, nil
}

// insert writes one statement for all rows that the indexes name. It holds
// nothing but numbers and words, so it needs no escaping; one assignment that
// changes nothing makes the server pass over rows that are there already
// without, as INSERT IGNORE would, hiding other errors.
func (r *rows[Row, Fact, Late]) insert(rows []Row, indexes []int) (string, error) {
	statement := []byte(`
		INSERT INTO ` + r.table + ` (` + r.columns().List() + `)
		VALUES `)
	for n, i := range indexes {
		if n > 0 {
			statement = append(statement, ',')
		}
		statement = append(statement, '(')
		var err error
		if statement, err = r.appendValues(&rows[i], statement); err != nil {
			return "", err
		}
		statement = append(statement, ')')
	}
	return string(append(statement, `
		ON DUPLICATE KEY UPDATE `+r.id+` = VALUES(`+r.id+`)`...)), nil
}

func appendNumbers(statement []byte, numbers ...int64) []byte {
	for _, number := range numbers {
		statement = strconv.AppendInt(append(statement, ','), number, 10)
	}
	return statement
}

// appendTime writes a time as a number: as text it costs the server more.
func appendTime(statement []byte, at int64) []byte {
	return time.UnixMilli(at).UTC().AppendFormat(append(statement, ','), "20060102150405.000")
}

// appendWord quotes a word of letters that need no escaping.
func appendWord(statement []byte, word string) ([]byte, error) {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return nil, fmt.Errorf("%q cannot be stored: only a-z, 0-9, _ and - can", word)
	}
	statement = append(append(statement, ",'"...), word...)
	return append(statement, '\''), nil
}

// eachStored gives found the index of each of the rows that is there, and what is stored.
func (r *rows[Row, Fact, Late]) eachStored(ctx context.Context, tx *sqlx.Tx, rows []Row, indexes []int, found func(i int, stored *Row)) error {
	wanted := make(map[Row][]int, len(indexes))
	placeholders := "(" + r.key.Each("?") + ")"
	query := `
		SELECT
			` + r.columns().Joined("%s", ",\n\t\t\t") + `
		FROM ` + r.table + `
		WHERE (` + r.key.List() + `) IN (`
	args := make([]any, 0, len(r.key)*len(indexes))
	for n, i := range indexes {
		key := r.keyOf(rows[i])
		if wanted[key] = append(wanted[key], i); len(wanted[key]) > 1 {
			continue
		}
		if n > 0 {
			query += ", "
		}
		query += placeholders
		args = append(args, r.columnsOf(&key)[:len(r.key)]...)
	}
	if err := server.EachRow(ctx, tx, func(row *sqlx.Rows) error {
		var stored Row
		if err := row.Scan(r.columnsOf(&stored)...); err != nil {
			return err
		}
		for _, i := range wanted[r.keyOf(stored)] {
			found(i, &stored)
		}
		return nil
	}, query+")", args...); err != nil {
		return fmt.Errorf("compare with stored %s: %w", r.rows, err)
	}
	return nil
}

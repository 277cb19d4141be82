package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
)

// The tables are like those of the money: one as the books, one as the logs. They
// are no migrations, because a server is probed before it gets the first of these.
// Rows of owner 0 stay; a program that probes has rows of a random owner.
const (
	createBook = `
		CREATE TABLE IF NOT EXISTS server_probe (
			owner  BIGINT NOT NULL PRIMARY KEY,
			figure BIGINT NOT NULL,
			CONSTRAINT server_probe_figure_chk CHECK (figure >= 0)
		) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`

	createLog = `
		CREATE TABLE IF NOT EXISTS server_probe_log (
			day    DATE   NOT NULL,
			owner  BIGINT NOT NULL,
			place  BIGINT NOT NULL,
			PRIMARY KEY (day, owner, place)
		) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
		PARTITION BY RANGE COLUMNS (day) (
			PARTITION p20000101 VALUES LESS THAN ('2000-01-02'),
			PARTITION p20000102 VALUES LESS THAN ('2000-01-03')
		)`

	// firstDay has places from 1 on, lastDay those that follow.
	firstDay, lastDay = "2000-01-01", "2000-01-02"
	ofLastDay         = "server_probe_log PARTITION (p20000102)"
	placesADay        = 8
)

var errNotMigrated = errors.New("the rows that stay are not there")

// Prepare makes what [Check] and [CheckReads] ask with, where it is not there yet.
func Prepare(ctx context.Context, pool *server.Pool) error {
	var places []string
	for place := 2 * placesADay; place > 0; place-- { // against the order of the key
		day := firstDay
		if place > placesADay {
			day = lastDay
		}
		places = append(places, fmt.Sprintf("('%s', 0, %d)", day, place))
	}
	for _, statement := range []string{
		createBook,
		createLog,
		`INSERT IGNORE INTO server_probe_log (day, owner, place) VALUES ` + strings.Join(places, ", "),
	} {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("prepare the probe of the server: %w", err)
		}
	}
	return nil
}

// insert writes a row of the prober's into each table.
func (p *prober) insert(ctx context.Context, tx *sqlx.Tx) error {
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO server_probe (owner, figure)
		VALUES (?, 0)`, p.owner); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO server_probe_log (day, owner, place)
		VALUES (?, ?, 0)`, firstDay, p.owner)
	return err
}

// seen is how many rows of the prober's the session sees.
func (p *prober) seen(ctx context.Context, session *sqlx.Conn) (rows int, err error) {
	err = session.GetContext(ctx, &rows, `
		SELECT
			(SELECT COUNT(*) FROM server_probe WHERE owner = ?) +
			(SELECT COUNT(*) FROM server_probe_log WHERE day = ? AND owner = ?)`, p.owner, firstDay, p.owner)
	return rows, err
}

func (p *prober) remove(ctx context.Context, session *sqlx.Conn) error {
	if _, err := session.ExecContext(ctx, `
		DELETE FROM server_probe
		WHERE owner = ?`, p.owner); err != nil {
		return err
	}
	_, err := session.ExecContext(ctx, `
		DELETE FROM server_probe_log
		WHERE day = ? AND owner = ?`, firstDay, p.owner)
	return err
}

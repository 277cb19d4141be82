package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Rules are the versions of one kind of rule: of the prices, or of the fees. A
// version holds from its first day until that of the next one. A day that begins
// records the version that holds on it; what that says never changes from then on.
type Rules[R Rule] struct {
	pool *server.Pool
	ruleKind[R]
}

// Rule is one version: a struct whose db tags name the columns of its head.
type Rule interface {
	Validate() error // what is wrong with it, all of it at once
	String() string  // all that it says: rules with the same text are equal
}

// ruleKind is what the kinds of rules differ in.
type ruleKind[R Rule] struct {
	name       string // of one of them
	what       string // a rule says
	refusal    settlement.ErrorKind
	table      string // of the heads: version, holds_from, and what else a version has once
	partsTable string // whose rows, each with a version, make up the rules
	recorded   string // column of runs
	head       func(*R) (version *int64, holdsFrom *settlement.Day)
	readParts  func(ctx context.Context, from sqlx.QueryerContext, rule *R) error
	writeParts func(ctx context.Context, tx *sqlx.Tx, rule R) error
}

func (k ruleKind[R]) columns() server.Columns {
	var rule R
	return server.ColumnsOf(rule)
}

func (k ruleKind[R]) refuse(format string, args ...any) error {
	return settlement.Errorf(k.refusal, settlement.Period{}, format, args...)
}

// Version is the rule with the given version.
func (r *Rules[R]) Version(ctx context.Context, version int64) (R, error) {
	return r.read(ctx, r.pool, "version = ?", version)
}

// on is the newest version that holds on the day.
func (r *Rules[R]) on(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (R, error) {
	rule, err := r.read(ctx, from, "holds_from <= ?", day)
	if errors.Is(err, sql.ErrNoRows) {
		err = r.refuse("no %s holds on %s", r.name, day)
	}
	return rule, err
}

// read reads the newest rule that meets the condition and refuses one that no
// day could be settled by.
func (r *Rules[R]) read(ctx context.Context, from sqlx.QueryerContext, condition string, arg any) (rule R, err error) {
	if err := sqlx.GetContext(ctx, from, &rule, `
		SELECT `+r.columns().List()+`
		FROM `+r.table+`
		WHERE `+condition+`
		ORDER BY holds_from DESC
		LIMIT 1`, arg); err != nil {
		return rule, fmt.Errorf("read %s (%s, %v): %w", r.name, condition, arg, err)
	}
	if err := r.readParts(ctx, from, &rule); err != nil {
		return rule, err
	}
	if err := rule.Validate(); err != nil {
		version, _ := r.head(&rule)
		return rule, r.refuse("%s %d: %s", r.name, *version, err)
	}
	return rule, nil
}

// RuleVersion is a version of the rules and what became of it.
type RuleVersion[R Rule] struct {
	Rule    R
	Problem string // why no run can use it; empty if any can
	Days    int64  // that were begun by it
}

// Versions are all versions, by the day from which they hold.
func (r *Rules[R]) Versions(ctx context.Context) (versions []RuleVersion[R], err error) {
	var heads []struct {
		Version int64 `db:"version"`
		Days    int64 `db:"days"`
	}
	if err := r.pool.SelectContext(ctx, &heads, `
		SELECT
			v.version,
			(
				SELECT COUNT(*)
				FROM runs r
				WHERE r.kind = ? AND r.version = ? AND r.`+r.recorded+` = v.version
			) AS days
		FROM `+r.table+` v
		ORDER BY v.holds_from`, settlement.Daily, runVersion); err != nil {
		return nil, fmt.Errorf("list %s: %w", r.what, err)
	}
	for _, head := range heads {
		version := RuleVersion[R]{Days: head.Days}
		version.Rule, err = r.Version(ctx, head.Version)
		if errors.Is(err, r.refusal) {
			version.Problem = err.Error()
		} else if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	return versions, nil
}

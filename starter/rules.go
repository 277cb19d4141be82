package main

import (
	"context"
	"errors"
	"fmt"

	"creatorpay/db"
	"creatorpay/settlement"
)

// ruleFlags are the flags of every command that changes the prices or the fees.
type ruleFlags struct {
	databaseFlags
	From   settlement.Day `required:"" placeholder:"DATE" help:"First day that is settled by them."`
	DryRun bool           `help:"Only say what would be done."`
}

// listRules prints all versions, and fails if a run could not use one of them.
func listRules[R db.Rule](ctx context.Context, rules *db.Rules[R], text func([]db.RuleVersion[R]) string) error {
	versions, err := rules.Versions(ctx)
	if err != nil {
		return err
	}
	fmt.Print(text(versions))
	var problems []error
	for _, version := range versions {
		if version.Problem != "" {
			problems = append(problems, errors.New(version.Problem))
		}
	}
	return errors.Join(problems...)
}

func addRule[R db.Rule](ctx context.Context, rules *db.Rules[R], rule R, flags ruleFlags) error {
	version, added, err := rules.Add(ctx, rule, flags.DryRun)
	if err != nil {
		return err
	}
	fmt.Printf("version %d %s: from %s on, %s\n", version, addition(added, flags.DryRun), flags.From, rule)
	return nil
}

// addition says what became of an addition.
func addition(added, rehearsal bool) string {
	switch {
	case !added:
		return "is there already"
	case rehearsal:
		return "would be added"
	default:
		return "added"
	}
}

func removeRule[R db.Rule](ctx context.Context, rules *db.Rules[R], flags ruleFlags) error {
	version, err := rules.Remove(ctx, flags.From, flags.DryRun)
	if err != nil {
		return err
	}
	done := "removed"
	if flags.DryRun {
		done = "would be removed"
	}
	fmt.Printf("version %d %s: it held from %s on\n", version, done, flags.From)
	return nil
}

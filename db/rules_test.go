package db

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// testedRules are one kind of rule, on a database with room of its own.
type testedRules struct {
	db       *DB
	what     string
	recorded func(Run) int64
	add      func(from settlement.Day, says saying, rehearsal bool) (version int64, added bool, err error)
	insert   func(tx *sqlx.Tx, version int64, from settlement.Day, says saying) error // unchecked
	rule     func(version int64, from settlement.Day, says saying) Rule
	remove   func(from settlement.Day, rehearsal bool) (version int64, err error)
	versions func() []RuleVersion[Rule]
}

// saying chooses what a new rule says.
type saying int

const (
	something    saying = iota // else than the first version
	anotherThing               // than something
	nothing                    // so that no run can use it
)

// forPricesAndFees runs the test with each kind of rule.
func forPricesAndFees(t *testing.T, test func(*testing.T, testedRules)) {
	t.Run("prices", func(t *testing.T) {
		db := openWithRoom(t)
		test(t, tested(t, db, db.Prices, newPrices))
	})
	t.Run("fees", func(t *testing.T) {
		db := openWithRoom(t)
		test(t, tested(t, db, db.Fees, newFees))
	})
}

func tested[R Rule](t *testing.T, db *DB, rules *Rules[R], newRule func(from settlement.Day, says saying) R) testedRules {
	numbered := func(version int64, from settlement.Day, says saying) R {
		rule := newRule(from, says)
		number, _ := rules.head(&rule)
		*number = version
		return rule
	}
	return testedRules{
		db: db, what: rules.what,
		recorded: func(run Run) int64 {
			return read[int64](t, db, `SELECT `+rules.recorded+` FROM runs WHERE starts_on = ?`, run.StartsOn)
		},
		add: func(from settlement.Day, says saying, rehearsal bool) (int64, bool, error) {
			return rules.Add(t.Context(), newRule(from, says), rehearsal)
		},
		insert: func(tx *sqlx.Tx, version int64, from settlement.Day, says saying) error {
			return rules.insert(t.Context(), tx, numbered(version, from, says))
		},
		rule: func(version int64, from settlement.Day, says saying) Rule { return numbered(version, from, says) },
		remove: func(from settlement.Day, rehearsal bool) (int64, error) {
			return rules.Remove(t.Context(), from, rehearsal)
		},
		versions: func() (found []RuleVersion[Rule]) {
			versions, err := rules.Versions(t.Context())
			require.NoError(t, err)
			for _, version := range versions {
				found = append(found, RuleVersion[Rule]{version.Rule, version.Problem, version.Days})
			}
			return found
		},
	}
}

// insertNow inserts a version behind the methods' back.
func (r testedRules) insertNow(t *testing.T, version int64, from settlement.Day, says saying) {
	t.Helper()
	hold(t, r.db, func(tx *sqlx.Tx) error { return r.insert(tx, version, from, says) })()
}

func TestR4R14_ARunTakesTheNewestRulesThatHoldOnItsDay(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		rules.insertNow(t, 2, monday, something)
		rules.insertNow(t, 3, monday+1, anotherThing)

		require.EqualValues(t, 2, rules.recorded(begin(t, rules.db, monday)))
	})
}

func TestR4R14_ADayInTheBookKeepsItsRulesWhateverNewerOnesAre(t *testing.T) {
	for name, says := range map[string]saying{"usable": something, "not usable": nothing} {
		t.Run(name, func(t *testing.T) {
			forPricesAndFees(t, func(t *testing.T, rules testedRules) {
				before := begin(t, rules.db, monday)
				rules.insertNow(t, 2, monday, says)

				require.Equal(t, before, begin(t, rules.db, monday))
				require.EqualValues(t, 1, rules.recorded(before))
			})
		})
	}
}

func TestR4R14_NoDayBeginsWithoutRulesThatCanBeUsed(t *testing.T) {
	for problem, prepare := range map[string]func(*testing.T, testedRules){
		"rule 2: ": func(t *testing.T, rules testedRules) { rules.insertNow(t, 2, monday, nothing) },
		"rule holds on 2024-05-06": func(t *testing.T, rules testedRules) {
			_, err := rules.remove(0, false)
			require.NoError(t, err)
		},
	} {
		t.Run(problem, func(t *testing.T) {
			forPricesAndFees(t, func(t *testing.T, rules testedRules) {
				prepare(t, rules)

				_, err := rules.db.BeginDay(t.Context(), monday, me, window)

				require.ErrorIs(t, err, settlement.ErrorKind(rules.what))
				require.ErrorContains(t, err, problem)
			})
		})
	}
}

func TestR4R14_NewRulesHoldFromTheirDayOn(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		closedWith(t, rules.db, monday)

		version, added, err := rules.add(monday+1, something, false)

		require.NoError(t, err)
		require.True(t, added)
		require.EqualValues(t, 2, version)
		require.EqualValues(t, 2, rules.recorded(begin(t, rules.db, monday+1)))

		version, added, err = rules.add(monday+1, something, false)
		require.NoError(t, err, "also when days have begun by them")
		require.False(t, added)
		require.EqualValues(t, 2, version)
	})
}

func TestR4R14_RulesAreStoredAsTheyWereAdded(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		version, _, err := rules.add(monday, something, false)
		require.NoError(t, err)

		require.Equal(t, rules.rule(version, monday, something), rules.versions()[1].Rule)
	})
}

func TestR4R14_RulesThatCannotHoldAreRefused(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		begin(t, rules.db, monday)
		_, _, err := rules.add(monday+5, something, false)
		require.NoError(t, err)
		before := rules.versions()
		for problem, rule := range map[string]struct {
			from settlement.Day
			says saying
		}{
			"the " + rules.what + " of 2024-05-06 are fixed, since 2024-05-06 has begun: they can change from 2024-05-07 on":  {monday, something},
			"the " + rules.what + " of 2024-05-01 are fixed":                                                                  {monday - 5, something},
			"version 2 holds from 2024-05-11 with other " + rules.what + ": " + before[1].Rule.String() + "; remove it first": {monday + 5, anotherThing},
			"": {monday + 1, nothing}, // which the rule itself refuses
		} {
			_, _, err := rules.add(rule.from, rule.says, false)

			var refused *settlement.Error
			require.ErrorIs(t, err, settlement.ErrorKind(rules.what))
			require.ErrorAs(t, err, &refused)
			require.ErrorContains(t, refused, problem)
		}
		require.Equal(t, before, rules.versions())
	})
}

func TestR4R14_ARehearsalChangesNoRules(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		before := rules.versions()

		version, added, err := rules.add(monday, something, true)
		require.NoError(t, err)
		require.True(t, added)
		require.EqualValues(t, 2, version)
		version, err = rules.remove(0, true)
		require.NoError(t, err)
		require.EqualValues(t, 1, version)

		require.Equal(t, before, rules.versions())
	})
}

func TestR4R14_RulesAreTakenBackUntilADayHasBegun(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		for _, from := range []settlement.Day{monday, monday + 1} {
			_, _, err := rules.add(from, something, false)
			require.NoError(t, err)
		}
		begin(t, rules.db, monday)

		version, err := rules.remove(monday+1, false)
		require.NoError(t, err)
		require.EqualValues(t, 3, version)
		_, err = rules.remove(monday, false)
		require.ErrorContains(t, err, "the "+rules.what+" of 2024-05-06 are fixed, since 2024-05-06 has begun")
		_, err = rules.remove(monday+1, false)
		require.ErrorContains(t, err, "no "+rules.what+" hold from 2024-05-07")

		versions := rules.versions()
		require.Len(t, versions, 2)
		require.EqualValues(t, 0, versions[0].Days)
		require.EqualValues(t, 1, versions[1].Days)
	})
}

func TestR4R14_NoDayBeginsWhileRulesChange(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		commit := hold(t, rules.db, func(tx *sqlx.Tx) error {
			if err := lockBeginnings(t.Context(), tx, "FOR UPDATE"); err != nil {
				return err
			}
			return rules.insert(tx, 2, monday, something)
		})
		begun := make(chan Run, 1)
		go func() {
			run, _ := rules.db.BeginDay(t.Context(), monday, me, window)
			begun <- run
		}()
		awaitBlocked(t, rules.db, 1)

		commit()

		require.EqualValues(t, 2, rules.recorded(<-begun))
	})
}

func TestR4R14_VersionsNameWhatNoRunCanUse(t *testing.T) {
	forPricesAndFees(t, func(t *testing.T, rules testedRules) {
		rules.insertNow(t, 2, monday, nothing)

		versions := rules.versions()

		require.Len(t, versions, 2)
		require.Empty(t, versions[0].Problem)
		require.Contains(t, versions[1].Problem, "rule 2: ")
	})
}

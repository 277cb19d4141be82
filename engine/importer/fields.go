package importer

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"creatorpay/engine/mailer"
)

// checkHeader makes sure that the header names each of the columns once, the
// further ones at most once, and nothing else.
func checkHeader(header, columns, further []string) error {
	var problems []string
	for _, column := range columns {
		if !slices.Contains(header, column) {
			problems = append(problems, column+" is missing")
		}
	}
	for i, name := range header {
		switch {
		case !slices.Contains(columns, name) && !slices.Contains(further, name):
			problems = append(problems, fmt.Sprintf("%q is unknown", name))
		case slices.Contains(header[:i], name):
			problems = append(problems, name+" is there twice")
		}
	}
	if len(problems) == 0 {
		return nil
	}
	text := strings.Join(columns, ",")
	if len(further) > 0 {
		text += " and may name " + strings.Join(further, ",")
	}
	return fmt.Errorf("the first line must name the columns %s, in any order: %s", text, strings.Join(problems, "; "))
}

// fields are a line's values by column. They remember the first problem with
// any of them, so that a line is read to its end before it is judged.
type fields struct {
	columns []string // as in the header
	values  [][]byte
	problem problem // its reason is empty as long as there is none
}

func (f *fields) value(column string) []byte {
	return f.values[slices.Index(f.columns, column)]
}

// optional is the value of a column that may be missing, or empty.
func (f *fields) optional(column string) string {
	if !slices.Contains(f.columns, column) {
		return ""
	}
	return string(f.value(column))
}

func (f *fields) fail(column, reason string) {
	if f.problem.reason == "" {
		f.problem = problem{column, reason}
	}
}

// number is what a column of numbers becomes.
type number interface{ int64 | uint32 }

// whole reads a number in decimal digits.
func whole[N number](f *fields, column string, least, most N) N {
	value, err := strconv.ParseUint(string(f.value(column)), 10, 64)
	if err != nil || value < uint64(least) || value > uint64(most) {
		f.fail(column, fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
	return N(value)
}

// text reads a text that is not blank and has at most longest characters.
func (f *fields) text(column string, longest int) string {
	text := string(f.value(column))
	if strings.TrimSpace(text) == "" {
		f.fail(column, "must not be empty")
	}
	if utf8.RuneCountInString(text) > longest {
		f.fail(column, fmt.Sprintf("must not be longer than %d characters", longest))
	}
	return text
}

// email reads a mail address that the mailer takes.
func (f *fields) email(column string) string {
	text := string(f.value(column))
	if err := mailer.CheckAddress(text); err != nil {
		f.fail(column, fmt.Sprintf("must be a mail address such as kim@example.com: %s", err))
	}
	return text
}

// choice reads one of the choices.
func (f *fields) choice(column string, choices ...string) string {
	text := string(f.value(column))
	if !slices.Contains(choices, text) {
		f.fail(column, "must be "+strings.Join(choices, " or "))
	}
	return text
}

// instant reads an RFC 3339 time, whose letters may be small ones, too.
func (f *fields) instant(column string) time.Time {
	text := f.value(column)
	var instant time.Time
	err := instant.UnmarshalText(text)
	if err != nil {
		err = instant.UnmarshalText(bytes.ToUpper(text))
	}
	if err != nil {
		f.fail(column, "must be a time with an offset, such as 2024-05-09T23:59:30.123+09:00")
	}
	return instant
}

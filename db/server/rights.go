package server

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// readingRights are those with which nothing can be changed. The last three show
// how replication goes.
var readingRights = []string{"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "REPLICATION CLIENT", "BINLOG MONITOR", "SLAVE MONITOR"}

// grant is a line of SHOW GRANTS: rights on a table, or roles that it names.
var grant = regexp.MustCompile("(?i)^GRANT (.+?) ON .+ TO |^GRANT (.+) TO ")

// RightsBeyondReading are the rights of the pool's user that a reader does not
// need, as the server names them; empty if the user can only read. A role counts
// as one, since the server does not say here what it allows.
func (p *Pool) RightsBeyondReading(ctx context.Context) (beyond []string, err error) {
	var lines []string
	if err := p.SelectContext(ctx, &lines, "SHOW GRANTS"); err != nil {
		return nil, fmt.Errorf("read the user's rights: %w", err)
	}
	for _, line := range lines {
		beyond = append(beyond, beyondReading(line)...)
	}
	slices.Sort(beyond)
	return slices.Compact(beyond), nil
}

// beyondReading are the rights that a line of SHOW GRANTS gives beyond reading.
func beyondReading(line string) (beyond []string) {
	found := grant.FindStringSubmatch(line)
	switch {
	case found == nil:
		return nil
	case found[2] != "":
		return []string{"the role " + found[2]}
	}
	for right := range strings.SplitSeq(columnLists.ReplaceAllString(found[1], ""), ",") {
		if right = strings.ToUpper(strings.TrimSpace(right)); !slices.Contains(readingRights, right) {
			beyond = append(beyond, right)
		}
	}
	if strings.Contains(strings.ToUpper(line), "WITH GRANT OPTION") {
		beyond = append(beyond, "GRANT OPTION")
	}
	return beyond
}

// columnLists are what rights on single columns name: SELECT (`name`, `email`).
var columnLists = regexp.MustCompile(`\s*\([^)]*\)`)

package replication

import (
	"fmt"
	"strconv"
	"strings"
)

// countMySQL is how many transactions a set of GTIDs has, such as
// "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:9:tag:1-3,…".
func countMySQL(set string) (transactions int64, err error) {
	for of := range strings.SplitSeq(set, ",") {
		for i, part := range strings.Split(strings.TrimSpace(of), ":") {
			// First the server's id, then intervals; what begins with a letter is a tag.
			if i == 0 || part[0] == '_' || part[0] >= 'a' {
				continue
			}
			from, to, isRange := strings.Cut(part, "-")
			if !isRange {
				to = from
			}
			first, err := strconv.ParseInt(from, 10, 64)
			if err != nil {
				return 0, unreadable(set)
			}
			last, err := strconv.ParseInt(to, 10, 64)
			if err != nil {
				return 0, unreadable(set)
			}
			transactions += last - first + 1
		}
	}
	return transactions, nil
}

// compareMariaDB compares two positions by the last sequence number of each
// domain, such as "0-1-1234,5-2-77": numbers of a domain go up by one.
func compareMariaDB(primary, replica string) (missing, stray int64, err error) {
	its, err := lastOfDomains(primary)
	if err != nil {
		return 0, 0, err
	}
	has, err := lastOfDomains(replica)
	if err != nil {
		return 0, 0, err
	}
	for domain, last := range its {
		missing += max(0, last-has[domain])
	}
	for domain, last := range has {
		stray += max(0, last-its[domain])
	}
	return missing, stray, nil
}

func lastOfDomains(position string) (map[string]int64, error) {
	last := map[string]int64{}
	if position == "" {
		return last, nil
	}
	for gtid := range strings.SplitSeq(position, ",") {
		parts := strings.Split(gtid, "-")
		if len(parts) != 3 {
			return nil, unreadable(position)
		}
		number, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return nil, unreadable(position)
		}
		last[parts[0]] = number
	}
	return last, nil
}

func unreadable(gtids string) error { return fmt.Errorf("GTIDs of an unknown form: %s", gtids) }

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

// mariaGTID is MariaDB's id of a transaction, such as "0-1-1234". Numbers of a
// domain go up by one, whoever writes.
type mariaGTID struct {
	domain, server string
	number         int64
}

// compareMariaDB compares positions, each of which has the last GTID of every domain.
// A number alone does not say that both have the same transactions up to it: after a
// primary was replaced, the old and the new one may have given it to different ones.
func compareMariaDB(primary, replica position) (missing, stray int64, err error) {
	var lists [4][]mariaGTID
	for i, list := range []string{primary.GTIDs, primary.Origins, replica.GTIDs, replica.Origins} {
		if lists[i], err = readMariaDB(list); err != nil {
			return 0, 0, err
		}
	}
	// Up to which number of a domain both have the same: what one server wrote went to both, or to one alone at the end.
	common := map[string]int64{}
	for _, its := range lists[1] {
		for _, has := range lists[3] {
			if its.domain == has.domain && its.server == has.server {
				common[its.domain] = max(common[its.domain], min(its.number, has.number))
			}
		}
	}
	for _, last := range lists[0] {
		missing += last.number - common[last.domain]
	}
	for _, last := range lists[2] {
		stray += last.number - common[last.domain]
	}
	return missing, stray, nil
}

func readMariaDB(list string) (gtids []mariaGTID, err error) {
	if list == "" {
		return nil, nil
	}
	for gtid := range strings.SplitSeq(list, ",") {
		parts := strings.Split(gtid, "-")
		if len(parts) != 3 {
			return nil, unreadable(list)
		}
		number, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return nil, unreadable(list)
		}
		gtids = append(gtids, mariaGTID{parts[0], parts[1], number})
	}
	return gtids, nil
}

func unreadable(gtids string) error { return fmt.Errorf("GTIDs of an unknown form: %s", gtids) }

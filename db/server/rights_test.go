package server

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRightsOfAReaderAreNotBeyondReading(t *testing.T) {
	for _, line := range []string{
		"GRANT USAGE ON *.* TO `reader`@`%` IDENTIFIED BY PASSWORD '*A'",
		"GRANT SELECT ON `creatorpay`.* TO `reader`@`%`",
		"GRANT SELECT, SHOW VIEW ON `creatorpay`.* TO `reader`@`%`",
		"GRANT SELECT (`name`, `email`) ON `creatorpay`.`creators` TO `reader`@`%`",
		"GRANT REPLICATION CLIENT ON *.* TO `reader`@`%`",
		"GRANT SLAVE MONITOR ON *.* TO `reader`@`%`",
	} {
		require.Empty(t, beyondReading(line), line)
	}
}

func TestRightsBeyondReadingAreNamed(t *testing.T) {
	for line, beyond := range map[string][]string{
		"GRANT SELECT, INSERT, UPDATE ON `creatorpay`.* TO `app`@`%`":                  {"INSERT", "UPDATE"},
		"GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION":          {"ALL PRIVILEGES", "GRANT OPTION"},
		"GRANT UPDATE (`name`, `email`) ON `creatorpay`.`creators` TO `app`@`%`":       {"UPDATE"},
		"GRANT `payers`@`%` TO `app`@`%`":                                              {"the role `payers`@`%`"},
		"GRANT SELECT, CREATE TEMPORARY TABLES ON `creatorpay`.* TO `app`@`%`":         {"CREATE TEMPORARY TABLES"},
		"GRANT APPLICATION_PASSWORD_ADMIN,AUDIT_ADMIN ON *.* TO `root`@`localhost`":    {"APPLICATION_PASSWORD_ADMIN", "AUDIT_ADMIN"},
		"GRANT PROXY ON ``@`` TO `root`@`localhost` WITH GRANT OPTION":                 {"PROXY", "GRANT OPTION"},
		"GRANT DELETE ON `creatorpay`.`watch_log` TO `app`@`%` IDENTIFIED BY 'hidden'": {"DELETE"},
	} {
		require.Equal(t, beyond, beyondReading(line), line)
	}
}

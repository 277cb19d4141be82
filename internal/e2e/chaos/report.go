package chaos

import (
	"fmt"
	"time"
)

// logf tells people how far it is.
func (c *Rig) logf(format string, args ...any) {
	c.T.Helper()
	c.T.Logf("%6.1fs  %s", time.Since(c.began).Seconds(), fmt.Sprintf(format, args...))
}

func (c *Rig) reportError(err error) {
	if err != nil {
		c.report("%v", err)
	}
}

func (c *Rig) reportIf(wrong bool, format string, args ...any) {
	if wrong {
		c.report(format, args...)
	}
}

// report notes what is wrong.
func (c *Rig) report(format string, args ...any) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *Rig) reportAll(of string, found []string) {
	for _, difference := range found {
		c.report("%s: %s", of, difference)
	}
}

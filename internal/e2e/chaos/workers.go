package chaos

import (
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"creatorpay/internal/e2e/rig"
)

// keepWorkerRunning starts the slot's worker, and again whenever it has ended, as
// systemd does.
func (c *Rig) keepWorkerRunning(slot int) {
	dsn := c.DSN(func(config *mysql.Config) { config.Addr = c.proxies[slot].Addr })
	fixed := slices.Concat([]string{dsn}, rig.MailSettings(c.inbox), []string{"SMTP_TIMEOUT=3s"}, c.setting) // for mail servers that hang
	for !c.isEnding() {
		c.servers.RLock() // a worker that finds no server ends at once
		worker := c.Start("worker", append(c.settingsOf(slot).environment(), fixed...))
		c.servers.RUnlock()
		if !c.registerWorker(slot, worker) {
			worker.Kill()
			return
		}
		<-worker.Ended
		if strings.Contains(worker.Stderr.String(), "panic:") {
			c.report("a worker has panicked:\n%s", rig.LastLines(worker.Stderr.String(), 40))
		}
	}
}

func (c *Rig) registerWorker(slot int, worker *rig.Program) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.workers[slot] = worker
	return !c.ending
}

func (c *Rig) settingsOf(slot int) settings {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.settings[slot]
}

func (c *Rig) workerOf(slot int) *rig.Program {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.workers[slot]
}

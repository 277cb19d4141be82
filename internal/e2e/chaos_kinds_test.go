package e2e

import (
	"math/rand/v2"
	"slices"

	"creatorpay/internal/faultproxy"
	"creatorpay/internal/inbox"
)

// faultKind is a kind of fault that strikes when a worker sends a statement to
// its database: what else the faults do, they do while that statement is on its
// way, so the moment is one of the run's own and not one of the clock.
type faultKind struct {
	name string
	// at is a text of the statements at which it strikes; empty is any.
	at string
	// within is how many such statements the moment is chosen from.
	within int
	// onlyDays is for kinds that need rows to be counted, losesWork for those that
	// leave activities behind which Temporal takes for running.
	onlyDays, losesWork bool
	// strike does it and tells what becomes of the statement. It returns false
	// when there was nothing to strike: then the fault tries again. Without it
	// the fault belongs to the start of a period.
	strike func(*chaos, blow) (faultproxy.Fault, bool)
}

// blow is one strike.
type blow struct {
	period *plannedPeriod // that runs
	slot   int            // of the worker that sent the statement
	random *rand.Rand
}

const (
	anyStatement = ""
	beginning    = "START TRANSACTION" // it holds no lock yet
	commit       = "COMMIT"
)

// startedTwice strikes at the start of a period and not at a statement.
const startedTwice = "period started twice at once"

// faultKinds are all kinds but those of the mail server.
var faultKinds = slices.Concat(breakdowns, changes)

// breakdowns are what machines, networks and people do to what runs.
var breakdowns = []*faultKind{
	{name: "connection cut before a statement", within: 25, strike: wire(faultproxy.CutBefore)},
	{name: "connection cut before COMMIT", at: commit, within: 8, strike: wire(faultproxy.CutBefore)},
	{name: "connection cut after COMMIT", at: commit, within: 8, strike: wire(faultproxy.CutAfter)},
	{name: "connection cut within an answer", within: 25, strike: wire(faultproxy.CutAnswer)},
	{name: "connection held up", within: 25, strike: (*chaos).holdUp},
	{name: "deadlock", within: 25, strike: wire(faultproxy.Deadlock)},
	{name: "rows locked by others", at: beginning, within: 8, strike: (*chaos).lockRows},
	{name: "MySQL killed", within: 40, strike: (*chaos).killMySQL},
	{name: "Temporal killed", within: 40, strike: (*chaos).killTemporal},
	{name: "worker killed", within: 40, losesWork: true, strike: (*chaos).killWorker},
	{name: "worker killed at COMMIT", at: commit, within: 8, losesWork: true, strike: (*chaos).killWorker},
	{name: "worker told to stop", within: 25, strike: (*chaos).stopWorker},
	{name: "both workers killed", within: 40, losesWork: true, strike: (*chaos).killWorkers},
	{name: "worker frozen", within: 40, losesWork: true, strike: (*chaos).freezeWorker},
	{name: "run terminated", within: 40, strike: (*chaos).terminateRun},
	{name: "run reset", within: 40, strike: (*chaos).resetRun},
	{name: "run cancelled", within: 40, strike: (*chaos).cancelRun},
	leftBehind,
	{name: "closed period started again", within: 25, strike: (*chaos).startClosed},
	{name: "closed period reset", within: 25, strike: (*chaos).resetClosed},
	{name: "rows arrived", at: beginning, within: 8, onlyDays: true, strike: (*chaos).rowsArrive},
	{name: "late rows arrived", at: beginning, within: 8, strike: (*chaos).lateRowsArrive},
	{name: startedTwice, within: 1},
}

// changes are what is done to what the runs rest on while they go on.
var changes = []*faultKind{
	{name: "catalogue imported", at: beginning, within: 8, onlyDays: true, strike: (*chaos).importCatalogue},
	{name: "catalogue imported, behind a lock", at: beginning, within: 6, onlyDays: true, strike: (*chaos).importBehindLock},
	{name: "worker restarted with other settings", within: 25, losesWork: true, strike: (*chaos).changeSettings},
	{name: "server's settings changed", within: 25, strike: (*chaos).changeServer},
	{name: "old days dropped", at: beginning, within: 8, strike: (*chaos).dropDays},
	{name: "prices added", at: beginning, within: 8, strike: (*chaos).addLaterPrices},
	{name: "broken prices put in", at: commit, within: 8, onlyDays: true, strike: (*chaos).breakPrices},
	{name: "workflows started with odd inputs", within: 25, strike: (*chaos).startOdd},
	{name: "rows inserted by the platform", at: beginning, within: 8, onlyDays: true, strike: (*chaos).platformInserts},
	{name: "rows with microseconds inserted", at: beginning, within: 8, onlyDays: true, strike: (*chaos).microseconds},
	{name: "platform's transaction left open", at: beginning, within: 8, onlyDays: true, strike: (*chaos).platformHolds},
}

var leftBehind = &faultKind{name: "run terminated, its activity left behind", at: beginning, within: 8, onlyDays: true, strike: (*chaos).leaveBehind}

// mailFault is what the mail server does to so many creators, to each so often.
type mailFault struct {
	inbox.Fault
	creators, times int
}

const mailboxesFull = "mail: mailboxes full"

// mailFaults are the kinds of the mail server.
var mailFaults = map[string]mailFault{
	"mail: recipient refused for now": {inbox.RefuseForNow, 1, 1},
	"mail: content refused for now":   {inbox.RefuseContentForNow, 1, 1},
	mailboxesFull:                     {inbox.FullMailbox, 4, patientFor},
	"mail: recipient refused":         {inbox.Refuse, 1, 1},
	"mail: content refused":           {inbox.RefuseContent, 1, 1},
	"mail: cut within the content":    {inbox.CutInContent, 1, 1},
	"mail: cut unstored":              {inbox.CutUnstored, 1, 1},
	"mail: cut after it was stored":   {inbox.CutStored, 1, 1},
	"mail: no answer":                 {inbox.Hang, 1, 1},
}

package chaos

import (
	"math/rand/v2"
	"slices"

	"creatorpay/internal/faultproxy"
	"creatorpay/internal/inbox"
)

// FaultKind is a kind of fault that is injected when a worker sends a statement to
// its database: what else the faults do, they do while that statement is on its
// way, so the moment is one of the run's own and not one of the clock.
type FaultKind struct {
	Name string
	// At is a text of the statements at which it is injected; empty is any.
	At string
	// within is how many such statements the moment is chosen from.
	within int
	// onlyDays is for kinds that need rows to be counted, losesWork for those that
	// leave activities behind which Temporal takes for running.
	onlyDays, losesWork bool
	// Inject does it and tells what becomes of the statement. It returns false
	// when there was nothing to take hold of: then the fault tries again. Without it
	// the fault belongs to the start of a period.
	Inject func(*Rig, Injection) (faultproxy.Fault, bool)
}

// Injection is the moment at which a fault is injected.
type Injection struct {
	period *PlannedPeriod // that runs
	slot   int            // of the worker that sent the statement
	random *rand.Rand
}

// Texts of statements at which faults are injected.
const (
	Beginning = "START TRANSACTION" // it holds no lock yet
	commit    = "COMMIT"
)

// startedTwice is injected at the start of a period and not at a statement.
const startedTwice = "period started twice at once"

// faultKinds are all kinds but those of the mail server.
var faultKinds = slices.Concat(breakdowns, changes)

// breakdowns are what machines, networks and people do to what runs.
var breakdowns = []*FaultKind{
	{Name: "connection cut before a statement", within: 25, Inject: ByProxy(faultproxy.CutBefore)},
	{Name: "connection cut before COMMIT", At: commit, within: 8, Inject: ByProxy(faultproxy.CutBefore)},
	{Name: "connection cut after COMMIT", At: commit, within: 8, Inject: ByProxy(faultproxy.CutAfter)},
	{Name: "connection cut within an answer", within: 25, Inject: ByProxy(faultproxy.CutAnswer)},
	{Name: "connection held up", within: 25, Inject: (*Rig).holdUp},
	{Name: "deadlock", within: 25, Inject: ByProxy(faultproxy.Deadlock)},
	{Name: "rows locked by others", At: Beginning, within: 8, Inject: (*Rig).lockRows},
	{Name: "MySQL killed", within: 40, Inject: (*Rig).killMySQL},
	{Name: "Temporal killed", within: 40, Inject: (*Rig).killTemporal},
	{Name: "worker killed", within: 40, losesWork: true, Inject: (*Rig).killWorker},
	{Name: "worker killed at COMMIT", At: commit, within: 8, losesWork: true, Inject: (*Rig).killWorker},
	{Name: "worker told to stop", within: 25, Inject: (*Rig).stopWorker},
	{Name: "both workers killed", within: 40, losesWork: true, Inject: (*Rig).killWorkers},
	{Name: "worker frozen", within: 40, losesWork: true, Inject: (*Rig).freezeWorker},
	{Name: "run terminated", within: 40, Inject: (*Rig).terminateRun},
	{Name: "run reset", within: 40, Inject: (*Rig).resetRun},
	{Name: "run cancelled", within: 40, Inject: (*Rig).cancelRun},
	LeftBehind,
	{Name: "closed period started again", within: 25, Inject: (*Rig).startClosed},
	{Name: "closed period reset", within: 25, Inject: (*Rig).resetClosed},
	{Name: "rows arrived", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).RowsArrive},
	{Name: "late rows arrived", At: Beginning, within: 8, Inject: (*Rig).LateRowsArrive},
	{Name: startedTwice, within: 1},
}

// changes are what is done to what the runs rest on while they go on.
var changes = []*FaultKind{
	{Name: "catalogue imported", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).ImportCatalogue},
	{Name: "catalogue imported, behind a lock", At: Beginning, within: 6, onlyDays: true, Inject: (*Rig).importBehindLock},
	{Name: "worker restarted with other settings", within: 25, losesWork: true, Inject: (*Rig).changeSettings},
	{Name: "server's settings changed", within: 25, Inject: (*Rig).changeServer},
	{Name: "old days dropped", At: Beginning, within: 8, Inject: (*Rig).dropDays},
	{Name: "prices added", At: Beginning, within: 8, Inject: (*Rig).addLaterPrices},
	{Name: "broken prices put in", At: commit, within: 8, onlyDays: true, Inject: (*Rig).breakPrices},
	{Name: "workflows started with odd inputs", within: 25, Inject: (*Rig).startOdd},
	{Name: "rows inserted by the platform", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).platformInserts},
	{Name: "rows with microseconds inserted", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).microseconds},
	{Name: "payments arrived", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).PaymentsArrive},
	{Name: "late payments arrived", At: Beginning, within: 8, Inject: (*Rig).LatePaymentsArrive},
	{Name: "payments imported", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).importPayments},
	{Name: "payments inserted by the platform", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).platformPays},
	{Name: "payments with microseconds inserted", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).paymentMicroseconds},
	{Name: "platform's transaction with payments left open", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).platformHoldsPayments},
	{Name: "wrong payments inserted", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).WrongPayments},
	{Name: "fees added", At: Beginning, within: 8, Inject: (*Rig).addLaterFees},
	{Name: "platform's transaction left open", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).platformHolds},
}

// LeftBehind is an activity that writes when another run has closed its day.
var LeftBehind = &FaultKind{Name: "run terminated, its activity left behind", At: Beginning, within: 8, onlyDays: true, Inject: (*Rig).leaveBehind}

// mailFault is what the mail server does to so many creators, to each so often.
type mailFault struct {
	inbox.Fault
	creators, times int
}

// MailboxesFull is what keeps several mails from being taken for many tries.
const MailboxesFull = "mail: mailboxes full"

// mailFaults are the kinds of the mail server.
var mailFaults = map[string]mailFault{
	"mail: recipient refused for now": {inbox.RefuseForNow, 1, 1},
	"mail: content refused for now":   {inbox.RefuseContentForNow, 1, 1},
	MailboxesFull:                     {inbox.FullMailbox, 4, maxDeferrals},
	"mail: recipient refused":         {inbox.Refuse, 1, 1},
	"mail: content refused":           {inbox.RefuseContent, 1, 1},
	"mail: cut within the content":    {inbox.CutInContent, 1, 1},
	"mail: cut unstored":              {inbox.CutUnstored, 1, 1},
	"mail: cut after it was stored":   {inbox.CutStored, 1, 1},
	"mail: no answer":                 {inbox.Hang, 1, 1},
}

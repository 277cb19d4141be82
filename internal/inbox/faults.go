package inbox

import (
	"strings"
	"sync"
)

// Fault is a way in which a mail server can fail its client.
type Fault int

// The faults. Where a mail is stored, the client cannot know it.
const (
	// RefuseForNow answers 450 to the recipient, as greylisting does.
	RefuseForNow Fault = iota + 1
	// RefuseContentForNow answers 451 to the whole mail.
	RefuseContentForNow
	// FullMailbox answers 452 to the recipient.
	FullMailbox
	// Refuse answers 550 to the recipient.
	Refuse
	// RefuseContent answers 554 to the whole mail.
	RefuseContent
	// CutInContent closes the connection when it has read the first bytes of the
	// mail; nothing is stored.
	CutInContent
	// CutUnstored closes the connection after the final dot, without an answer;
	// nothing is stored.
	CutUnstored
	// CutStored does the same after it has stored the mail.
	CutStored
	// Hang stores nothing and never answers the final dot. It ends when the client
	// disconnects or the inbox stops.
	Hang
)

// faults are the faults yet to happen, by recipient.
type faults struct {
	mutex sync.Mutex
	next  map[string]*plannedFault
}

type plannedFault struct {
	fault Fault
	times int // negative: always
}

func (f *faults) set(address string, fault Fault, times int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.next == nil {
		f.next = map[string]*plannedFault{}
	}
	f.next[strings.ToLower(address)] = &plannedFault{fault: fault, times: times}
}

// take is the fault of a mail to the address, 0 for none, and counts it.
func (f *faults) take(address string) Fault {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	planned := f.next[strings.ToLower(address)]
	if planned == nil || planned.times == 0 {
		return 0
	}
	if planned.times > 0 {
		planned.times--
	}
	return planned.fault
}

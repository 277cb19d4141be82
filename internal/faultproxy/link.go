package faultproxy

import (
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
)

// The commands of the protocol that carry a statement.
const (
	commandQuery   = 0x03
	commandPrepare = 0x16
	commandExecute = 0x17
)

// errorMark begins an answer that is an error.
const errorMark = 0xff

// link is one client's connection to the server.
type link struct {
	proxy          *Proxy
	target         string // where server is
	client, server net.Conn
	// fault is what is to happen to the next answer. The protocol has one
	// statement at a time on its way, so it is that of the last statement.
	fault atomic.Int64
}

func (l *link) cut() {
	_ = l.client.Close() // either may be closed already
	_ = l.server.Close()
}

// packet is one of the protocol, with its header: three bytes of length and one
// that numbers the packets of a command and its answer.
type packet []byte

func readPacket(from io.Reader) (packet, error) {
	header := make(packet, 4, 64)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	length := int(header[0]) | int(header[1])<<8 | int(header[2])<<16
	whole := append(header, make(packet, length)...)
	_, err := io.ReadFull(from, whole[4:])
	return whole, err
}

func newPacket(number byte, payload []byte) packet {
	header := packet{byte(len(payload)), byte(len(payload) >> 8), byte(len(payload) >> 16), number}
	return append(header, payload...)
}

func (p packet) number() byte    { return p[3] }
func (p packet) payload() []byte { return p[4:] }

// statement is the text of the statement that begins with this packet.
func (p packet) statement() (text string, is bool) {
	if p.number() != 0 || len(p.payload()) == 0 {
		return "", false
	}
	switch p.payload()[0] {
	case commandQuery, commandPrepare:
		return string(p.payload()[1:]), true
	case commandExecute:
		return "", true
	default:
		return "", false
	}
}

// statements passes on what the client sends.
func (l *link) statements() {
	for {
		sent, err := readPacket(l.client)
		if err != nil {
			return
		}
		if text, is := sent.statement(); is {
			fault := l.proxy.meet(text)
			if fault == CutBefore {
				return
			}
			if fault == Deadlock {
				sent = newPacket(0, append([]byte{commandQuery}, "ROLLBACK"...))
			}
			l.fault.Store(int64(fault))
		}
		if _, err := l.server.Write(sent); err != nil {
			return
		}
	}
}

// answers passes on what the server sends.
func (l *link) answers() {
	for {
		got, err := readPacket(l.server)
		if err != nil {
			return
		}
		if code, is := got.error(); is {
			l.proxy.answered(code)
		}
		switch Fault(l.fault.Load()) {
		case CutAfter:
			return
		case CutAnswer:
			// The first packet of a result only says how many columns it has.
			if got.number() > 1 || len(got.payload()) > 1 {
				_, _ = l.client.Write(got[:len(got)/2])
				return
			}
		case Deadlock:
			got = deadlock
			l.fault.Store(int64(None))
		}
		if _, err := l.client.Write(got); err != nil {
			return
		}
	}
}

// error is the number of the error that the packet answers with.
func (p packet) error() (code uint16, is bool) {
	if p.number() == 0 || len(p.payload()) < 3 || p.payload()[0] != errorMark {
		return 0, false
	}
	return binary.LittleEndian.Uint16(p.payload()[1:]), true
}

var deadlock = newPacket(1, append(binary.LittleEndian.AppendUint16([]byte{errorMark}, 1213),
	"#40001Deadlock found when trying to get lock; try restarting transaction"...))

package readside

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
)

// answer is what became of a request.
type answer struct {
	question
	Way        string // balancer, api 1 or api 2
	Sent       string // If-None-Match
	Begun      time.Time
	Ended      time.Time
	Status     int    // noAnswer if there is none
	Tag        string // ETag
	RetryAfter string
	Err        error // why there is none
	Body       *[]byte
}

func (a *answer) String() string {
	text := fmt.Sprintf("%s by %s", a.question, a.Way)
	if a.Sent != "" {
		text += " with If-None-Match " + a.Sent
	}
	text += fmt.Sprintf(", begun %s, took %s: ", a.Begun.Format("15:04:05.000"), a.Ended.Sub(a.Begun).Round(time.Millisecond))
	if a.Err != nil {
		return text + a.Err.Error()
	}
	text += fmt.Sprintf("%d, ETag %s", a.Status, a.Tag)
	if a.Body != nil {
		text += "\n" + string((*a.Body)[:min(2000, len(*a.Body))])
	}
	return text
}

// noAnswer is the status of a request that was cut off.
const noAnswer = 0

// readers ask at a constant rate, whether the requests before are answered or not,
// and keep every answer.
type readers struct {
	stack    *stack
	random   *rand.Rand
	client   *http.Client
	balanced bool // all ask the balancer

	pending sync.WaitGroup
	mutex   sync.Mutex
	answers []*answer
	bodies  map[[sha256.Size]byte]*[]byte
	tags    map[string][]string // by address: those that were handed out
	last    string              // of these: an ETag that was handed out for some other address
	pages   []question          // that answers have named
}

// neverHandedOut is an ETag that no answer has.
const neverHandedOut = `"never-handed-out"`

// giveUp is when a reader waits no longer: an answer takes less, or hangs.
const giveUp = 60 * time.Second

func newReaders(s *stack, random *rand.Rand) *readers {
	transport := &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}
	s.Cleanup(transport.CloseIdleConnections)
	return &readers{
		stack: s, random: random, client: &http.Client{Timeout: giveUp, Transport: transport},
		bodies: map[[sha256.Size]byte]*[]byte{}, tags: map[string][]string{},
	}
}

// read asks so many requests a second until ctx ends, and waits for the answers.
func (r *readers) read(ctx context.Context, rate int, next func(*rand.Rand) question) {
	ticker := time.NewTicker(time.Second / time.Duration(rate))
	defer ticker.Stop()
	for ctx.Err() == nil {
		r.begin(next(r.random))
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	r.pending.Wait()
}

// anything asks what readers ask, sometimes for the next page of an answer.
func (r *readers) anything(random *rand.Rand) question {
	r.mutex.Lock()
	pages := r.pages
	r.mutex.Unlock()
	if len(pages) > 0 && random.IntN(10) == 0 {
		return pages[random.IntN(len(pages))]
	}
	return ask(random, r.stack.books)
}

// begin asks the question by some way, with some If-None-Match.
func (r *readers) begin(q question) {
	a := &answer{question: q, Way: "balancer"}
	address := r.stack.balancer.address
	if way := r.random.IntN(4); !r.balanced && way < len(r.stack.apis) {
		a.Way, address = fmt.Sprintf("api %d", way+1), r.stack.apis[way].address
	}
	r.mutex.Lock()
	switch known := r.tags[q.url()]; {
	case r.random.IntN(16) == 0:
		a.Sent = neverHandedOut
	case len(known) > 0 && r.random.IntN(2) == 0:
		a.Sent = known[r.random.IntN(len(known))]
	case q.Path != payoutPDF && q.Path != top5PDF: // equal documents have equal tags
		a.Sent = r.last
	}
	r.mutex.Unlock()
	zipped := r.random.IntN(4) == 0
	r.pending.Go(func() { r.ask(a, address, zipped) })
}

func (r *readers) ask(a *answer, address string, zipped bool) {
	request, err := http.NewRequest(http.MethodGet, "http://"+address+a.url(), http.NoBody)
	if err != nil {
		panic(err) // the address is made here
	}
	r.stack.grants.identify(request, a.question)
	if a.Sent != "" {
		request.Header.Set("If-None-Match", a.Sent)
	}
	if zipped {
		request.Header.Set("Accept-Encoding", "gzip")
	}
	a.Begun = time.Now()
	var next string
	body, err := func() ([]byte, error) {
		response, err := r.client.Do(request)
		if err != nil {
			return nil, err
		}
		defer func() { _ = response.Body.Close() }()
		a.Status, a.Tag, a.RetryAfter, next = response.StatusCode, response.Header.Get("ETag"), response.Header.Get("Retry-After"), response.Header.Get("Link")
		return content(response)
	}()
	if a.Ended, a.Err = time.Now(), err; err != nil {
		a.Status = noAnswer
	}
	r.keep(a, body, next)
}

func content(response *http.Response) ([]byte, error) {
	if response.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(response.Body)
	}
	unzipped, err := gzip.NewReader(response.Body)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(unzipped)
	return body, errors.Join(err, unzipped.Close())
}

var nextLink = regexp.MustCompile(`<([^>]+)>; *rel="next"`)

func (r *readers) keep(a *answer, body []byte, link string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.answers = append(r.answers, a)
	if a.Err != nil {
		return
	}
	hash := sha256.Sum256(body)
	if r.bodies[hash] == nil {
		r.bodies[hash] = &body
	}
	a.Body = r.bodies[hash]
	if a.Status != http.StatusOK {
		return
	}
	if known := r.tags[a.url()]; a.Tag != "" && !slices.Contains(known, a.Tag) {
		r.tags[a.url()] = append(known, a.Tag)
		r.last = a.Tag
	}
	last := lastVideo(body)
	if next := nextLink.FindStringSubmatch(link); next != nil && last > 0 && len(r.pages) < 500 {
		page := a.question
		page.Next, page.After = next[1], last
		r.pages = append(r.pages, page)
	}
}

// lastVideo is the video of the answer's last line.
func lastVideo(body []byte) int64 {
	var page struct {
		Lines []struct {
			VideoID int64 `json:"video_id"`
		} `json:"lines"`
	}
	if json.Unmarshal(body, &page) != nil || len(page.Lines) == 0 {
		return 0
	}
	return page.Lines[len(page.Lines)-1].VideoID
}

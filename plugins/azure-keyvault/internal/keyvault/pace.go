package keyvault

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/secretzero/sz/sdk"
)

// How long requests wait for a vault that throttles, as sz does with new versions: where
// the vault does not say how long, which it mostly does not, the pause doubles.
const (
	leastPause = time.Second
	mostPause  = 16 * time.Second
	maxPaused  = 2 * time.Minute // without an answer
	// maxHurried is for what changes something and makes no version: then sz itself waits,
	// for all who write, and says so. For new versions it does from the start. And it is
	// for a diagnosis, to which it is a finding.
	maxHurried = 20 * time.Second
)

// hurry marks a context in which nobody should wait for long.
type hurry struct{}

// pace leaves a vault alone when it refuses requests for a while: all who read there wait
// for the same time, and a person is told once.
type pace struct {
	host string

	mu       sync.Mutex
	since    time.Time // when the last pause was set
	until    time.Time // when it ends
	refusals int       // in a row
	paused   time.Duration
}

// Do sends a request until the vault answers it.
func (p *pace) Do(request *policy.Request) (*http.Response, error) {
	ctx, most := request.Raw().Context(), maxPaused
	switch method := request.Raw().Method; {
	case method == http.MethodPut:
		return request.Next()
	case method != http.MethodGet || ctx.Value(hurry{}) != nil:
		most = maxHurried
	}
	for {
		sent, err := p.wait(ctx)
		if err != nil {
			return nil, err
		}
		response, err := request.Next()
		switch {
		case err != nil:
			return nil, err
		case response.StatusCode != http.StatusTooManyRequests:
			p.answered(sent)
			return response, nil
		}
		pause, first, again := p.refused(sent, retryAfter(response.Header), most)
		if !again {
			return response, nil
		}
		runtime.Drain(response)
		if first {
			sdk.Waiting(ctx, p.host, pause)
		}
	}
}

// wait sits out a pause, and says when it was over. No pause is set between that time and
// this answer.
func (p *pace) wait(ctx context.Context) (time.Time, error) {
	for {
		p.mu.Lock()
		now := time.Now()
		left := p.until.Sub(now)
		p.mu.Unlock()
		if left <= 0 {
			return now, ctx.Err()
		}
		if err := sdk.Sleep(ctx, left); err != nil {
			return now, err
		}
	}
}

// answered notes that the vault answers again.
func (p *pace) answered(sent time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if sent.After(p.since) {
		p.refusals, p.paused = 0, 0
	}
}

// refused sets a pause, unless the request was under way when the present one was set:
// then it says nothing new. It is no use to go on when that took too long already.
func (p *pace) refused(sent time.Time, asked, most time.Duration) (pause time.Duration, first, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !sent.After(p.since) {
		return 0, false, true
	}
	if pause = asked; pause <= 0 {
		pause = min(leastPause<<min(p.refusals, 10), mostPause)
	}
	if p.paused+pause > most {
		return 0, false, false
	}
	p.paused += pause
	p.refusals++
	p.since = time.Now()
	p.until = p.since.Add(pause)
	return pause, true, true
}

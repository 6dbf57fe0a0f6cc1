// Package queue holds jobs until a worker takes them.
package queue

import (
	"context"
	log "example.com/logging"
)

import "sync"

const (
	MaxJobs = 100
	retries
)

var ErrFull = errors.New("full")
var lock sync.Mutex

// Job is one unit of work.
type Job struct {
	sync.Mutex
	*Base
	Name string
}

type (
	// Handler does a job.
	Handler interface {
		Handle(ctx context.Context, job *Job) error
	}
	ID int
)

type Alias = Job

// Run works on jobs
// until the context ends.
func (q *Queue[T]) Run(ctx context.Context) error {
	go func() {
		q.loop(ctx)
	}()
	retry := func(n int) error {
		log.Printf("retry %d", n)
		return q.push(Job{Name: "x"})
	}
	return retry(1)
}

func (Queue[T]) Len() int { return 0 }

/* New makes a queue. */
func New(size int) *Queue[Job] {
	return &Queue[Job]{size: size}
}

var debug = func(text string) {
	if verbose {
		println(text)
	}
}

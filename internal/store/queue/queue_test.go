package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/recording"
)

func large(n int) *recording.Exchange {
	e := storetest.Success(n)
	e.Response.Body = []byte(strings.Repeat("x", 10_000))
	return e
}

// TestFull: where more comes than is written, Put waits and nothing is lost.
func TestFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := queue.New(20_000)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for n := range 10 {
				q.Put(large(n))
			}
		}()
		synctest.Wait()
		if h := q.Health(); h.Recorded == 0 || h.Recorded > 2 || h.QueueBytes > 40_000 {
			t.Errorf("Put does not wait: %+v", h)
		}
		taken := 0
		for taken < 10 {
			batch := q.Take(nil)
			taken += len(batch)
			q.Finished(batch, false)
			synctest.Wait()
		}
		<-done
		if h := q.Health(); h.Recorded != 10 || h.Lost != 0 || h.QueueBytes != 0 {
			t.Errorf("health %+v", h)
		}
	})
}

// TestFailing: if nothing can be written, Put no longer waits, what does not fit is lost,
// and what was queued is kept.
func TestFailing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := queue.New(30_000)
		go func() {
			for n := range 10 {
				q.Put(large(n))
			}
		}()
		synctest.Wait()
		if !q.Fail(errors.New("the disk is full")) || q.Fail(errors.New("still")) {
			t.Error("Fail does not say what is new")
		}
		synctest.Wait()
		h := q.Health()
		if h.Err == nil || h.Recorded != 10 || h.Lost == 0 || h.Lost >= 10 {
			t.Errorf("health %+v", h)
		}
		q.Flush(t.Context()) // does not wait for what cannot be
		if !q.Fail(nil) {
			t.Error("Fail does not say that it works again")
		}
		kept := q.Take(nil)
		q.Finished(kept, false)
		if uint64(len(kept))+h.Lost != 10 {
			t.Errorf("%d are kept and %d lost, of 10", len(kept), h.Lost)
		}
	})
}

// TestDue: a batch waits for others, but not long, and not when somebody waits
// for it.
func TestDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := queue.New(queue.DefaultBytes)
		if _, some := q.Due(); some {
			t.Error("an empty queue is due")
		}
		q.Put(storetest.Success(0))
		<-q.Wake()
		if wait, some := q.Due(); !some || wait != queue.BatchTime {
			t.Errorf("due in %s, %t, want %s", wait, some, queue.BatchTime)
		}
		time.Sleep(queue.BatchTime)
		if wait, some := q.Due(); !some || wait != 0 {
			t.Errorf("due in %s, %t, want now", wait, some)
		}
		q.Finished(q.Take(nil), false)
		q.Put(storetest.Success(1))
		ctx, cancel := context.WithCancel(t.Context())
		flushed := make(chan struct{})
		go func() {
			defer close(flushed)
			q.Flush(ctx)
		}()
		synctest.Wait()
		if wait, some := q.Due(); !some || wait != 0 {
			t.Errorf("with somebody waiting due in %s, %t, want now", wait, some)
		}
		cancel()
		<-flushed
		for n := range queue.BatchRows {
			q.Put(storetest.Success(n))
		}
		if wait, some := q.Due(); !some || wait != 0 {
			t.Errorf("with a whole batch due in %s, %t, want now", wait, some)
		}
		q.Close()
		q.LoseRest()
		q.Put(storetest.Success(9999))
		if h := q.Health(); h.Lost != queue.BatchRows+2 {
			t.Errorf("health after Close %+v", h)
		}
	})
}

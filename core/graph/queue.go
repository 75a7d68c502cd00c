package graph

import "container/heap"

// queue gives names in their order.
type queue struct{ names sorted }

func (q *queue) push(name string) { heap.Push(&q.names, name) }
func (q *queue) pop() string      { return heap.Pop(&q.names).(string) }
func (q *queue) empty() bool      { return len(q.names) == 0 }

type sorted []string

func (s sorted) Len() int           { return len(s) }
func (s sorted) Less(i, j int) bool { return s[i] < s[j] }
func (s sorted) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *sorted) Push(x any)        { *s = append(*s, x.(string)) }

func (s *sorted) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

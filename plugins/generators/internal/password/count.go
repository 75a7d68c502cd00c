package password

import (
	"math/big"
	"sort"
	"strings"
	"sync"

	"github.com/secretzero/sz/plugins/generators/internal/draw"
)

// counter knows how many strings of a length satisfy the minima of up to four
// classes, and draws how many characters each class gets with exactly the
// likelihood that such strings have among all of them.
//
// The classes are taken in two pairs. Passwords with exactly k characters of the
// first pair number
//
//	length over k  ×  strings of k over the first pair  ×  strings of the rest over the second
//
// and below[k] is how many passwords have fewer than k, so below[length+1] is how
// many there are. In pairs the number of steps grows with the length; with single
// classes it would grow with its square.
type counter struct {
	classes [4]class
	length  int
	first   []*big.Int // first[n]: strings of n over classes 0 and 1
	second  []*big.Int // second[n]: strings of n over classes 2 and 3
	below   []*big.Int
}

func newCounter(classes []class, length int) *counter {
	c := &counter{length: length}
	copy(c.classes[:], classes)
	c.first = pair(c.classes[0], c.classes[1], length)
	c.second = pair(c.classes[2], c.classes[3], length)
	c.below = make([]*big.Int, length+2)
	c.below[0] = new(big.Int)
	choices := big.NewInt(1) // length over k
	for k := range length + 1 {
		ways := new(big.Int).Mul(c.first[k], c.second[length-k])
		c.below[k+1] = ways.Add(ways.Mul(ways, choices), c.below[k])
		choices.Mul(choices, big.NewInt(int64(length-k)))
		choices.Quo(choices, big.NewInt(int64(k+1)))
	}
	return c
}

// pair is, for every n up to length, the number of strings of n characters over
// two classes that satisfy the minima of both.
//
// Such a string of n+1 is one of n and any character, or one of n that lacks only
// the character which then comes last.
func pair(a, b class, length int) []*big.Int {
	ways := make([]*big.Int, length+1)
	ways[0] = new(big.Int)
	if a.minimum == 0 && b.minimum == 0 {
		ways[0].SetInt64(1)
	}
	size := big.NewInt(int64(len(a.characters) + len(b.characters)))
	lacksA, lacksB := newCompletions(a, b), newCompletions(b, a)
	for n := range length {
		sum := new(big.Int).Mul(ways[n], size)
		sum.Add(sum, lacksA.at(n))
		ways[n+1] = sum.Add(sum, lacksB.at(n))
	}
	return ways
}

// completions counts, for n in rising order, the strings of n+1 over two classes
// whose last character is the one that satisfies the minimum of a, with that of b
// satisfied before.
type completions struct {
	a, b class
	next *big.Int // the count at the n that is asked for next; nil before the first
}

func newCompletions(a, b class) *completions { return &completions{a: a, b: b} }

func (c *completions) at(n int) *big.Int {
	need := c.a.minimum - 1
	rest := n - need
	if need < 0 || rest < c.b.minimum {
		return new(big.Int)
	}
	if c.next == nil {
		c.next = new(big.Int).Binomial(int64(n), int64(need))
		c.next.Mul(c.next, power(c.a, need+1))
		c.next.Mul(c.next, power(c.b, rest))
	}
	now := new(big.Int).Set(c.next)
	c.next.Mul(c.next, big.NewInt(int64(len(c.b.characters))*int64(n+1)))
	c.next.Quo(c.next, big.NewInt(int64(rest+1)))
	return now
}

func power(k class, n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(int64(len(k.characters))), big.NewInt(int64(n)), nil)
}

// total is the number of passwords.
func (c *counter) total() *big.Int { return c.below[c.length+1] }

// draw chooses how many characters each class gets.
func (c *counter) draw(source *draw.Source) [4]int {
	number := source.BelowBig(c.total())
	k := sort.Search(c.length+1, func(k int) bool { return number.Cmp(c.below[k+1]) < 0 })
	var sizes [4]int
	sizes[0] = drawPair(c.classes[0], c.classes[1], k, c.first[k], source)
	sizes[1] = k - sizes[0]
	rest := c.length - k
	sizes[2] = drawPair(c.classes[2], c.classes[3], rest, c.second[rest], source)
	sizes[3] = rest - sizes[2]
	return sizes
}

// drawPair chooses how many of n characters are of class a and not of class b,
// among total strings.
func drawPair(a, b class, n int, total *big.Int, source *draw.Source) int {
	switch {
	case len(a.characters) == 0:
		return 0
	case len(b.characters) == 0:
		return n
	}
	number := source.BelowBig(total)
	ways := new(big.Int).Binomial(int64(n), int64(a.minimum))
	ways.Mul(ways, power(a, a.minimum))
	ways.Mul(ways, power(b, n-a.minimum))
	for k := a.minimum; ; k++ {
		if number.Cmp(ways) < 0 {
			return k
		}
		number.Sub(number, ways)
		ways.Mul(ways, big.NewInt(int64(len(a.characters))*int64(n-k)))
		ways.Quo(ways, big.NewInt(int64(len(b.characters))*int64(k+1)))
	}
}

// counters are kept by what they depend on: a batch asks for the same ones many
// times. What is kept is bounded by the sum of the lengths.
var counters = struct {
	sync.Mutex
	known   map[string]*counter
	lengths int
}{known: map[string]*counter{}}

const maxLengths = 8192

func counted(classes []class, length int) *counter {
	key := strings.Builder{}
	key.WriteString(big.NewInt(int64(length)).String())
	for _, k := range classes {
		key.WriteString("\x00" + big.NewInt(int64(k.minimum)).String() + "\x00" + string(k.characters))
	}
	counters.Lock()
	defer counters.Unlock()
	if known, ok := counters.known[key.String()]; ok {
		return known
	}
	if counters.lengths += length; counters.lengths > maxLengths {
		clear(counters.known)
		counters.lengths = length
	}
	c := newCounter(classes, length)
	counters.known[key.String()] = c
	return c
}

package cloudformation

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// cidr is Fn::Cidr: count blocks of the given size within a block. IPv4 only; IPv6 blocks
// are reported as unknown.
func (e *evaluator) cidr(n *tree.Node) *tree.Node {
	if n.Kind != tree.List || len(n.Items) < 2 {
		return e.malformed(n, "Fn::Cidr takes a block, a count and a size")
	}
	var values []*tree.Node
	for _, it := range n.Items {
		v := e.value(it)
		if v == nil || v.Kind == tree.Unresolved {
			return e.unresolvedCall("Fn::Cidr", n, v)
		}
		values = append(values, v)
	}
	block, err := netip.ParsePrefix(values[0].Text)
	count, errCount := strconv.Atoi(values[1].Text)
	bits := 8
	var errBits error
	if len(values) > 2 {
		bits, errBits = strconv.Atoi(values[2].Text)
	}
	if err != nil || errCount != nil || errBits != nil || count < 1 || count > 256 || bits < 1 || bits > 31 {
		return e.malformed(n, "Fn::Cidr takes a block, a count from 1 to 256 and a size")
	}
	if !block.Addr().Is4() || 32-bits < block.Bits() {
		return e.unknown(n.Pos, "Fn::Cidr "+values[0].Text, "the blocks of "+values[0].Text)
	}
	first := block.Masked().Addr().As4()
	start := uint64(binary.BigEndian.Uint32(first[:]))
	list := tree.NewList(n.Pos)
	for i := range count {
		at := start + uint64(i)<<bits //nolint:gosec // count and bits are bounded above
		if at >= start+1<<(32-block.Bits()) {
			return e.malformed(n, "Fn::Cidr asks for more blocks than there are")
		}
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(at))
		list.Items = append(list.Items, tree.NewString(netip.PrefixFrom(netip.AddrFrom4(b), 32-bits).String(), n.Pos))
	}
	return list
}
